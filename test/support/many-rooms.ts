import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { SQL } from 'bun'
import type { TestApp, TestServer } from './server.ts'

/** Stores rooms of one owner beside the server: thousands of calls would take their time. Ids begin with `prefix`. */
export async function storeRooms(
  { dir, databaseUrl }: Pick<TestServer, 'dir' | 'databaseUrl'>,
  app: TestApp,
  rooms: { prefix: string; count: number; owner: string },
): Promise<void> {
  const name = app.key.split('#')[1] ?? ''
  const { prefix, count, owner } = rooms
  const numbers = `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${count})`
  const given = `select a.id, '${prefix}' || n`
  const from = `from numbers, apps a where a.name = '${name}'`
  const statements = [
    `insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created, active)
     ${numbers} ${given}, 'room ' || n, 'd', '', 1000, '${owner}', 1, 0, n * 1000, n * 1000 ${from}`,
    `insert into members (app, room, username, joined) ${numbers} ${given}, '${owner}', n ${from}`,
  ]
  if (databaseUrl === '') {
    const sqlite = new Database(join(dir, 'chatroomd.db'))
    sqlite.run('pragma busy_timeout = 5000')
    for (const statement of statements) sqlite.run(statement)
    sqlite.close()
    return
  }
  const sql = new SQL(databaseUrl, { max: 1 })
  for (const statement of statements) await sql.unsafe(statement)
  await sql.unsafe('analyze')
  await sql.close()
}
