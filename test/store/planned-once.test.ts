import { Database as Sqlite } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { databaseOn } from '../../src/store/sqlite.ts'

/** The statements that a database prepares, as SQLite gets them. */
function preparing(sqlite: Sqlite): string[] {
  const prepared: string[] = []
  const prepare = sqlite.prepare.bind(sqlite)
  sqlite.prepare = ((sql: string) => {
    prepared.push(sql)
    return prepare(sql)
  }) as Sqlite['prepare']
  return prepared
}

test('16.4 a statement with an order is planned once, whatever it is called with', async () => {
  const sqlite = new Sqlite(':memory:')
  const prepared = preparing(sqlite)
  const db = databaseOn(sqlite)
  await db.run('create table members (app integer, username text, joined integer, note blob)')
  await db.run('create index members_by_user on members (app, username, joined)')
  const add = 'insert into members values (?1, ?2, ?3, ?4)'
  for (const joined of [1, 2, 3]) await db.run(add, 1, "o'hara+?1", joined, new Uint8Array([joined]))
  await db.run(add, 1, 'none', 4, null)

  const latest =
    'select * from members where app = ?1 and username = ?2 and joined >= +?3 order by joined desc limit ?4'
  expect(await db.all(latest, 1, "o'hara+?1", 2, 10)).toEqual([
    { app: 1, username: "o'hara+?1", joined: 3, note: new Uint8Array([3]) },
    { app: 1, username: "o'hara+?1", joined: 2, note: new Uint8Array([2]) },
  ])
  expect(await db.all(latest, 1, 'none', 0, 1)).toEqual([{ app: 1, username: 'none', joined: 4, note: null }])
  // On a parameter behind a plus sign no plan depends (docs/adr/0127).
  expect(prepared.filter((sql) => /(?<!\+)\?\d/.test(sql))).toEqual([])
  expect(prepared).toHaveLength(4)
  if (process.env.PLANNING_ROUNDS) expect(costs(db, Number(process.env.PLANNING_ROUNDS))).toBeLessThan(1.8)
  sqlite.close()
})

/** What an order of rows that the index has already multiplies the processor time of a statement by. */
function costs(db: ReturnType<typeof databaseOn>, rounds: number): number {
  const found = 'select joined from members where app = ?1 and username = ?2'
  const least = (sql: string): number => {
    let best = Number.POSITIVE_INFINITY
    for (let round = 0; round < rounds; round++) {
      const before = process.cpuUsage()
      for (let call = 0; call < 5000; call++) db.get(sql, 1, 'none')
      const { user, system } = process.cpuUsage(before)
      best = Math.min(best, user + system)
    }
    return best
  }
  return least(`${found} order by joined limit 1`) / least(`${found} limit 1`)
}
