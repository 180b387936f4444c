import { Database as Sqlite } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { planOf, type RoomFilter } from '../../src/domain/room-filter.ts'
import type { Database, Param } from '../../src/store/database.ts'
import { openSqliteWriter, plannedOnce } from '../../src/store/sqlite.ts'
import { storeOn } from '../../src/store/store.ts'
import { aDirectory } from '../support/process.ts'

/** How SQLite, which knows nothing of the data yet, would find the rows of a query. */
function explaining(sqlite: Sqlite): { db: Database; plans: Map<string, string[]> } {
  const plans = new Map<string, string[]>()
  const use = (given: string) => {
    const sql = plannedOnce(given)
    const steps = sqlite.query<{ detail: string }, []>(`explain query plan ${sql}`).all()
    plans.set(
      sql,
      steps.map(({ detail }) => detail),
    )
    return sqlite.query(sql)
  }
  const db: Database = {
    dialect: 'sqlite',
    get: <Row>(sql: string, ...params: Param[]) => (use(sql).get(...params) ?? undefined) as Row | undefined,
    all: <Row>(sql: string, ...params: Param[]) => use(sql).all(...params) as Row[],
    run: (sql, ...params) => use(sql).run(...params).changes,
  }
  return { db, plans }
}

test('queries about one user or one room never read all rows of an app', async () => {
  const { dir, remove } = aDirectory()
  ;(await openSqliteWriter(dir)).close()
  const sqlite = new Sqlite(join(dir, 'chatroomd.db'))
  const { db, plans } = explaining(sqlite)
  const { users, rooms, members, lists, appMutes, attributes, events, dissolved } = storeOn(db, () => '1')

  await users.usernameOf(1, '0c1f7a10-88aa-4f0e-a0a9-3d1b7d2c5e11')
  for (const sort of ['created', 'activity', 'members', 'joined'] as const) {
    for (const filter of [{ member: 'alice' }, { owner: 'alice', name: 'a' }] as RoomFilter[]) {
      if (sort === 'joined' && !filter.member) continue
      const plan = planOf({ filter, sort, ascending: false })
      await rooms.findRooms(1, plan, 10, { key: 1, id: 'r1' })
      await rooms.countFound(1, plan)
      await rooms.countIndexed(1, plan, 10)
    }
  }
  await rooms.setActive(1, [{ id: 'r1', activeUs: 1 }])
  await rooms.pageJoined(1, 'alice', 10, 0)
  await rooms.countJoined(1, 'alice', 10)
  await rooms.joinedRooms(1, 'alice')
  await rooms.ownedRooms(1, 'alice', 10)
  await rooms.leaveRooms(1, 'alice', 10)
  await rooms.findDetails(1, ['r1'])
  await rooms.addMembers(1, 'r1', ['bob'], 1)
  await rooms.removeRoom(1, 'r1')
  await members.roomsAmong(1, ['r1'], 'alice')
  await members.membersAmong(1, 'r1', ['alice'])
  await members.listMembers(1, 'r1', { ascending: true, without: 'alice', limit: 1 })
  await members.removeMembers(1, 'r1', ['alice'])
  await members.setAllowed(1, 'r1', ['alice'], true)
  await members.ownerIsIn(1, 'r1')
  await lists.mute(1, 'r1', ['alice'], 2, 1)
  await lists.blockedAmong(1, 'r1', ['alice'], 0)
  await lists.forgetUser(1, 'alice')
  await appMutes.appMutes(1, 'alice')
  await appMutes.removeAppMutes(1, 'alice')
  await attributes.removeWithOwners(1, 'r1', ['alice'])

  const texts = { name: '', description: '', custom: '' }
  await rooms.addRoom(1, { id: 'r1', ...texts, maxusers: 9, owner: 'alice', members: [], createdUs: 1 })
  await dissolved.dissolve(1, 'r1', 1)
  await dissolved.lockDissolved(1, 'r1', 1)
  await dissolved.listDissolved(1, 10, 1)
  await dissolved.deletedSince(1, ['alice'], 1)
  await dissolved.pruneDissolved(1, 2, 10)

  await events.listChanges(1, 10)
  await events.listChanges(1, 10, 'r1')

  const kept = 'users|rooms|r|members|m|mutes|app_mutes|blocks|attributes|absent_owners|e|each|events'
  const everything = new RegExp(`^(SCAN|SEARCH) (${kept})( USING .*\\(app=\\?\\))?$`)
  const wasteful = [...plans].filter(([, steps]) => steps.some((step) => everything.test(step)))
  expect(wasteful).toEqual([])
  expect(plans.size).toBeGreaterThan(20)
  sqlite.close()
  remove()
})
