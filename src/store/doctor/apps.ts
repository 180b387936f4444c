import type { Awaitable, Database } from '../database.ts'
import type { Check, Mended } from './check.ts'

/** Rows that are removed in one transaction. */
const removedRows = 500

const tablesWithApps = {
  sqlite: `select m.name from sqlite_master m join pragma_table_info(m.name) c on c.name = 'app'
    where m.type = 'table' order by 1`,
  postgres: `select c.table_name::text as name from information_schema.columns c
    where c.table_schema = current_schema() and c.column_name = 'app'
      and not exists (select 1 from pg_inherits where inhrelid = to_regclass(c.table_name)) order by 1`,
}

const keyOfTable = {
  sqlite: `select name from pragma_table_info(?1) where pk > 0 order by pk`,
  postgres: `select a.attname::text as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid
    and a.attnum = any(i.indkey::smallint[])
    where i.indisprimary and i.indrelid = to_regclass(?1) order by array_position(i.indkey::smallint[], a.attnum)`,
}

const namesOf = async (db: Database, sql: string, ...params: string[]): Promise<string[]> =>
  (await db.all<{ name: string }>(sql, ...params)).map(({ name }) => name)

/** One app of a table after another, by the index that begins with the app. */
async function nextApp(db: Database, table: string, after: number): Promise<number | undefined> {
  const row = await db.get<{ app: number | null }>(
    `select min(app) as app from ${table} where app > ?1`,
    after,
  )
  return row?.app ?? undefined
}

type IsApp = (db: Database, app: number) => Awaitable<boolean>

/** Rows of apps that are not there, in any table; the app 0 is none. */
export const rowsOfNoApp = (name: string, isApp: IsApp): Check => ({
  name,
  meaning: {
    en: 'Rows of apps that are not there, by table and number of the app.',
    zh: '数据所属的应用不存在（按表和应用编号列出）。',
  },

  async *find(reading) {
    for (const table of await reading((db) => namesOf(db, tablesWithApps[db.dialect]))) {
      let app: number | undefined = 0
      for (;;) {
        const after: number = app
        app = await reading((db) => nextApp(db, table, after))
        if (app === undefined) break
        const found = app
        if (!(await reading(async (db) => isApp(db, found)))) yield [[table, app]]
      }
    }
  },

  async mend(db, [of = '', app = 0]): Promise<Mended> {
    if (await isApp(db, Number(app))) return 'right'
    const table = String(of)
    const tables = await namesOf(db, tablesWithApps[db.dialect])
    if (!tables.includes(table)) return 'right'
    const key = (await namesOf(db, keyOfTable[db.dialect], table)).join()
    const removed = await db.run(
      `delete from ${table} where (${key}) in (select ${key} from ${table} where app = ?1 limit ?2)`,
      app,
      removedRows,
    )
    return removed === removedRows ? 'more' : 'mended'
  },
})

export const appCheck = rowsOfNoApp(
  'orphans.apps',
  async (db, app) => (await db.get(`select 1 from apps where id = ?1`, app)) !== undefined,
)
