import type { Database } from './database.ts'

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

/** The tables that have rows of apps. */
export const tablesOfApps = (db: Database): Promise<string[]> => namesOf(db, tablesWithApps[db.dialect])

/** Removes at most `limit` rows of an app from a table; returns how many. */
export async function removeRowsOf(db: Database, table: string, app: number, limit: number): Promise<number> {
  const key = (await namesOf(db, keyOfTable[db.dialect], table)).join()
  return db.run(
    `delete from ${table} where (${key}) in (select ${key} from ${table} where app = ?1 limit ?2)`,
    app,
    limit,
  )
}

/** Removes at most `limit` rows of an app, of one table after another; returns how many. */
export async function removeSomeRows(db: Database, app: number, limit: number): Promise<number> {
  let removed = 0
  for (const table of await tablesOfApps(db)) {
    removed += await removeRowsOf(db, table, app, limit - removed)
    if (removed >= limit) return removed
  }
  return removed
}
