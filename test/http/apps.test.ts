import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { expectRefusal, expectUnauthorized } from '../support/bodies.ts'
import { detailsOf, draft } from '../support/rooms.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await aServer()
})
afterAll(() => server.stop())

describe('apps are walls', () => {
  let app: TestApp
  let others: TestApp[]
  let id: string

  beforeAll(async () => {
    app = await server.app('acme#lounge')
    others = [await server.app('acme#annex'), await server.app('zenith#lounge')]
    for (const each of [app, ...others]) await each.register('alice')
    await app.register('bob', 'carol')
    id = await app.room({ ...draft, members: ['bob'], roomid: 'plaza' })
    await app.room(draft)
  })

  test('a token of one app is refused by another, of the same org or with the same name', async () => {
    for (const other of others)
      for (const path of ['/chatrooms', '/chatrooms/plaza', '/users', '/users/alice/joined_chatrooms'])
        expectUnauthorized(await app.call('GET', path, undefined, { authorization: `Bearer ${other.token}` }))
  })

  test('a room of one app is unknown in another, and its id is free there', async () => {
    for (const other of others) {
      expect((await other.call('GET', '/chatrooms')).body.data).toEqual([])
      expect((await other.call('GET', `/chatrooms/${id}`)).status).toBe(404)
      const missing = ['resource_not_found', `grpID ${id} does not exist!`] as const
      expectRefusal(await other.call('PUT', `/chatrooms/${id}`, { name: 'x' }), 404, ...missing)
      expectRefusal(await other.call('PUT', `/chatrooms/${id}`, { newowner: 'alice' }), 404, ...missing)
      expectRefusal(await other.call('DELETE', `/chatrooms/${id}`), 404, ...missing)
      await other.room({ ...draft, name: 'theirs', roomid: 'plaza' })
      await other.call('DELETE', '/chatrooms/plaza')
    }
    expect(await detailsOf(app, 'plaza')).toMatchObject({ ...draft, affiliations_count: 2 })
  })

  test('a user of one app is unknown in another; the same user id is another user there', async () => {
    for (const other of others) {
      expect((await other.call('GET', '/users/bob')).status).toBe(404)
      expect((await other.call('GET', '/users/bob/joined_chatrooms')).status).toBe(404)
      const unknown = ['resource_not_found', "username bob doesn't exist!"] as const
      const created = await other.call('POST', '/chatrooms', { ...draft, members: ['bob'] })
      expectRefusal(created, 404, ...unknown)
      await other.call('DELETE', '/users/alice')
    }
    expect((await app.call('GET', '/users/alice/joined_chatrooms')).body.count).toBe(2)
  })

  test('a cursor of one app is refused by another', async () => {
    const cursors = await Promise.all(
      ['/chatrooms?limit=1', '/users?limit=1'].map((path) => app.call('GET', path)),
    )
    for (const [place, path] of ['/chatrooms', '/users'].entries())
      for (const other of others)
        expectRefusal(
          await other.call('GET', `${path}?cursor=${cursors[place]?.body.cursor}`),
          400,
          'invalid_parameter',
          'cursor was not issued by this list',
        )
  })

  test('each app has an id of its own, the same in every response', async () => {
    const seen = await Promise.all(
      [app, app, ...others].map(async (each) => (await each.call('GET', '/users')).body.application),
    )
    expect(seen[0]).toBe(seen[1])
    expect(new Set(seen).size).toBe(3)
  })
})

describe('quotas, set per app', () => {
  let apps = 0
  const anApp = async (settings: Parameters<TestServer['app']>[1]) => {
    const app = await server.app(`quota#app${++apps}`, settings)
    await app.register('alice', 'bob')
    return app
  }
  const create = (app: TestApp, extra: object = {}) => app.call('POST', '/chatrooms', { ...draft, ...extra })

  test('rooms: the one over the quota is refused; a dissolved one makes space, a refused one takes none', async () => {
    const app = await anApp({ rooms: 2 })
    const refused = `appKey:${app.key} has create too many chatrooms!`
    const id = await app.room(draft)
    expect((await create(app, { owner: 'nobody' })).status).toBe(404)
    await app.room({ owner: 'bob' })
    expectRefusal(await create(app), 403, 'exceed_limit', refused)
    await app.call('DELETE', `/chatrooms/${id}`)
    expect((await create(app)).status).toBe(200)
    expectRefusal(await create(app), 403, 'exceed_limit', refused)
    await app.call('DELETE', '/users/bob')
    expect((await create(app)).status).toBe(200)
    expectRefusal(await create(app), 403, 'exceed_limit', refused)
  })

  test('rooms: raised, lifted and lowered while there are rooms, it counts those there are', async () => {
    const app = await anApp({})
    await app.room(draft)
    await app.room(draft)
    for (const [rooms, allowed] of [
      [1, false],
      [3, true],
      [3, false],
      [null, true],
      [0, false],
      [5, true],
    ] as const) {
      await app.set({ rooms })
      expect([rooms, (await create(app)).status]).toEqual([rooms, allowed ? 200 : 403])
    }
  })

  test('rooms: twenty at once fill the quota exactly', async () => {
    const app = await anApp({ rooms: 7 })
    const replies = await Promise.all(Array.from({ length: 20 }, () => create(app)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(7)
    expect((await app.call('GET', '/chatrooms?limit=100')).body.count).toBe(7)
  })

  test('rooms a user can be in: owner and members are refused by name, in the order given', async () => {
    const app = await anApp({ roomsPerUser: 1 })
    await app.register('carol')
    const id = await app.room({ owner: 'alice' })
    const full = (name: string) => ['exceed_limit', `user ${name} has joined too many chatrooms!`] as const
    expectRefusal(await create(app, { owner: 'ALICE' }), 403, ...full('alice'))
    expectRefusal(await create(app, { owner: 'bob', members: ['carol', 'alice'] }), 403, ...full('alice'))
    await app.room({ owner: 'bob', members: ['carol'] })
    await app.call('DELETE', `/chatrooms/${id}`)
    expect((await create(app)).status).toBe(200)
  })

  test('rooms a user can be in: twenty at once fill the quota exactly', async () => {
    const app = await anApp({ roomsPerUser: 3 })
    await Promise.all(Array.from({ length: 20 }, () => create(app, { members: ['bob'] })))
    expect((await app.call('GET', '/users/bob/joined_chatrooms')).body.count).toBe(3)
  })

  test('rooms a user can be in: a transfer that adds the user counts, too', async () => {
    const app = await anApp({ roomsPerUser: 1, dialect: 'sdk' })
    const id = await app.room({ owner: 'alice' })
    await app.room({ owner: 'bob' })
    const reply = await app.call('PUT', `/chatrooms/${id}`, { newowner: 'bob' })
    expectRefusal(reply, 403, 'exceed_limit', 'user bob has joined too many chatrooms!')
  })

  test('the ceiling of maxusers is the app’s, for creating, changing and when none is named', async () => {
    const app = await anApp({ maxusers: 50 })
    const refused = ['exceed_limit', 'maxUsers cannot exceed 50'] as const
    const id = await app.room(draft)
    expect((await detailsOf(app, id)).maxusers).toBe(50)
    expectRefusal(await create(app, { maxusers: 51 }), 403, ...refused)
    expectRefusal(await app.call('PUT', `/chatrooms/${id}`, { maxusers: 51 }), 403, ...refused)
    await app.set({ maxusers: 20_000 })
    expect((await app.call('PUT', `/chatrooms/${id}`, { maxusers: 20_000 })).status).toBe(200)
    expect((await detailsOf(app, await app.room(draft))).maxusers).toBe(1000)
  })

  test('lengths of names and descriptions are settings of the app, and named in the refusal', async () => {
    const app = await anApp({ nameLength: 3, descriptionLength: 1024 })
    const id = await app.room({ ...draft, name: '三个字', description: 'x'.repeat(1024) })
    for (const call of [
      (body: object) => create(app, body),
      (body: object) => app.call('PUT', `/chatrooms/${id}`, body),
    ]) {
      expectRefusal(await call({ name: 'four' }), 403, 'exceed_limit', 'title cannot exceed to 3')
      const long = { name: 'abc', description: 'x'.repeat(1025) }
      expectRefusal(await call(long), 403, 'exceed_limit', 'desc cannot exceed to 1024')
    }
  })

  test('users: the one over the quota is refused, and with it its batch', async () => {
    const app = await anApp({ users: 3 })
    const reply = await app.call('POST', '/users', [{ username: 'carol' }, { username: 'dave' }])
    const text =
      'You have exceeded the limit of the community edition,Please upgrade to the enterprise edition'
    expectRefusal(reply, 429, 'resource_limited', text)
    expect((await app.call('GET', '/users')).body.count).toBe(2)
    await app.register('carol')
  })

  test('an app without settings has no quota', async () => {
    const app = await anApp({})
    const replies = await Promise.all(Array.from({ length: 600 }, () => create(app)))
    expect(replies.every(({ status }) => status === 200)).toBe(true)
  })
})
