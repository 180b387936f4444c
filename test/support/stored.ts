import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { SQL } from 'bun'

/** Changes what is stored, in the database of `url` or else in the embedded store below `dataDir`, as time or a loss would have left it. */
export async function alterStore(
  dataDir: string,
  url: string | undefined,
  statements: string[],
): Promise<void> {
  if (url) {
    const sql = new SQL(url, { max: 1 })
    for (const each of statements) await sql.unsafe(each)
    return sql.close()
  }
  const file = new Database(join(dataDir, 'chatroomd.db'))
  file.run('pragma busy_timeout = 5000')
  for (const each of statements) file.run(each)
  file.close()
}

/** Tables in which a row contains a text, of the database of `url` or else of the embedded store below `dataDir`. */
export async function tablesWith(dataDir: string, url: string | undefined, text: string): Promise<string[]> {
  const like = `'%${text}%'`
  if (url) {
    const sql = new SQL(url, { max: 1 })
    const tables: { name: string }[] = await sql.unsafe(
      `select table_name::text as name from information_schema.tables
       where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1`,
    )
    const found: string[] = []
    for (const { name } of tables)
      if ((await sql.unsafe(`select 1 from ${name} as t where t::text like ${like} limit 1`)).length > 0)
        found.push(name)
    await sql.close()
    return found
  }
  const file = new Database(join(dataDir, 'chatroomd.db'), { readonly: true })
  const names = (sql: string): string[] =>
    file
      .query<{ name: string }, []>(sql)
      .all()
      .map(({ name }) => name)
  const tables = names(`select name from sqlite_master where type = 'table' order by name`)
  const found = tables.filter((table) => {
    const columns = names(`select name from pragma_table_info('${table}')`)
    const row = columns.map((column) => `coalesce("${column}", '')`).join(` || ' ' || `)
    return file.query(`select 1 from "${table}" where ${row} like ${like} limit 1`).get() !== null
  })
  file.close()
  return found
}
