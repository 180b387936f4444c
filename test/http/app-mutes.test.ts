import { afterAll, beforeAll, expect, test } from 'bun:test'
import { expectRefusal, expectSuccess, expectUnauthorized } from '../support/bodies.ts'
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

const noSuchUser = 'Entity user requires a property named username'
const mute = (body: object | string) => app.call('POST', '/mutes', body)
const expectAbout = (seconds: number, expected: number) => {
  expect(seconds).toBeGreaterThan(expected - 10)
  expect(seconds).toBeLessThanOrEqual(expected + 1)
}
const mutesOf = async (username: string) => (await app.call('GET', `/mutes/${username}`)).body.data

test('12.4 a user is muted in the whole app by kinds of conversation, for a time or for ever', async () => {
  const muted = await mute({ username: 'Bob', chatroom: 60, chat: -1 })
  expectSuccess(muted, app, 'post', '/mutes', { path: '/mutes', data: { result: 'ok' } })
  const read = await app.call('GET', '/mutes/BOB')
  const left = expect.any(Number)
  const data = {
    userid: 'acme#lounge_bob',
    chat: -1,
    groupchat: 0,
    chatroom: left,
    unixtime: expect.any(Number),
  }
  expectSuccess(read, app, 'get', '/mutes/BOB', { path: '/mutes', data })
  expectAbout(read.body.data.chatroom, 60)
  expectAbout(read.body.data.unixtime, Date.now() / 1000)

  expect((await mute({ username: 'bob', groupchat: 2_147_483_647, chatroom: null })).status).toBe(200)
  expect(await mutesOf('bob')).toMatchObject({ chat: -1, groupchat: expect.any(Number), chatroom: left })
  expectAbout((await mutesOf('bob')).groupchat, 2_147_483_647)
  await mute({ username: 'bob', chat: 0, groupchat: 0, chatroom: 0 })
  expect(await mutesOf('bob')).toMatchObject({ chat: 0, groupchat: 0, chatroom: 0 })
})

test('12.4 a call that names no kind changes nothing and succeeds', async () => {
  await mute({ username: 'carol', chatroom: -1 })
  const reply = await mute({ username: 'carol' })
  expectSuccess(reply, app, 'post', '/mutes', { path: '/mutes', data: { result: 'ok' } })
  expect(await mutesOf('carol')).toMatchObject({ chat: 0, groupchat: 0, chatroom: -1 })
  await mute({ username: 'carol', chatroom: 0 })
})

test('12.4 the muted are listed, a row for each kind, page by page in both spellings', async () => {
  const other = await server.app('acme#paged')
  await other.register('alice', 'bob')
  await other.call('POST', '/mutes', { username: 'bob', chat: -1, chatroom: 69 })
  await other.call('POST', '/mutes', { username: 'alice', groupchat: -1 })
  const rows = [
    { username: 'alice', groupchat: -1 },
    { username: 'bob', chat: -1 },
    { username: 'bob', chatroom: expect.any(Number) },
  ]
  const whole = await other.call('GET', '/mutes')
  expectSuccess(whole, other, 'get', '/mutes', {
    path: '/mutes',
    data: { data: rows, unixtime: expect.any(Number) },
  })
  expectAbout(whole.body.data.data[2].chatroom, 69)
  for (const query of ['pageNum=2&pageSize=2', 'pagenum=2&pagesize=2'])
    expect((await other.call('GET', `/mutes?${query}`)).body.data.data).toEqual(rows.slice(2))
  for (const query of ['pageNum=x&pageSize=0', 'pageSize=999'])
    expect((await other.call('GET', `/mutes?${query}`)).body.data.data).toEqual(rows)
  await other.call('POST', '/mutes', { username: 'bob', chatroom: 0 })
  expect((await other.call('GET', '/mutes')).body.data.data).toEqual(rows.slice(0, 2))

  // A user that is deleted takes its mutes along.
  await other.call('DELETE', '/users/bob')
  await other.register('bob')
  expect((await other.call('GET', '/mutes/bob')).body.data).toMatchObject({ chat: 0 })
})

test('12.4 what is wrong is refused, and nothing is done', async () => {
  for (const reply of [
    await mute({ username: 'nobody', chatroom: 1 }),
    await app.call('GET', '/mutes/nobody'),
  ])
    expectRefusal(reply, 400, 'required_property_not_found', noSuchUser)
  for (const [kind, value] of [
    ['chatroom', -2],
    ['chat', 2_147_483_648],
  ] as const) {
    const reply = await mute({ username: 'alice', groupchat: 5, [kind]: value })
    expectRefusal(reply, 400, 'illegal_argument', `${kind} must be -1, 0 or a number of seconds`)
  }
  expectRefusal(await mute({ chatroom: 1 }), 400, 'invalid_parameter', 'username must be provided')
  expect((await mute({ username: 'alice', chatroom: 'soon' })).status).toBe(400)
  expect(await mutesOf('alice')).toMatchObject({ chat: 0, groupchat: 0, chatroom: 0 })
  const alice = await asUser(app, 'alice')
  for (const [method, path, body] of [
    ['POST', '/mutes', { username: 'alice', chatroom: 1 }],
    ['GET', '/mutes'],
    ['GET', '/mutes/alice'],
  ] as const)
    expectUnauthorized(await alice(method, path, body))
})
