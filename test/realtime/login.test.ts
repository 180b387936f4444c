import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { MSync_Command, StatisticsBody_Operation } from '../../src/realtime/generated/protocol.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
let tokens: Record<'alice' | 'bob', string>

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol', 'dave')
  tokens = { alice: (await asUser(app, 'alice')).token, bob: (await asUser(app, 'bob')).token }
})
afterAll(() => server.stop())

test('a login is acknowledged with its device, and the keep-alive with the time', async () => {
  const alice = await TestSocket.open(server.url)
  alice.provision(app.key, 'alice', tokens.alice, 'phone')
  const { provision } = await alice.find((got) => got.provision !== undefined)
  expect(provision).toMatchObject({ status: { errorCode: 0 }, resource: 'phone' })
  const { expires_in: expires } = JSON.parse(provision?.authToken ?? '{}')
  expect(expires).toBeGreaterThan(Date.now())
  alice.frame(MSync_Command.UNREAD, new Uint8Array())
  const { unread } = await alice.find((got) => got.unread !== undefined)
  expect(unread?.status?.errorCode).toBe(0)
  expect(Math.abs(Number(unread?.timestamp) - Date.now())).toBeLessThan(60_000)
  alice.close()
})

const other = () => tokens.bob
for (const [title, key, name, token, reason] of [
  ['a token of somebody else', 'acme#lounge', 'alice', other, 'token or password does not match login info'],
  ['no token', 'acme#lounge', 'alice', () => '', 'token or password does not match login info'],
  ['an app token', 'acme#lounge', 'alice', () => app.token, 'token or password does not match login info'],
  ['an unknown app', 'acme#nowhere', 'alice', () => tokens.alice, 'the app key is unknown'],
] as const) {
  test(`a login with ${title} is refused, and the connection closed`, async () => {
    const socket = await TestSocket.open(server.url)
    socket.provision(key, name, token())
    const { provision } = await socket.find((got) => got.provision !== undefined)
    expect(provision?.status).toMatchObject({ errorCode: 1, reason: `Sorry, ${reason}` })
    expect((await socket.closed).code).toBe(1008)
  })
}

test('a login with a token that has expired is refused, and one that expires ends the connection', async () => {
  const { body } = await app.call('POST', '/token', { grant_type: 'inherit', username: 'alice', ttl: 1 })
  const alice = await TestSocket.login(server.url, app.key, 'alice', body.access_token, 'short')
  expect((await alice.closed).reason).toBe('token expired')
  const late = await TestSocket.open(server.url)
  late.provision(app.key, 'alice', body.access_token)
  const { provision } = await late.find((got) => got.provision !== undefined)
  expect(provision?.status?.reason).toBe('Sorry, token expired')
})

/** What a client receives before its connection is closed for good. */
async function logoutOf(socket: TestSocket) {
  const { logouts } = await socket.find((got) => got.logouts.length > 0)
  await socket.closed
  return logouts[0]?.operation
}

test('a second login of the same device ends the first, on another device it does not', async () => {
  const first = await TestSocket.login(server.url, app.key, 'alice', tokens.alice, 'phone')
  const laptop = await TestSocket.login(server.url, app.key, 'alice', tokens.alice, 'laptop')
  const second = await TestSocket.login(server.url, app.key, 'alice', tokens.alice, 'phone')
  expect(await logoutOf(first)).toBe(StatisticsBody_Operation.USER_LOGIN_ANOTHER_DEVICE)
  await laptop.settled()
  await second.settled()
})

test('a new password, deactivation and deletion end the connections of a user', async () => {
  const login = async () =>
    TestSocket.login(server.url, app.key, 'carol', (await asUser(app, 'carol')).token, 'phone')
  const changed = await login()
  await app.call('PUT', '/users/carol/password', { newpassword: 'new-1' })
  expect(await logoutOf(changed)).toBe(StatisticsBody_Operation.USER_KICKED_BY_CHANGE_PASSWORD)
  const deactivated = await login()
  await app.call('POST', '/users/carol/deactivate')
  expect(await logoutOf(deactivated)).toBe(StatisticsBody_Operation.USER_KICKED_BY_OTHER_DEVICE)
  await app.call('POST', '/users/carol/activate')
  const deleted = await login()
  await app.call('DELETE', '/users/carol')
  expect(await logoutOf(deleted)).toBe(StatisticsBody_Operation.USER_REMOVED)
})

test('a new secret of the app ends every connection of it', async () => {
  const rotated = await server.app('acme#rotated')
  await rotated.register('alice')
  const token = (await asUser(rotated, 'alice')).token
  const alice = await TestSocket.login(server.url, rotated.key, 'alice', token)
  await rotated.rotateSecret()
  await alice.closed
})

test('a logout is acknowledged and closes the connection', async () => {
  const alice = await TestSocket.login(server.url, app.key, 'alice', tokens.alice, 'leaving')
  alice.frame(MSync_Command.LOGOUT, new Uint8Array())
  await alice.find(({ command }) => command === MSync_Command.LOGOUT)
  expect((await alice.closed).code).toBe(1000)
})

test('users of another app with the same name are not the same', async () => {
  const elsewhere = await server.app('acme#elsewhere')
  await elsewhere.register('alice', 'bob')
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const alice = await TestSocket.login(server.url, app.key, 'alice', tokens.alice)
  const stranger = await TestSocket.login(
    server.url,
    elsewhere.key,
    'bob',
    (await asUser(elsewhere, 'bob')).token,
  )
  expect((await stranger.say(room, 'let me in')).status?.reason).toBe('group not found')
  await alice.say(room, 'secret')
  await stranger.settled()
  expect(stranger.texts).toEqual([])
})
