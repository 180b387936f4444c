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
