import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readAppSettings } from '../../src/domain/app-settings.ts'
import { MUCBody_Operation } from '../../src/realtime/generated/protocol.ts'
import type { Json } from '../support/json.ts'
import { storeRooms } from '../support/many-rooms.ts'
import { connectAs } from '../support/people.ts'
import { detailsOf } from '../support/rooms.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

/** Rooms of a user that has many. */
const many = Number(process.env.DELETION_ROOMS ?? 130)

let server: TestServer
let apps = 0
beforeAll(async () => {
  server = await aServer()
})
afterAll(() => server.stop())

async function anApp(ownerSuccession: string, more: Parameters<TestServer['app']>[1] = {}): Promise<TestApp> {
  const app = await server.app(`heirs#app${++apps}`, {
    ...readAppSettings([`ownerSuccession=${ownerSuccession}`]),
    ...more,
  })
  await app.register('alice', 'bob', 'carol', 'dave', 'erin')
  return app
}

/** A room of alice in which bob, then carol, then dave joined; carol and dave are admins. */
async function aRoom(app: TestApp, more: object = {}): Promise<string> {
  const id = await app.room({ owner: 'alice', ...more })
  for (const name of ['bob', 'carol', 'dave']) await app.call('POST', `/chatrooms/${id}/users/${name}`)
  for (const newadmin of ['dave', 'carol']) await app.call('POST', `/chatrooms/${id}/admin`, { newadmin })
  return id
}

const remove = async (app: TestApp, name: string, query = '') => {
  const reply = await app.call('DELETE', `/users/${name}${query}`)
  expect(reply.status).toBe(200)
  return reply.body
}

/** Owner and members after the owner was deleted; undefined where the room went. */
async function after(app: TestApp, id: string) {
  await remove(app, 'alice')
  const reply = await app.call('GET', `/chatrooms/${id}`)
  if (reply.status !== 200) return undefined
  const { owner, affiliations_count, affiliations } = await detailsOf(app, id)
  return [
    owner,
    affiliations_count,
    affiliations
      .map((row: Json) => row.owner ?? row.member)
      .sort()
      .join(),
  ]
}

for (const [rule, heir] of [
  ['oldest_admin', ['carol', 3, 'bob,carol,dave']],
  ['oldest_member', ['bob', 3, 'bob,carol,dave']],
  ['user:Dave', ['dave', 3, 'bob,carol,dave']],
  ['user:erin', ['erin', 4, 'bob,carol,dave,erin']],
  ['user:alice', ['carol', 3, 'bob,carol,dave']],
  ['user:nobody', ['carol', 3, 'bob,carol,dave']],
] as const) {
  test(`14.6 the room of a deleted user has another owner with ownerSuccession=${rule}`, async () => {
    const app = await anApp(rule)
    const id = await aRoom(app)
    expect(await after(app, id)).toEqual([...heir])
    const admins = (await app.call('GET', `/chatrooms/${id}/admin`)).body.data
    expect(admins).toEqual(['carol', 'dave'].filter((name) => name !== heir[0]))
  })
}

test('14.6 without a rule, and with a rule that finds nobody, the room is dissolved, and can be restored', async () => {
  const app = await anApp('dissolve')
  expect(await after(app, await aRoom(app))).toBeUndefined()
  const other = await anApp('oldest_admin')
  const id = await other.room({ owner: 'alice' })
  expect(await after(other, id)).toBeUndefined()
  expect((await other.call('POST', `/chatrooms/${id}/restore?owner=bob`)).status).toBe(200)
})

test('14.6 a named user who is blocked, or in too many rooms, is passed over; one who takes the place of the owner is not', async () => {
  const app = await anApp('user:erin')
  const id = await aRoom(app, { maxusers: 5 })
  await app.call('POST', `/chatrooms/${id}/users/erin`)
  await app.call('POST', `/chatrooms/${id}/blocks/users/erin`)
  const full = await aRoom(app, { maxusers: 4 })
  expect(await after(app, id)).toEqual(['carol', 3, 'bob,carol,dave'])
  expect((await detailsOf(app, full)).owner).toBe('erin')
  const busy = await anApp('user:erin', { roomsPerUser: 1 })
  await busy.room({ owner: 'erin' })
  expect(await after(busy, await aRoom(busy))).toEqual(['carol', 3, 'bob,carol,dave'])
})

test('14.6 an admin who owned nothing before may hand on what it got, when users are deleted by the number', async () => {
  const app = await anApp('oldest_member')
  const id = await aRoom(app)
  expect((await app.call('DELETE', '/users?limit=2')).status).toBe(200)
  expect((await detailsOf(app, id)).owner).toBe('carol')
})

test('14.6 a dry run of deleting a user says which rooms would go and which would have another owner', async () => {
  const app = await anApp('oldest_admin')
  const [kept, gone] = [await aRoom(app), await app.room({ owner: 'alice' })]
  const { events } = await remove(app, 'alice', '?dry_run=true')
  const told = events.filter(({ type }: Json) => type.startsWith('room.'))
  expect(told.map(({ type, room, to }: Json) => [type, room, to])).toEqual([
    ['room.transferred', kept, 'carol'],
    ['room.dissolved', gone, undefined],
  ])
  expect((await detailsOf(app, kept)).owner).toBe('alice')
})

test('14.6 members are told of the new owner, and the log has what a transfer emits', async () => {
  const app = await anApp('oldest_admin')
  const id = await aRoom(app)
  const bob = await connectAs(app, 'bob')
  await remove(app, 'alice')
  const { events } = await bob.event(MUCBody_Operation.ASSIGN_OWNER)
  expect(events[0]?.to?.[0]?.name).toBe('carol')
  bob.close()
  const [latest] = (await app.call('GET', `/chatrooms/${id}/audit`)).body.data
  expect([latest.operation, latest.changes]).toEqual([
    'deleteUser',
    [
      { type: 'room.transferred', from: 'alice', to: 'carol' },
      { type: 'member.left', usernames: ['alice'], memberCount: 3 },
    ],
  ])
})

test('14.6 a room that was dissolved before its owner was deleted is restored for the successor', async () => {
  const app = await anApp('oldest_admin')
  const id = await aRoom(app)
  await app.call('DELETE', `/chatrooms/${id}`)
  await remove(app, 'alice')
  await remove(app, 'carol')
  expect((await app.call('POST', `/chatrooms/${id}/restore`)).status).toBe(200)
  expect((await detailsOf(app, id)).owner).toBe('dave')
})

const countOf = async (app: TestApp, filter: string): Promise<number> =>
  (await app.call('GET', `/chatrooms?limit=1&total=true&${filter}`)).body.total

for (const [rule, owner] of [
  ['dissolve', undefined],
  ['user:bob', 'bob'],
] as const)
  test(`14.6 a user with more rooms than go at once is deleted, and all of them follow, with ownerSuccession=${rule}`, async () => {
    const app = await anApp(rule)
    await storeRooms(server, app, { prefix: `${apps}x`, count: many, owner: 'alice' })
    await storeRooms(server, app, { prefix: `${apps}y`, count: 20, owner: 'bob' })
    for (const n of [1, 20]) await app.call('POST', `/chatrooms/${apps}y${n}/users/alice`)
    const { events } = await remove(app, 'alice', '?dry_run=true')
    const told = events.find(({ type }: Json) => type === 'user.changed')
    expect(told.roomsLeft).toBe(owner ? many + 2 : many - 98)
    expect(await countOf(app, 'owner=alice')).toBe(many)

    await remove(app, 'alice')
    expect((await app.call('GET', '/users/alice')).status).toBe(404)
    // Until then the name is taken.
    while ((await app.call('POST', '/users', { username: 'alice' })).status !== 200) await Bun.sleep(10)
    expect(await countOf(app, 'owner=alice')).toBe(0)
    expect(await countOf(app, 'member=alice')).toBe(0)
    const { data } = (await app.call('GET', '/quotas?username=bob')).body
    const joined = data.find(({ quota }: Json) => quota === 'roomsPerUser')
    expect(joined.used).toBe(owner ? many + 20 : 20)
    expect((await detailsOf(app, `${apps}y20`)).affiliations_count).toBe(1)
    if (owner) return
    const restored = await app.call('POST', `/chatrooms/${apps}x${many}/restore?owner=carol`)
    expect(restored.status).toBe(200)
    expect((await detailsOf(app, `${apps}x${many}`)).owner).toBe('carol')
  }, 600_000)

test('14.6 a rule that is none is refused by the command line', () => {
  for (const value of ['oldest', 'user:', 'user:a b', ''])
    expect(() => readAppSettings([`ownerSuccession=${value}`])).toThrow('must be one of dissolve')
})
