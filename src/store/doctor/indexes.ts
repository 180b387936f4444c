import type { Database } from '../database.ts'
import { migrations } from '../migrate.ts'
import type { Check } from './check.ts'

const isCreate = /^create (?:unique )?index (\w+) on (\w+)/

/** The indexes that migrations have made and that no later one has dropped, with the statement of each. */
export function expectedIndexes(db: Pick<Database, 'dialect'>): Map<string, string> {
  const indexes = new Map<string, string>()
  for (const statement of migrations.flatMap((migration) => migration(db as Database))) {
    const [, name, table] = isCreate.exec(statement) ?? []
    if (name !== undefined && table !== undefined) indexes.set(name, statement)
    const [, droppedIndex] = /^drop index (?:if exists )?(\w+)/.exec(statement) ?? []
    if (droppedIndex !== undefined) indexes.delete(droppedIndex)
    const [, dropped] = /^drop table (?:if exists )?(\w+)/.exec(statement) ?? []
    if (dropped === undefined) continue
    for (const [index, made] of indexes) if (isCreate.exec(made)?.[2] === dropped) indexes.delete(index)
  }
  return indexes
}

const validIndexes = {
  sqlite: `select name from sqlite_master where type = 'index'`,
  postgres: `select c.relname::text as name from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relnamespace = to_regnamespace(current_schema()) and i.indisvalid`,
}

async function missing(db: Database): Promise<string[]> {
  const there = new Set((await db.all<{ name: string }>(validIndexes[db.dialect])).map(({ name }) => name))
  return [...expectedIndexes(db).keys()].filter((name) => !there.has(name))
}

/** Indexes that are missing or were not finished: statements that name them fail, others are slow. */
export const indexCheck: Check = {
  name: 'indexes',
  meaning: { en: 'Indexes that are missing or not finished.', zh: '缺失或未建完的索引。' },

  async *find(reading) {
    const names = await reading(missing)
    if (names.length > 0) yield names.map((name) => [name])
  },

  async mend(db, [name]) {
    const statement = expectedIndexes(db).get(String(name))
    if (statement === undefined || !(await missing(db)).includes(String(name))) return 'right'
    await db.run(`drop index if exists ${name}`)
    await db.run(statement)
    return 'mended'
  },
}
