import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { expectRefusal } from '../support/bodies.ts'
import { asUser } from '../support/people.ts'
import { chatroomd, directoryPerTest, serves } from '../support/process.ts'
import { aReceiver } from '../support/receiver.ts'
import { callsOn, appsSetting as env } from '../support/served-app.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { upload } from '../support/upload.ts'

setDefaultTimeout(60_000)

let server: TestServer
let apps = 0
beforeAll(async () => {
  const callbackTerms = { lookMs: 30, gatherMs: 5, random: () => 0 }
  const loopback = { callback_networks: '127.0.0.0/8' }
  server = await aServer(loopback, undefined, { quotaEveryMs: 20, callbackTerms })
})
afterAll(() => server.stop())

const anApp = (settings: Parameters<TestServer['app']>[1] = {}) => server.app(`quotas#app${++apps}`, settings)

/** Quotas by name, as limit, used, left. */
async function quotas(app: TestApp, query = '') {
  const { status, body } = await app.call('GET', `/quotas${query}`)
  expect([status, body.count]).toEqual([200, body.data.length])
  return Object.fromEntries(
    body.data.map((each: Record<string, unknown>) => [
      `${each.of} ${each.quota}`,
      [each.limit, each.used, each.left],
    ]),
  )
}

test('14.7 an app sees its limits and what is left of them, also where it has none', async () => {
  const app = await anApp({ rooms: 10, users: 5 })
  await app.register('alice', 'bob')
  await app.room({ owner: 'alice', members: ['bob'] })
  const space = 1_073_741_824
  const expected = {
    'app rooms': [10, 1, 9],
    'app users': [5, 2, 3],
    'app callbacks': [expect.any(Number), 0, expect.any(Number)],
    'app keywordLists': [100, 0, 100],
    'app fileSpace': [expect.any(Number), 0, expect.any(Number)],
  }
  expect(await quotas(app)).toEqual(expected)
  await app.set({ rooms: null, users: 1, fileSpace: 1024 })
  const body = new FormData()
  body.append('file', new Blob(['x'.repeat(10_000)]), 'a.txt')
  await upload({ url: app.url, token: app.token, body })
  expect(await quotas(app)).toEqual({
    ...expected,
    'app rooms': [null, 1, null],
    'app users': [1, 2, 0],
    'app fileSpace': [space, 10_000, space - 10_000],
  })
})

test('14.7 with a user and a room theirs are there, too', async () => {
  const app = await anApp({ roomsPerUser: 3, userFileSpace: 1, historyPerRoom: 50, roomMessageRate: 20 })
  await app.register('alice', 'bob')
  const room = await app.room({ owner: 'alice', members: ['bob'], maxusers: 4 })
  expect(await quotas(app, `?username=Bob&room=${room}`)).toMatchObject({
    'user roomsPerUser': [3, 1, 2],
    'user userFileSpace': [1_048_576, 0, 1_048_576],
    'user userMessageRate': [100, null, null],
    'room maxusers': [4, 2, 2],
    'room historyPerRoom': [50, 0, 50],
    'room files': [expect.any(Number), 0, expect.any(Number)],
    'room pins': [20, 0, 20],
    'room roomMessageRate': [20, null, null],
  })
  await app.set({ historyDays: 0 })
  expect(await quotas(app, `?room=${room}`)).not.toContainKey('room historyPerRoom')
  const none = await app.call('GET', '/quotas?room=1')
  expectRefusal(none, 404, 'resource_not_found', 'grpID 1 does not exist!')
  expect((await app.call('GET', '/quotas?username=nobody')).status).toBe(404)
})

/** Warnings in the audit trail, the oldest first. */
async function warnings(app: TestApp) {
  const { body } = await app.call('GET', '/audit?limit=1000')
  return body.data
    .flatMap(({ changes }: { changes: { type: string }[] }) => changes)
    .filter(({ type }: { type: string }) => type === 'quota.warning')
    .toReversed()
}

test('14.7 at 80 % of a quota the app is warned, once until it is less again', async () => {
  const app = await anApp({ users: 5, rooms: 5 })
  const receiver = aReceiver()
  const rule = { name: 'q', url: receiver.url, events: ['app.quota_warning'], enabled: true }
  await app.call('POST', '/callbacks', rule)
  await app.register('u1', 'u2', 'u3')
  await app.register('u4')
  await until(async () => (await warnings(app)).length === 1)
  const warning = { quota: 'users', unit: 'items', limit: 5, used: 4 }
  expect(await warnings(app)).toEqual([{ type: 'quota.warning', ...warning }])
  // Another quota is warned of, and this one not again, though more of it is used.
  await app.register('u5')
  for (let n = 0; n < 4; n++) await app.room({ owner: 'u1' })
  await until(async () => (await warnings(app)).length === 2)
  expect((await warnings(app))[1]).toMatchObject({ quota: 'rooms', limit: 5, used: 4 })
  for (const user of ['u5', 'u4']) await app.call('DELETE', `/users/${user}`)
  // Whoever sees that another app is warned of has seen before that this one has users left.
  const other = await anApp({ users: 1 })
  await other.register('u1')
  await until(async () => (await warnings(other)).length === 1)
  await app.register('u4')
  await until(async () => (await warnings(app)).length === 3)
  await receiver.wait(3)
  expect(receiver.got.map(({ body }) => body.quota)).toEqual(['users', 'rooms', 'users'])
  expect(receiver.got[0]?.body).toMatchObject({ eventType: 'quota_warning', ...warning })
  receiver.stop()
})

test('14.7 at 80 % of a quota of a room or a user the app is warned at once, and again when it has been less', async () => {
  const app = await anApp({ roomsPerUser: 10 })
  const names = Array.from({ length: 10 }, (_, n) => `u${n}`)
  await app.register(...names)
  const room = await app.room({ owner: 'u0', maxusers: 10, members: names.slice(1, 6) })
  const join = async () => app.call('POST', `/chatrooms/${room}/users`, { usernames: ['u6', 'u7'] })
  await join()
  const full = { type: 'quota.warning', quota: 'maxusers', unit: 'items', limit: 10, used: 8 }
  expect(await warnings(app)).toEqual([full])
  await app.call('POST', `/chatrooms/${room}/users/u8`)
  expect(await warnings(app)).toHaveLength(1)
  await app.call('DELETE', `/chatrooms/${room}/users/u6,u7,u8`)
  await join()
  expect(await warnings(app)).toEqual([full, full])

  for (let n = 0; n < 9; n++) await app.room({ owner: 'u9' })
  expect((await warnings(app)).at(-1)).toEqual({
    ...{ type: 'quota.warning', quota: 'roomsPerUser', unit: 'items', limit: 10, used: 8 },
    username: 'u9',
  })
  expect(await warnings(app)).toHaveLength(3)
  // A small limit is no news.
  const small = await app.room({ owner: 'u0', maxusers: 5 })
  await app.call('POST', `/chatrooms/${small}/users`, { usernames: ['u1', 'u2', 'u3'] })
  expect(await warnings(app)).toHaveLength(3)
})

test('14.7 at 80 % of the space for files of a user, or of the app, the app is warned', async () => {
  const app = await anApp({ fileSpace: 1, userFileSpace: 1 })
  await app.register('alice')
  const { token } = await asUser(app, 'alice')
  const send = async (bytes: number) => {
    const body = new FormData()
    body.append('file', new Blob(['x'.repeat(bytes)]), 'a.txt')
    expect((await upload({ url: app.url, token, body })).status).toBe(200)
  }
  await send(500_000)
  expect(await warnings(app)).toEqual([])
  await send(400_000)
  const warned = { type: 'quota.warning', unit: 'bytes', limit: 2 ** 20, used: 900_000 }
  await until(async () => (await warnings(app)).length === 2)
  expect(new Set(await warnings(app))).toEqual(
    new Set([
      { ...warned, quota: 'fileSpace', used: expect.any(Number) },
      { ...warned, quota: 'userFileSpace', used: expect.any(Number), username: 'alice' },
    ]),
  )
})

let dir: string
directoryPerTest((made) => {
  dir = made
})

test('14.7 "chatroomd app show" shows an app with its quotas, beside a server and without one', async () => {
  const served = await serves({ cwd: dir, env })
  const { call } = await callsOn(served.url)
  await call('POST', '/users', { username: 'alice' })
  const key = env.CHATROOMD_APPS?.split(':')[0] ?? ''
  const show = (...options: string[]) => chatroomd(['app', 'show', key, ...options], { cwd: dir })
  const { out, err, code } = await show('--user', 'alice')
  expect([err, code]).toEqual(['', 0])
  expect(out).toStartWith(`app        ${key}\nclient id  `)
  expect(out).toMatch(/\nrooms +none\n/)
  expect(out).toMatch(/\nOF +QUOTA +LIMIT +USED +LEFT\n/)
  expect(out).toMatch(/\napp +users +none +1 +–\n/)
  expect(out).toMatch(/\nuser +userMessageRate +100\/s +– +–\n/)
  await served.end('SIGTERM')
  const shown = JSON.parse((await show('--json')).out)
  expect(shown).toMatchObject({
    key,
    clientId: expect.any(String),
    settings: { dialect: 'auto', rooms: null },
  })
  expect(shown.quotas[1]).toEqual({
    of: 'app',
    quota: 'users',
    unit: 'items',
    limit: null,
    used: 1,
    left: null,
  })
})
