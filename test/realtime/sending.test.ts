import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { expectRefusal, expectSuccess } from '../support/bodies.ts'
import { startNode } from '../support/cluster.ts'
import { asUser, connectAs } from '../support/people.ts'
import { type SdkClient, sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
let room: string

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#sending')
  await app.register('alice', 'bob', 'carol')
  room = await app.room({ owner: 'alice', members: ['bob'] })
})
afterAll(() => server.stop())

const anId = expect.stringMatching(/^\d+$/)
const text = (msg: string) => ({ type: 'txt', body: { msg } })
const send = (message: object) => app.call('POST', '/messages/chatrooms', message)
const direct = (message: object) =>
  app.call('POST', '/messages/chatrooms/users', { to: [room], users: ['bob'], ...text('psst'), ...message })

for (const name of sdkNames) {
  describe(name, () => {
    const clients = {} as Record<'alice' | 'bob', SdkClient>
    const of = async (user: string): Promise<SdkClient> => {
      const accessToken = (await asUser(app, user)).token
      return sdkInBun(name, { url: server.url, appKey: app.key, user, accessToken })
    }
    beforeAll(async () => {
      clients.alice = await of('alice')
      clients.bob = await of('bob')
    })
    afterAll(async () => {
      for (const client of Object.values(clients)) await client.close()
    })

    test('12.1 an unknown room among several has an id, and the others get the message', async () => {
      const reply = await send({ to: ['404', room], ...text(`hello ${name}`) })
      const path = '/messages/chatrooms'
      const data = { '404': anId, [room]: anId }
      const ids = expectSuccess(reply, app, 'post', path, { path, data })
      expect(ids['404']).not.toBe(ids[room])
      await clients.bob.receives('onTextMessage', { id: ids[room], to: room, msg: `hello ${name}` })
    })

    test('12.1 an empty level counts as left out', async () => {
      const { status, body } = await send({ to: [room], ...text('plain'), chatroom_msg_level: '' })
      expect(status).toBe(200)
      const message = await clients.bob.receives('onTextMessage', { id: body.data[room] })
      expect(message.priority).toBe('normal')
    })

    test('12.1 a broadcast reaches each room under an id of its own, and the SDK shows it as such', async () => {
      const other = await app.room({ owner: 'bob' })
      const path = '/messages/chatrooms/broadcast'
      const msg = { type: 'txt', msg: `to all ${name}` }
      const reply = await app.call('POST', path, { from: 'Stage', ext: { n: 1 }, msg })
      expectSuccess(reply, app, 'post', path, { path, data: { id: expect.any(Number) } })
      const message = { msg: `to all ${name}`, from: 'stage', broadcast: true }
      const here = await clients.bob.receives('onTextMessage', { ...message, to: room })
      const there = await clients.bob.receives('onTextMessage', { ...message, to: other })
      expect(here.ext).toEqual({ n: 1 })
      expect(here.id).not.toBe(there.id)
      await clients.alice.receives('onTextMessage', { ...message, to: room, id: here.id })
    })

    test('12.1 a message in the older form reaches its rooms', async () => {
      const msg = { type: 'text', msg: `old ${name}` }
      await app.call('POST', '/messages', { target_type: 'chatrooms', target: [room], msg, from: 'stage' })
      await clients.bob.receives('onTextMessage', { to: room, from: 'stage', msg: `old ${name}` })
    })

    test('12.1 a message in the older form reaches users', async () => {
      const msg = { type: 'txt', msg: `to you ${name}` }
      const reply = await older({ target_type: 'users', target: ['Bob', 'nobody'], msg }, '?useMsgId=true')
      const ids = expectSuccess(reply, app, 'post', '/messages', {
        path: '/messages',
        data: { Bob: anId, nobody: anId },
      })
      const message = await clients.bob.receives('onTextMessage', { id: ids.Bob, msg: `to you ${name}` })
      expect(message).toMatchObject({ chatType: 'singleChat', from: 'admin', to: 'bob' })
    })

    test('12.1 a directed message reaches those members alone; users who are not in the room are passed over', async () => {
      const path = '/messages/chatrooms/users'
      const reply = await direct({ users: ['Bob', 'carol', 'nobody'], ...text(`psst ${name}`) })
      const ids = expectSuccess(reply, app, 'post', path, { path, data: { [room]: anId } })
      await clients.bob.receives('onTextMessage', { id: ids[room], to: room, msg: `psst ${name}` })
      await send({ to: [room], ...text(`after ${name}`) })
      await clients.alice.receives('onTextMessage', { msg: `after ${name}` })
      expect(clients.alice.received.some(({ data }) => data?.msg === `psst ${name}`)).toBe(false)
    })
  })
}

const broadcast = (to: TestApp, message: object = {}) =>
  to.call('POST', '/messages/chatrooms/broadcast', { msg: { type: 'txt', msg: 'to all' }, ...message })

for (const [title, change, problem] of [
  ['an empty sender', { from: '' }, "from can't be empty"],
  ['attributes as a text', { ext: 'x' }, 'ext must be JSONObject'],
  ['no message', { msg: undefined }, "msg can't be empty"],
  ['a message without a kind', { msg: { msg: 'x' } }, "type can't be empty"],
  ['a message without a text', { msg: { type: 'txt' } }, 'body.msg must be provided'],
  ['20,000 characters', { msg: { type: 'txt', msg: 'x'.repeat(20_000) } }, 'message is too large'],
] as const) {
  test(`12.1 a broadcast with ${title} is refused`, async () => {
    expectRefusal(await broadcast(app, change), 400, 'illegal_argument', problem)
  })
}

test('12.1 an app with rate limits broadcasts once a second', async () => {
  const limited = await server.app('acme#loud', { rateLimits: true })
  const replies = await Promise.all(Array.from({ length: 9 }, () => broadcast(limited)))
  // The first that is counted, which need not be the first that was sent.
  expect(replies.map(({ status }) => status)).toContain(200)
  const refused = replies.filter(({ status }) => status !== 200)
  expect(refused.length).toBeGreaterThan(0)
  for (const reply of refused) expectRefusal(reply, 429, 'reach_limit', 'This request has reached api limit')
})

const older = (message: object, query = '') =>
  app.call('POST', `/messages${query}`, {
    target_type: 'chatrooms',
    target: [room, '404'],
    msg: { type: 'text', msg: 'old' },
    ...message,
  })

test('12.1 the older form returns `success`, or the message ids', async () => {
  const path = '/messages'
  const success = { [room]: 'success', '404': 'success' }
  expectSuccess(await older({}), app, 'post', path, { path, data: success })
  expectSuccess(await older({}, '?useMsgId=true'), app, 'post', path, {
    path,
    data: { [room]: anId, '404': anId },
  })
})

const targets = "target_type can only be 'users' or 'chatgroups' or 'chatrooms'"
for (const [title, change, status, word, problem] of [
  ['another target', { target_type: 'rooms' }, 400, 'illegal_argument', targets],
  ['no kind of target', { target_type: undefined }, 400, 'illegal_argument', targets],
  ['no target', { target: [] }, 400, 'illegal_argument', "target can't be empty"],
  ['an empty sender', { from: '' }, 400, 'illegal_argument', "from can't be empty"],
  [
    'eleven rooms',
    { target: Array(11).fill('1') },
    400,
    'message_send_error',
    "params target's size can't exceed limit 10",
  ],
  ['a group', { target_type: 'chatgroups' }, 403, 'forbidden_op', 'service not open!'],
] as const) {
  test(`12.1 the older form with ${title} is refused`, async () => {
    expectRefusal(await older(change), status, word, problem)
  })
}

if (process.env.TEST_DATABASE_URL) {
  test('12.1 a broadcast reaches those who are connected to another node', async () => {
    const node = await startNode(server.databaseUrl)
    try {
      await app.room({ owner: 'carol' })
      const carol = await connectAs(app, 'carol', undefined, node.url)
      // Where she is connected is written a moment after she is.
      await until(async () =>
        (await app.call('GET', '/users/carol/status')).body.data.carol.includes('online'),
      )
      expect((await broadcast(app)).status).toBe(200)
      await carol.text('admin: to all')
      carol.close()
    } finally {
      await node.stop()
    }
  })
}

for (const [title, change, problem] of [
  ['no users', { users: undefined }, "param users can't be empty"],
  ['an empty list of users', { users: [] }, "param users can't be empty"],
  ['21 users', { users: Array(21).fill('bob') }, "params users's size can't exceed limit 20"],
  ['two rooms', { to: ['1', '2'] }, "params to's size can't exceed limit 1"],
  ['no room', { to: undefined }, "param to can't be empty"],
] as const) {
  test(`12.1 a directed message with ${title} is refused`, async () => {
    expectRefusal(await direct(change), 400, 'message_send_error', problem)
  })
}

test('12.1 an app with rate limits sends 100 messages a second, each room counted', async () => {
  const limited = await server.app('acme#hurried', { rateLimits: true })
  const to = Array.from({ length: 10 }, (_, place) => String(place + 1))
  const replies = await Promise.all(
    Array.from({ length: 41 }, () => limited.call('POST', '/messages/chatrooms', { to, ...text('hi') })),
  )
  const refused = replies.filter(({ status }) => status !== 200)
  expect(refused.length).toBeGreaterThan(0)
  for (const reply of refused) expectRefusal(reply, 403, 'message_send_error', 'message send reach limit')
})
