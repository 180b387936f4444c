import { afterAll, beforeAll, expect, test } from 'bun:test'
import { refusal as failure } from '../support/bodies.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
let other: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  other = await server.app('acme#annex')
  await app.call('POST', '/users', { username: 'alice', password: 'alice-1' })
  await app.register('bob')
  await other.register('alice')
})
afterAll(() => server.stop())

const anonymous = { authorization: '' }
const logIn = (username: string, password: string, extra = {}) =>
  app.call('POST', '/token', { grant_type: 'password', username, password, ...extra }, anonymous)

/** Whether a token is valid: its response has the expiry. */
const expiryOf = (token: string, username: string) =>
  app.call('GET', `/sdk/users/${username}/token/expires`, undefined, { authorization: `Bearer ${token}` })

test('a user logs in with its password and gets a token and its own record', async () => {
  const { status, body } = await logIn('ALICE', 'alice-1', { timestamp: 1, ttl: '1000' })
  expect(status).toBe(200)
  expect(body).toEqual({
    access_token: expect.stringMatching(/^YWMt[\w-]+$/),
    expires_in: 1000,
    user: {
      uuid: expect.any(String),
      type: 'user',
      created: expect.any(Number),
      modified: expect.any(Number),
      username: 'alice',
      activated: true,
    },
  })
  const { body: expiry } = await expiryOf(body.access_token, 'alice')
  expect(expiry).toEqual({ expire_timestamp: expect.any(Number) })
  expect(expiry.expire_timestamp - Date.now()).toBeGreaterThan(990_000)
  expect(expiry.expire_timestamp - Date.now()).toBeLessThanOrEqual(1_000_000)
})

for (const [title, username, password, status, error, text] of [
  ['a wrong password', 'alice', 'alice-2', 400, 'invalid_grant', 'invalid password'],
  ['an empty password', 'alice', '', 400, 'invalid_grant', 'invalid password'],
  ['a user without a password', 'bob', 'bob-1', 400, 'invalid_grant', 'invalid password'],
  ['an unknown user', 'ghost', 'ghost-1', 404, 'invalid_grant', 'user not found'],
  ['an illegal user id', 'gh ost', 'x', 400, 'illegal_argument', 'username [gh ost] is not legal'],
  ['a user id of 65 bytes', 'x'.repeat(65), 'x', 400, 'illegal_argument', 'USERNAME_TOO_LONG'],
] as const) {
  test(`a login with ${title} is refused`, async () => {
    const reply = await logIn(username, password)
    expect(reply.status).toBe(status)
    expect(reply.body).toEqual(failure(error, text))
  })
}

test('the app requests a token of a user, and may create the user by that', async () => {
  const inherit = (username: string, autoCreateUser?: boolean) =>
    app.call('POST', '/token', { grant_type: 'inherit', username, autoCreateUser })
  const known = await inherit('bob')
  expect(known.body.user.username).toBe('bob')
  expect(known.body.expires_in).toBe(5_184_000)

  const unknown = await inherit('Carol')
  expect(unknown.status).toBe(404)
  expect(unknown.body).toEqual(failure('entity_not_found', 'User null not found'))

  const created = await inherit('Carol', true)
  expect(created.status).toBe(200)
  expect(created.body.user.username).toBe('carol')
  expect((await app.call('GET', '/users/carol')).body.entities[0].uuid).toBe(created.body.user.uuid)
})

test('users that come into being by inherit count towards the quota of users', async () => {
  const small = await server.app('acme#small', { users: 1 })
  await small.register('alice')
  const { status, body } = await small.call('POST', '/token', {
    grant_type: 'inherit',
    username: 'bob',
    autoCreateUser: true,
  })
  expect(status).toBe(429)
  expect(body.error).toBe('resource_limited')
})

test('inherit is for the app alone', async () => {
  const bob = await asUser(app, 'bob')
  const request = { grant_type: 'inherit', username: 'alice' }
  const corrupt = failure('auth_bad_access_token', 'Unable to authenticate due to corrupt access token')
  const oauth = failure('unauthorized', 'Unable to authenticate (OAuth)')
  for (const [authorization, body] of [
    [`Bearer ${bob.token}`, corrupt],
    [`Bearer ${other.token}`, corrupt],
    ['Bearer nonsense', oauth],
    ['', oauth],
  ] as const) {
    const reply = await app.call('POST', '/token', request, { authorization })
    expect(reply.status).toBe(401)
    expect(reply.body).toEqual(body)
  }
})

test('a user token is good for its own app and its own name only', async () => {
  const alice = await asUser(app, 'alice')
  expect((await expiryOf(alice.token, 'alice')).status).toBe(200)
  expect((await expiryOf(alice.token, 'bob')).status).toBe(401)
  const elsewhere = await other.call('GET', '/sdk/users/alice/token/expires', undefined, {
    authorization: `Bearer ${alice.token}`,
  })
  expect(elsewhere.status).toBe(401)
})

test('the accounts of users are the app’s business alone', async () => {
  const alice = await asUser(app, 'alice')
  for (const [method, path, body] of [
    ['GET', '/users'],
    ['GET', '/users/alice'],
    ['POST', '/users', { username: 'dave' }],
    ['DELETE', '/users/bob'],
    ['DELETE', '/users'],
    ['PUT', '/users/alice/password', { newpassword: 'x' }],
    ['POST', '/users/bob/deactivate'],
    ['POST', '/users/bob/activate'],
    ['GET', '/users/bob/status'],
    ['POST', '/users/batch/status', { usernames: ['bob'] }],
    ['GET', '/users/bob/disconnect'],
  ] as const) {
    const reply = await alice(method, path, body)
    expect([path, reply.status]).toEqual([path, 401])
    expect(reply.body).toEqual(failure('unauthorized', 'Unable to authenticate (OAuth)'))
  }
})

test('a new password ends the tokens of before, and the old password', async () => {
  await app.call('POST', '/users', { username: 'dora', password: 'dora-1' })
  const { body } = await logIn('dora', 'dora-1')
  expect((await expiryOf(body.access_token, 'dora')).status).toBe(200)
  const changed = await app.call('PUT', '/users/dora/password', { newpassword: 'dora-2' })
  expect(changed.status).toBe(200)
  expect(changed.body.action).toBe('set user password')
  expect((await expiryOf(body.access_token, 'dora')).status).toBe(401)
  expect((await logIn('dora', 'dora-1')).status).toBe(400)
  const again = await logIn('dora', 'dora-2')
  expect((await expiryOf(again.body.access_token, 'dora')).status).toBe(200)
})

test('a deactivated user has no token and gets none until it is activated', async () => {
  await app.call('POST', '/users', { username: 'erin', password: 'erin-1' })
  const { body } = await logIn('erin', 'erin-1')
  expect((await expiryOf(body.access_token, 'erin')).status).toBe(200)
  const off = await app.call('POST', '/users/erin/deactivate')
  expect(off.body.action).toBe('Deactivate user')
  expect(off.body.entities[0]).toEqual({
    ...body.user,
    modified: expect.any(Number),
    activated: false,
  })
  expect((await expiryOf(body.access_token, 'erin')).status).toBe(401)
  for (const reply of [
    await logIn('erin', 'erin-1'),
    await app.call('POST', '/token', { grant_type: 'inherit', username: 'erin' }),
  ]) {
    expect(reply.status).toBe(400)
    expect(reply.body).toEqual(failure('invalid_grant', 'user not activated'))
  }
  const on = await app.call('POST', '/users/erin/activate')
  expect(on.body.action).toBe('activate user')
  expect((await expiryOf(body.access_token, 'erin')).status).toBe(401)
  const again = await logIn('erin', 'erin-1')
  expect((await expiryOf(again.body.access_token, 'erin')).status).toBe(200)
})

test('whoever takes the name of a deleted user does not revive its tokens', async () => {
  await app.register('frank')
  const frank = await asUser(app, 'frank')
  expect((await expiryOf(frank.token, 'frank')).status).toBe(200)
  await app.call('DELETE', '/users/frank')
  expect((await expiryOf(frank.token, 'frank')).status).toBe(401)
  await app.register('frank')
  expect((await expiryOf(frank.token, 'frank')).status).toBe(401)
})

test('nobody who is not connected is online', async () => {
  const one = await app.call('GET', '/users/alice/status')
  expect([one.body.data, one.body.count]).toEqual([{ alice: 'offline' }, 0])
  const several = await app.call('POST', '/users/batch/status', { usernames: ['Alice', 'ghost'] })
  expect(several.body.data).toEqual([{ alice: 'offline' }, { ghost: 'offline' }])
  const many = await app.call('POST', '/users/batch/status', {
    usernames: Array.from({ length: 101 }, (_, n) => `user${n}`),
  })
  expect(many.status).toBe(400)
  const gone = await app.call('GET', '/users/alice/disconnect')
  expect(gone.body.data).toEqual({ result: true })
  expect((await app.call('GET', '/users/ghost/status')).status).toBe(404)
  expect((await app.call('GET', '/users/ghost/disconnect')).status).toBe(404)
})

test('a flood of logins is refused rather than piled up', async () => {
  const replies = await Promise.all(Array.from({ length: 200 }, () => logIn('ghost', 'ghost-1')))
  const statuses = new Set(replies.map(({ status }) => status))
  expect(statuses).toEqual(new Set([404, 503]))
  const refused = replies.find(({ status }) => status === 503)
  expect(refused?.headers.get('retry-after')).toBe('1')
  expect(refused?.body).toEqual(failure('service_unavailable', 'too many logins at once'))
}, 30_000)
