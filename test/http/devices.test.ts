import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { StatisticsBody_Operation } from '../../src/realtime/generated/protocol.ts'
import { expectRefusal, expectSuccess, expectUnauthorized, refusal } from '../support/bodies.ts'
import { type Node, startNode } from '../support/cluster.ts'
import { asUser, connectAs } from '../support/people.ts'
import { type SdkClient, sdkInBun } from '../support/sdk-client.ts'
import { aServer, request, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol')
})
afterAll(() => server.stop())

const login = (name: string, resource: string, url = server.url) => connectAs(app, name, resource, url)

const device = (res: string) => ({ res, device_uuid: '', device_name: '' })

const devicesOf = async (name: string): Promise<string[]> =>
  (await app.call('GET', `/users/${name}/resources`)).body.data.map(({ res }: { res: string }) => res).sort()

test('the devices of a user are those with which it is connected now', async () => {
  const phone = await login('alice', 'phone')
  const laptop = await login('alice', 'laptop')
  const path = '/users/alice/resources'
  const rest = { path, data: [device('phone'), device('laptop')] }
  expectSuccess(await app.call('GET', '/users/Alice/resources'), app, 'get', '/users/Alice/resources', {
    ...rest,
    path: '/users/Alice/resources',
  })
  const own = await asUser(app, 'alice')
  expectSuccess(await own('GET', path), app, 'get', path, rest)
  phone.close()
  await until(async () => (await devicesOf('alice')).length === 1)
  expect(await devicesOf('alice')).toEqual(['laptop'])
  laptop.close()
  await until(async () => (await devicesOf('alice')).length === 0)
  const foreign = await asUser(app, 'bob')
  expectUnauthorized(await foreign('GET', path))
  const missing = await app.call('GET', '/users/nobody/resources')
  expectRefusal(missing, 404, 'service_resource_not_found', 'Service resource not found')
})

test('one device is disconnected, by DELETE or by GET, and the others stay', async () => {
  const headers = { authorization: `Bearer ${app.token}` }
  for (const method of ['DELETE', 'GET']) {
    const phone = await login('bob', 'phone')
    const laptop = await login('bob', 'laptop')
    const response = await fetch(`${app.url}/users/bob/disconnect/phone`, { method, headers })
    expect(await response.json()).toMatchObject({
      path: '/users/bob/disconnect/phone',
      data: { result: true },
    })
    await phone.closed
    expect(phone.got.flatMap(({ logouts }) => logouts)).toMatchObject([
      { operation: StatisticsBody_Operation.USER_KICKED_BY_OTHER_DEVICE },
    ])
    expect(await devicesOf('bob')).toEqual(['laptop'])
    // Its token stays valid: it may come back.
    ;(await login('bob', 'phone')).close()
    laptop.close()
    await until(async () => (await devicesOf('bob')).length === 0)
  }
})

test('a device that is not there is a success, an unknown user is not', async () => {
  const path = '/users/bob/disconnect/nothing'
  const rest = { path, data: { result: true } }
  expectSuccess(await app.call('DELETE', path), app, 'delete', path, rest)
  const missing = await app.call('DELETE', '/users/nobody/disconnect/phone')
  expectRefusal(missing, 404, 'service_resource_not_found', 'Service resource not found')
  expectUnauthorized(await (await asUser(app, 'bob'))('DELETE', path))
})

test('a disconnected web SDK gets an event, and sees its other devices', async () => {
  const { token } = await asUser(app, 'carol')
  const phone = await login('carol', 'phone')
  const carol: SdkClient = await sdkInBun('easemob-websdk', {
    url: server.url,
    appKey: app.key,
    user: 'carol',
    accessToken: token,
  })
  const others = await carol.call<{ data: string[] }>('getSelfIdsOnOtherPlatform')
  expect(others.data).toEqual(['carol/phone'])
  const [web = ''] = (await devicesOf('carol')).filter((each) => each !== 'phone')
  await app.call('DELETE', `/users/carol/disconnect/${web}`)
  expect((await carol.receives('onDisconnected')) ?? 'disconnected').toBeDefined()
  phone.close()
})

test('a nickname is set by the user or the app, and shown', async () => {
  const alice = await asUser(app, 'alice')
  const set = await alice('PUT', '/users/alice', { nickname: '小爱' })
  expectSuccess(set, app, 'put', '/users/alice', {
    path: '/users',
    entities: [expect.objectContaining({ username: 'alice', nickname: '小爱', type: 'user' })],
  })
  expect((await app.call('GET', '/users/alice')).body.entities[0].nickname).toBe('小爱')
  const ignored = await app.call('PUT', '/users/alice', {
    entities: [{ notification_ignore_1: true }],
    notification_display_style: 1,
    device_id: 'webim',
  })
  expect(ignored.body.entities[0].nickname).toBe('小爱')
  expect((await alice('GET', '/sdk/users/alice/token/expires')).status).toBe(200)

  const tooLong = await app.call('PUT', '/users/alice', { nickname: 'x'.repeat(101) })
  expectRefusal(tooLong, 400, 'illegal_argument', 'NICKNAME_TOO_LONG')
  const text = 'Entity user requires a property named username'
  for (const body of [{ nickname: 'x' }, {}])
    expectRefusal(await app.call('PUT', '/users/nobody', body), 400, 'required_property_not_found', text)
  expectUnauthorized(await alice('PUT', '/users/bob', { nickname: 'x' }))
})

test('nicknames of several users are set together or not at all', async () => {
  const rows = [
    { username: 'bob', push_nickname: 'Bob' },
    { username: 'alice', push_nickname: 'Alice' },
  ]
  const path = '/push/nickname'
  expectSuccess(await app.call('PUT', path, rows), app, 'put', path, { path: '/push', entities: rows })
  expect((await app.call('GET', '/users/bob')).body.entities[0].nickname).toBe('Bob')
  for (const [sent, word, text] of [
    [[], 'illegal_argument', 'put user push nicknames illegal empty request body'],
    [
      Array.from({ length: 51 }, (_, n) => ({ username: `u${n}`, push_nickname: 'x' })),
      'illegal_argument',
      'put user push nicknames exceeds the limit',
    ],
    [
      [{ username: 'bob', push_nickname: 'x'.repeat(101) }],
      'illegal_argument',
      'bob push nickname length exceeds the limit',
    ],
    [
      [
        { username: 'bob', push_nickname: 'changed' },
        { username: 'nobody', push_nickname: 'x' },
      ],
      'required_property_not_found',
      'Entity user requires a property named username',
    ],
  ] as const) {
    const reply = await app.call('PUT', path, sent)
    expect([reply.status, reply.body]).toEqual([400, refusal(word, text)])
  }
  expect((await app.call('GET', '/users/bob')).body.entities[0].nickname).toBe('Bob')
  expectUnauthorized(await (await asUser(app, 'bob'))('PUT', path, rows))
})

test('no message waits for who is offline', async () => {
  const count = await app.call('GET', '/users/alice/offline_msg_count')
  expect(count.body.data).toEqual({ alice: 0 })
  const status = await app.call('GET', '/users/alice/offline_msg_status/1450000000000001003')
  expect(status.body.data).toEqual({ '1450000000000001003': 'delivered' })
  expect((await app.call('GET', '/users/nobody/offline_msg_count')).status).toBe(404)
})

if (!process.env.TEST_DATABASE_URL) {
  console.log('Devices of two nodes were not tested: no TEST_DATABASE_URL.')
} else {
  describe('with a second node', () => {
    let second: Node
    beforeAll(async () => {
      second = await startNode(server.databaseUrl)
      const there = `${second.url}/acme/lounge/chatrooms`
      const headers = { authorization: `Bearer ${app.token}` }
      await until(async () => (await fetch(there, { headers })).status !== 404)
    })
    afterAll(() => second.stop())

    test('each node knows the devices of both, and disconnects them', async () => {
      const here = await login('alice', 'here')
      const there = await login('alice', 'there', second.url)
      await until(async () => (await devicesOf('alice')).length === 2)
      const ask = () =>
        request('GET', `${second.url}/acme/lounge/users/alice/resources`, undefined, {
          authorization: `Bearer ${app.token}`,
        })
      await until(async () => (await ask()).body.data.length === 2)
      expect((await ask()).body.data).toEqual([device('there'), device('here')])
      await app.call('DELETE', '/users/alice/disconnect/there')
      await there.closed
      await until(async () => (await devicesOf('alice')).length === 1)
      here.close()
    })
  })
}
