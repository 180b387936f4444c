import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Engine } from '../../src/engine/engine-types.ts'
import { createApp } from '../../src/operations/apps/create-app.ts'
import { pruneAudit } from '../../src/operations/audit/prune-audit.ts'
import { createRoom } from '../../src/operations/rooms/create-room.ts'
import { registerUsers } from '../../src/operations/users/register-users.ts'
import { expectRefusal, expectSuccess } from '../support/bodies.ts'
import { anEngine } from '../support/engine.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol')
})
afterAll(() => server.stop())

interface Entry {
  timestamp: number
  chatroomid: string
  operator: string
  operation: string
  changes: { before?: object }[]
}

/** An entry without what was there before: its own test has that. */
const told = ({ changes, ...entry }: Entry) => ({
  ...entry,
  changes: changes.map(({ before: _, ...change }): object => change),
})

/** A room's trail, the earliest first. */
async function trailOf(id: string, of = app): Promise<ReturnType<typeof told>[]> {
  const { body } = await of.call('GET', `/chatrooms/${id}/audit?limit=1000`)
  return body.data.toReversed().map(told)
}

test('every change of a room is in its trail, with who made it, also when the room is gone', async () => {
  const started = Date.now()
  const id = await app.room({ owner: 'alice', members: ['bob'] })
  const room = `/chatrooms/${id}`
  const alice = await asUser(app, 'alice')
  const carol = await asUser(app, 'carol')
  await alice('PUT', room, { name: 'renamed', maxusers: 5 })
  await carol('POST', `${room}/users/carol`)
  await app.call('POST', `${room}/admin`, { newadmin: 'bob' })
  await alice('POST', `${room}/mute`, { usernames: ['carol'], mute_duration: -1 })
  await alice('DELETE', `${room}/mute/carol`)
  await alice('POST', `${room}/ban`)
  await alice('DELETE', `${room}/ban`)
  await alice('POST', `${room}/white/users`, { usernames: ['carol'] })
  await alice('DELETE', `${room}/white/users/carol`)
  await alice('POST', `${room}/announcement`, { announcement: 'be kind' })
  await carol('PUT', `/metadata/chatroom/${id}/user/carol`, { metaData: { mood: 'calm' } })
  await carol('DELETE', `${room}/users/carol`)
  await alice('DELETE', `${room}/admin/bob`)
  await alice('POST', `${room}/blocks/users/bob`)
  await alice('DELETE', `${room}/blocks/users/bob`)
  await app.call('POST', `${room}/users`, { usernames: ['bob', 'carol'] })
  await alice('DELETE', `${room}/users/bob,carol`)
  await app.call('POST', `${room}/users/bob`)
  await alice('PUT', room, { newowner: 'bob' })
  await app.call('DELETE', room)

  const forever = 4_638_873_600_000
  const said = [
    ['@ppAdmin', 'createRoom', { type: 'room.created', owner: 'alice', members: 1 }],
    ['alice', 'changeRoom', { type: 'room.changed', name: 'renamed', maxusers: 5 }],
    ['carol', 'addMember', { type: 'member.joined', usernames: ['carol'], memberCount: 3 }],
    ['@ppAdmin', 'addAdmin', { type: 'admin.added', username: 'bob' }],
    ['alice', 'muteMembers', { type: 'member.muted', usernames: ['carol'], expires: forever }],
    ['alice', 'unmuteMembers', { type: 'member.unmuted', usernames: ['carol'] }],
    ['alice', 'setRoomMuted', { type: 'room.muted' }],
    ['alice', 'setRoomMuted', { type: 'room.unmuted' }],
    ['alice', 'allowMembers', { type: 'member.allowed', usernames: ['carol'] }],
    ['alice', 'disallowMembers', { type: 'member.disallowed', usernames: ['carol'] }],
    ['alice', 'setAnnouncement', { type: 'announcement.changed', announcement: 'be kind' }],
    [
      'carol',
      'setAttributes',
      { type: 'attributes.set', username: 'carol', keys: ['mood'], autoDelete: true, forced: false },
    ],
    [
      'carol',
      'removeMember',
      { type: 'attributes.removed', keys: ['mood'] },
      { type: 'member.left', usernames: ['carol'], memberCount: 2 },
    ],
    ['alice', 'removeAdmin', { type: 'admin.removed', username: 'bob' }],
    ['alice', 'blockUser', { type: 'member.blocked', usernames: ['bob'], memberCount: 1 }],
    ['alice', 'unblockUsers', { type: 'member.unblocked', usernames: ['bob'] }],
    ['@ppAdmin', 'addMembers', { type: 'member.joined', usernames: ['bob', 'carol'], memberCount: 3 }],
    ['alice', 'removeMembers', { type: 'member.removed', usernames: ['bob', 'carol'], memberCount: 1 }],
    ['@ppAdmin', 'addMember', { type: 'member.joined', usernames: ['bob'], memberCount: 2 }],
    ['alice', 'transferRoom', { type: 'room.transferred', from: 'alice', to: 'bob' }],
    ['@ppAdmin', 'dissolveRoom', { type: 'room.dissolved' }],
  ] as const
  const trail = await trailOf(id)
  expect(trail).toEqual(
    said.map(([operator, operation, ...changes]) => ({
      timestamp: expect.any(Number),
      chatroomid: id,
      operator,
      operation,
      changes: [...changes],
    })),
  )
  for (const { timestamp } of trail) {
    expect(timestamp).toBeGreaterThanOrEqual(started)
    expect(timestamp).toBeLessThanOrEqual(Date.now())
  }
})

test('the trail of the app holds every room, its users and super admins; pages join without gaps', async () => {
  const annex = await server.app('acme#annex')
  await annex.register('alice', 'bob')
  const first = await annex.room({ owner: 'alice', members: ['bob'] })
  const second = await annex.room({ owner: 'bob', members: ['alice'] })
  await annex.call('POST', '/chatrooms/super_admin', { superadmin: 'alice' })
  await annex.call('DELETE', '/users/bob')
  const rows: Entry[] = []
  let cursor: string | undefined = ''
  while (cursor !== undefined) {
    const { body }: { body: { data: Entry[]; cursor?: string } } = await annex.call(
      'GET',
      `/audit?limit=1&cursor=${cursor}`,
    )
    rows.push(...body.data)
    cursor = body.cursor
  }
  const deleted = rows.filter(({ operation }) => operation === 'deleteUser').map(told)
  expect(new Set(deleted.map(({ chatroomid, changes }) => [chatroomid, changes]))).toEqual(
    new Set([
      ['', [{ type: 'user.changed', username: 'bob', change: 'deleted' }]],
      [first, [{ type: 'member.left', usernames: ['bob'], memberCount: 1 }]],
      [second, [{ type: 'room.dissolved' }]],
    ]),
  )
  expect(rows.slice(3).map(({ chatroomid, operation }) => [operation, chatroomid])).toEqual([
    ['addSuperAdmin', ''],
    ['createRoom', second],
    ['createRoom', first],
  ])
  const all = await annex.call('GET', '/audit?limit=1000')
  expectSuccess(all, annex, 'get', '/audit', { data: rows, count: 6, params: { limit: ['1000'] } })
})

test('what was refused is not in it', async () => {
  const id = await app.room({ owner: 'alice' })
  await app.call('POST', `/chatrooms/${id}/users/ghost`)
  await (await asUser(app, 'bob'))('DELETE', `/chatrooms/${id}`)
  expect((await trailOf(id)).map(({ operation }) => operation)).toEqual(['createRoom'])
})

test('another app, and another room, has a trail of its own', async () => {
  const other = await server.app('acme#other')
  const id = await app.room({ owner: 'alice' })
  expect(await trailOf(id, other)).toEqual([])
  expect((await other.call('GET', '/audit')).body.data).toEqual([])
  const { body } = await app.call('GET', '/audit?limit=1')
  const foreign = await other.call('GET', `/audit?cursor=${body.cursor}`)
  expectRefusal(foreign, 400, 'invalid_parameter', 'cursor was not issued by this list')
})

test('an app that wants no trail has none', async () => {
  const quiet = await server.app('acme#quiet', { auditDays: 0 })
  await quiet.register('alice')
  const id = await quiet.room({ owner: 'alice' })
  expect(await trailOf(id, quiet)).toEqual([])
})

describe('pruning', () => {
  let engine: Engine
  let close: () => Promise<void>
  const operator = { kind: 'app' } as const
  beforeAll(async () => {
    const made = await anEngine()
    engine = made.engine
    close = made.close
  })
  afterAll(() => close())

  test('forgets the oldest first, a limited number at a time, of one app', async () => {
    const ids: number[] = []
    for (const key of ['acme#one', 'acme#two']) {
      await engine.commit(0, operator, createApp, { key })
      const [org = '', name = ''] = key.split('#')
      const id = (await engine.store.apps.findApp(org, name))?.id ?? 0
      const users = [{ username: 'alice', passwordHash: null, nickname: null }]
      await engine.commit(id, operator, registerUsers, { users })
      ids.push(id)
    }
    const [one = 0, two = 0] = ids
    const draft = { name: '', description: '', owner: 'alice' }
    const create = (app: number) => engine.commit(app, operator, createRoom, draft)
    await Promise.all(Array.from({ length: 600 }, () => create(one)))
    await create(two)
    const count = async (app: number) => (await engine.store.events.listChanges(app, 1000)).length
    const before = Date.now() + 1
    while (Date.now() <= before) await Bun.sleep(1)
    await create(one)
    expect(await engine.commit(one, operator, pruneAudit, { beforeMs: before })).toBe(500)
    expect(await count(one)).toBe(101)
    expect(await engine.commit(one, operator, pruneAudit, { beforeMs: before })).toBe(100)
    expect(await count(one)).toBe(1)
    expect(await count(two)).toBe(1)
  })
})
