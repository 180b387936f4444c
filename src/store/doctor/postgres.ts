import { SQL } from 'bun'
import { expectedIndexes } from './indexes.ts'

async function on<T>(url: string, work: (sql: SQL) => Promise<T>): Promise<T> {
  const address = new URL(url)
  address.searchParams.delete('pgbouncer')
  const sql = new SQL(address.href, { max: 1, prepare: false })
  try {
    return await work(sql)
  } finally {
    await sql.close()
  }
}

/** The version of the schema in a database, which stays as it is; 0 where there is none. */
export const postgresVersion = (url: string): Promise<number> =>
  on(url, async (sql) => {
    const [table] = await sql.unsafe<{ name: string | null }[]>(
      `select to_regclass('schema_version')::text as name`,
    )
    if (!table?.name) return 0
    const [row] = await sql.unsafe<{ version: number }[]>(`select version from schema_version`)
    return row?.version ?? 0
  })

/** Builds a missing index while others write to its table, which no transaction can. */
export const buildIndex = (url: string, name: string): Promise<void> =>
  on(url, async (sql) => {
    const statement = expectedIndexes({ dialect: 'postgres' }).get(name)
    if (statement === undefined) return
    // What a build left that did not finish.
    await sql.unsafe(`drop index if exists ${name}`)
    const isPartitioned = / on history /.test(statement)
    await sql.unsafe(isPartitioned ? statement : statement.replace(/index /, 'index concurrently '))
  })
