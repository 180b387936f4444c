import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { MSync_Command } from '../../src/realtime/generated/protocol.ts'
import { expectRefusal, expectUnauthorized } from '../support/bodies.ts'
import { type Node, startNode } from '../support/cluster.ts'
import { fetchJson } from '../support/operators.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let apps = 0

beforeAll(async () => {
  server = await aServer()
})
afterAll(() => server.stop())

async function anApp(): Promise<TestApp> {
  apps += 1
  const app = await server.app(`acme#secrets${apps}`)
  await app.register('alice')
  return app
}

const ask = (app: TestApp, client_secret: string, more: object = {}) =>
  app.call(
    'POST',
    '/token',
    { grant_type: 'client_credentials', client_id: app.clientId, client_secret, ...more },
    { authorization: '' },
  )

const listWith = (app: TestApp, token: string) =>
  app.call('GET', '/chatrooms', undefined, { authorization: `Bearer ${token}` })

const rotate = (app: TestApp, overlap_seconds?: number, token = app.token) =>
  app.call('POST', '/secrets', { overlap_seconds }, { authorization: `Bearer ${token}` })

test('15 with an overlap the old secret and its tokens stay good beside the new one, and the trail says who did it', async () => {
  const app = await anApp()
  const alice = await asUser(app, 'alice')
  await app.room({ owner: 'alice' })
  await app.room({ owner: 'alice' })
  const { cursor } = (await app.call('GET', '/chatrooms?limit=1')).body
  const before = Date.now()
  const { status, body } = await rotate(app, 3600)
  expect(status).toBe(200)
  const { client_secret, previous_secret_until: until } = body.data
  expect(body.data).toEqual({ client_id: app.clientId, client_secret, previous_secret_until: until })
  expect(until - before).toBeWithin(3_599_000, 3_660_000)

  expect((await app.call('GET', '/secrets')).body.data).toEqual({
    client_id: app.clientId,
    previous_secret_until: until,
  })
  expect((await alice('GET', `/users/alice/joined_chatrooms`)).status).toBe(200)
  expect((await app.call('GET', `/chatrooms?limit=1&cursor=${cursor}`)).status).toBe(200)
  const fresh = await ask(app, client_secret)
  expect(fresh.body.expires_in).toBe(5_184_000)
  const { body: trail } = await app.call('GET', '/audit?limit=1')
  expect(trail.data[0]).toMatchObject({ operation: 'rotateSecret', operator: '@ppAdmin' })
  expect(trail.data[0].changes).toContainEqual({ type: 'appSecret.changed', change: 'rotated', until })
  expect(JSON.stringify(trail)).not.toContain(client_secret)
})

test('15 whatever was asked for with the old secret or its tokens ends with it, sessions too', async () => {
  const app = await anApp()
  const { client_secret } = (await rotate(app, 3600)).body.data
  const old = await ask(app, app.clientSecret, { ttl: 0 })
  expect(old.body.expires_in).toBeWithin(3_500, 3_601)
  const alice = (await asUser(app, 'alice')).token
  const fresh = (await ask(app, client_secret)).body.access_token
  const inherit = { grant_type: 'inherit', username: 'alice' }
  const { body } = await app.call('POST', '/token', inherit, { authorization: `Bearer ${fresh}` })
  const [leaves, stays] = await Promise.all([
    TestSocket.login(server.url, app.key, 'alice', alice, 'old'),
    TestSocket.login(server.url, app.key, 'alice', body.access_token, 'new'),
  ])

  const ended = await app.call('DELETE', '/secrets', undefined, { authorization: `Bearer ${fresh}` })
  expect(ended.body.data).toEqual({ client_id: app.clientId, previous_secret_until: null })
  for (const token of [app.token, old.body.access_token, alice]) {
    await until(async () => (await listWith(app, token)).status === 401)
    expectUnauthorized(await listWith(app, token))
  }
  expectRefusal(await ask(app, app.clientSecret), 400, 'invalid_grant', 'client_secret does not match')
  await leaves.closed
  for (const token of [fresh, body.access_token]) expect((await listWith(app, token)).status).toBe(200)
  stays.frame(MSync_Command.UNREAD, new Uint8Array())
  await stays.find(({ unread }) => unread !== undefined)
  stays.close()
})

test('15 an overlap ends by itself, and with it the sessions of the old tokens', async () => {
  const app = await anApp()
  const socket = await TestSocket.login(server.url, app.key, 'alice', (await asUser(app, 'alice')).token)
  const { client_secret } = (await rotate(app, 1)).body.data
  await until(async () => (await listWith(app, app.token)).status === 401)
  await socket.closed
  expectRefusal(await ask(app, app.clientSecret), 400, 'invalid_grant', 'client_secret does not match')
  const { access_token } = (await ask(app, client_secret)).body
  const { body } = await app.call('GET', '/secrets', undefined, { authorization: `Bearer ${access_token}` })
  expect(body.data.previous_secret_until).toBeNull()
})

test('15 there are two secrets at most, and without an overlap both end at once', async () => {
  const app = await anApp()
  const second = (await rotate(app, 3600)).body.data.client_secret
  const third = await rotate(app, 60)
  const text = 'the app has two secrets; end the previous one first, or rotate without an overlap'
  expectRefusal(third, 403, 'exceed_limit', text)
  const last = (await rotate(app)).body.data
  expect(last.previous_secret_until).toBeNull()
  for (const [secret, status] of [
    [app.clientSecret, 400],
    [second, 400],
    [last.client_secret, 200],
  ] as const)
    expect((await ask(app, secret)).status).toBe(status)
})

test('15 who may not rotate and which overlap is none are said, and nothing changes', async () => {
  const app = await anApp()
  const text = 'overlap_seconds must be a whole number from 0 to 7776000'
  for (const seconds of [-1, 1.5, 7_776_001])
    expectRefusal(await rotate(app, seconds), 400, 'illegal_argument', text)
  expectUnauthorized(await rotate(app, 60, (await asUser(app, 'alice')).token))
  expect((await ask(app, app.clientSecret)).status).toBe(200)
})

// One process serves an embedded store.
test.skipIf(process.env.TEST_DATABASE_URL === undefined)(
  '15 another node knows both secrets, and ends the old one',
  async () => {
    const app = await anApp()
    const node: Node = await startNode(server.databaseUrl)
    const there = `${node.url}/${app.key.replace('#', '/')}`
    const askThere = async (client_secret: string) =>
      (
        await fetchJson(`${there}/token`, 'POST', {
          grant_type: 'client_credentials',
          client_id: app.clientId,
          client_secret,
        })
      ).status
    const { client_secret } = (await rotate(app, 3600)).body.data
    await until(async () => (await askThere(client_secret)) === 200)
    expect(await askThere(app.clientSecret)).toBe(200)
    await server.admin.dropSecret(app.key)
    await until(async () => (await askThere(app.clientSecret)) === 400)
    expect(await askThere(client_secret)).toBe(200)
    await node.stop()
  },
)
