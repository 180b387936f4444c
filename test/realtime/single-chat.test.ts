import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import {
  MessageBody,
  MessageBody_Type,
  Meta_NameSpace,
  Meta_RouteType,
} from '../../src/realtime/generated/protocol.ts'
import { expectRefusal } from '../support/bodies.ts'
import { connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import type { TestSocket } from '../support/socket.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
const open: TestSocket[] = []

async function login(name: string, resource?: string, of = app): Promise<TestSocket> {
  const socket = await connectAs(of, name, resource)
  open.push(socket)
  return socket
}

const bodyOf = ({ sync }: Awaited<ReturnType<TestSocket['find']>>): MessageBody =>
  MessageBody.decode(sync?.metas?.[0]?.payload ?? new Uint8Array())

/** Sends a body that is no text to a user. */
const send = (
  socket: TestSocket,
  name: string,
  body: MessageBody,
  domain: string | undefined = 'easemob.com',
) =>
  socket.sync({ ns: Meta_NameSpace.CHAT, to: { name, domain }, payload: MessageBody.encode(body).finish() })

/** What a socket received of a kind that names the message `id`. */
const about = (socket: TestSocket, type: MessageBody_Type, id: bigint | undefined) =>
  socket.find((got) => got.texts.length > 0 && bodyOf(got).type === type && bodyOf(got).ackMessageId === id)

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol', 'dave')
})
afterAll(async () => {
  for (const socket of open) socket.close()
  await server.stop()
})

test('12.6 a message to one user reaches all its devices and the other devices of its sender, and nobody else', async () => {
  const [alice, tablet, carol] = [await login('alice'), await login('alice', 'tablet'), await login('carol')]
  const [bob, phone] = [await login('bob'), await login('bob', 'phone')]
  const answer = await bob.sayTo('Alice', 'hello')
  expect(answer.status?.errorCode).toBe(0)
  for (const [socket, peer] of [
    [alice, 'bob'],
    [tablet, 'bob'],
    [phone, 'alice'],
  ] as const) {
    const got = await socket.text('bob: hello')
    expect(got.sync?.queue).toMatchObject({ name: peer, domain: 'easemob.com' })
    expect(got.sync?.metas?.[0]).toMatchObject({
      id: answer.serverId,
      from: { name: 'bob', clientResource: 'test' },
      to: { name: 'alice', domain: 'easemob.com' },
    })
    expect(bodyOf(got)).toMatchObject({
      type: MessageBody_Type.CHAT,
      from: { name: 'bob' },
      to: { name: 'alice' },
    })
  }
  for (const socket of [bob, carol, alice]) await socket.settled()
  expect(bob.texts).toEqual([])
  expect(carol.texts).toEqual([])
  expect(alice.texts).toEqual(['bob: hello'])
})

test('12.6 a message to oneself reaches the other devices, once', async () => {
  const [alice, tablet] = [await login('alice'), await login('alice', 'tablet')]
  expect((await alice.sayTo('alice', 'a note')).status?.errorCode).toBe(0)
  await tablet.text('alice: a note')
  await alice.settled()
  await tablet.settled()
  expect(alice.texts).toEqual([])
  expect(tablet.texts).toEqual(['alice: a note'])
})

test('12.6 the sender is the logged-in user, and fields that the server does not know arrive', async () => {
  const [alice, bob] = [await login('alice'), await login('bob')]
  const known = MessageBody.encode({
    type: MessageBody_Type.CHAT,
    from: { name: 'carol' },
    to: { name: 'dave' },
    contents: [{ text: 'odd' }],
  }).finish()
  const payload = new Uint8Array([...known, 0x92, 0x06, 1, 0x41])
  await bob.sync({ ns: Meta_NameSpace.CHAT, to: { name: 'alice', domain: 'easemob.com' }, payload })
  const body = bodyOf(await alice.text('bob: odd'))
  expect(body).toMatchObject({ from: { name: 'bob' }, to: { name: 'alice' } })
  expect(body._unknownFields).toEqual({ 786: [new Uint8Array([1, 0x41])] })
})

test('12.6 a message that is sent again under the same client id is delivered once', async () => {
  const [alice, bob] = [await login('alice'), await login('bob')]
  const first = await bob.sayTo('alice', 'once', { id: 78n })
  bob.got.length = 0
  expect((await bob.sayTo('alice', 'once', { id: 78n })).serverId).toBe(first.serverId)
  await bob.sayTo('alice', 'then')
  await alice.text('bob: then')
  expect(alice.texts).toEqual(['bob: once', 'bob: then'])
})

test('12.6 a message to a user who is offline is refused and not stored; one for online users only is dropped', async () => {
  const bob = await login('bob')
  expect((await bob.sayTo('dave', 'lost')).status).toMatchObject({ errorCode: 19, reason: 'user is offline' })
  const online = { routetype: Meta_RouteType.ROUTE_ONLINE }
  expect((await bob.sayTo('dave', 'lost too', online)).status?.errorCode).toBe(0)
  for (const name of ['nobody', 'a\0b', 'x'.repeat(65)]) {
    const { status } = await bob.sayTo(name, 'x', online)
    expect(status).toMatchObject({ errorCode: 1, reason: "the username doesn't exist!" })
  }
  const dave = await login('dave')
  await dave.settled()
  expect(dave.texts).toEqual([])
  expect((await bob.sayTo('dave', 'heard')).status?.errorCode).toBe(0)
  await dave.text('bob: heard')
  dave.close()
})

test('12.6 receipts pass between users; those for a user who is offline are dropped', async () => {
  const [alice, bob, phone] = [await login('alice'), await login('bob'), await login('bob', 'phone')]
  const { serverId } = await alice.sayTo('bob', 'read me')
  for (const type of [MessageBody_Type.DELIVER_ACK, MessageBody_Type.READ_ACK]) {
    expect((await send(bob, 'alice', { type, ackMessageId: serverId })).status?.errorCode).toBe(0)
    const { sync } = await about(alice, type, serverId)
    expect(sync?.metas?.[0]?.from?.name).toBe('bob')
    expect((await send(bob, 'nobody', { type, ackMessageId: serverId })).status?.errorCode).toBe(0)
  }
  await phone.settled()
  expect(phone.texts).toEqual(['alice: read me'])
  expect((await send(bob, 'alice', { type: MessageBody_Type.CHANNEL_ACK })).status?.errorCode).toBe(0)
  await about(alice, MessageBody_Type.CHANNEL_ACK, undefined)
})

test('12.6 a message to one user is recalled by its sender alone, once', async () => {
  const [alice, bob, phone] = [await login('alice'), await login('bob'), await login('bob', 'phone')]
  const recall = (socket: TestSocket, name: string, id: bigint | undefined) =>
    send(socket, name, { type: MessageBody_Type.RECALL, ackMessageId: id })
  const { serverId } = await bob.sayTo('alice', 'oops')
  expect((await recall(alice, 'alice', serverId)).status).toMatchObject({ reason: 'message recall disabled' })
  expect((await recall(bob, 'carol', serverId)).status).toMatchObject({ reason: 'exceed recall time limit' })
  expect((await recall(bob, 'alice', serverId)).status?.errorCode).toBe(0)
  await about(alice, MessageBody_Type.RECALL, serverId)
  await about(phone, MessageBody_Type.RECALL, serverId)
  expect((await recall(bob, 'alice', serverId)).status).toMatchObject({ reason: 'exceed recall time limit' })
})

test('12.6 size and rate of messages to users are limited as those to rooms', async () => {
  const bob = await login('bob')
  const tooLarge = await bob.sayTo('alice', 'x'.repeat(20_000))
  expect(tooLarge.status).toMatchObject({ errorCode: 7, reason: 'Sorry, data is too large' })
  const groupChat = { type: MessageBody_Type.GROUPCHAT, contents: [{ text: 'x' }] }
  expect((await send(bob, '1', groupChat, 'conference.easemob.com')).status?.errorCode).toBe(1)
  const limited = await server.app('acme#limited', { userMessageRate: 1 })
  await limited.register('alice', 'bob')
  const [alice] = [await login('alice', 'test', limited), await login('bob', 'test', limited)]
  const replies = await Promise.all(['a', 'b', 'c'].map((text) => alice.sayTo('bob', text)))
  expect(replies.map(({ status }) => status?.reason ?? 'sent')).toContain('traffic limit')
})

const post = (message: Record<string, unknown>) =>
  app.call('POST', '/messages/users', { to: ['bob'], type: 'txt', body: { msg: 'notice' }, ...message })

test('12.6 the app itself sends messages of every kind to users, and gets an id for each of them', async () => {
  const [alice, tablet, bob] = [await login('alice'), await login('alice', 'tablet'), await login('bob')]
  const { status, body } = await post({ to: ['Bob', 'nobody', 'a b', 'bob'], from: 'Alice', ext: { n: 1 } })
  expect(status).toBe(200)
  expect(body).toEqual({
    path: '/messages/users',
    uri: `${app.url}/messages/users`,
    timestamp: expect.any(Number),
    organization: 'acme',
    application: expect.any(String),
    applicationName: 'lounge',
    action: 'post',
    duration: expect.any(Number),
    entities: [],
    properties: {},
    data: {
      Bob: expect.stringMatching(/^\d+$/),
      bob: body.data.Bob,
      nobody: expect.stringMatching(/^\d+$/),
      'a b': expect.stringMatching(/^\d+$/),
    },
  })
  const got = await bob.text('alice: notice')
  expect(String(got.sync?.metas?.[0]?.id)).toBe(body.data.bob)
  for (const [type, content] of [
    ['img', { url: 'http://127.0.0.1/a', filename: 'a.png', size: { width: 1, height: 2 } }],
    ['audio', { url: 'http://127.0.0.1/a', length: 3 }],
    ['video', { url: 'http://127.0.0.1/a', thumb: 'http://127.0.0.1/t', length: 3 }],
    ['file', { url: 'http://127.0.0.1/a' }],
    ['loc', { lat: 1.5, lng: '2.5', addr: 'Park' }],
    ['cmd', { action: 'wave' }],
    ['custom', { customEvent: 'gift', customExts: { n: 1 } }],
  ] as const) {
    const sent = await post({ type, body: content, routetype: 'ROUTE_ONLINE' })
    await bob.find(({ sync }) => String(sync?.metas?.[0]?.id) === sent.body.data.bob)
  }
  await post({ from: 'alice', body: { msg: 'copied' }, sync_device: true })
  await alice.text('alice: copied')
  await tablet.text('alice: copied')
  expect(alice.texts).toEqual(['alice: copied'])
  expect(bob.texts.filter((text) => text === 'alice: notice')).toHaveLength(1)
})

for (const [title, message, status, error, text] of [
  ['no user', { to: [] }, 400, 'message_send_error', "param to can't be empty"],
  [
    '601 users',
    { to: Array.from({ length: 601 }, (_, n) => `user-${n}`) },
    400,
    'message_send_error',
    "params to's size can't exceed limit 600",
  ],
  ['an empty sender', { from: '' }, 400, 'message_send_error', "param from can't be empty"],
  ['a text without msg', { body: { text: 'x' } }, 400, 'illegal_argument', 'body.msg must be provided'],
] as const) {
  test(`12.6 the app's own message to users with ${title} is refused`, async () => {
    const reply = await post(message)
    expectRefusal(reply, status, error, text)
  })
}

test('12.6 a message of the app goes to 600 users in one call', async () => {
  const bob = await login('bob')
  const to = Array.from({ length: 599 }, (_, n) => `user-${n}`)
  const { status, body } = await post({ to: [...to, 'bob'], body: { msg: 'to many' } })
  expect(status).toBe(200)
  expect(new Set(Object.values(body.data)).size).toBe(600)
  await bob.text('admin: to many')
})

test("12.6 the app's own server recalls a message to one user, whose sender receives the recall, too", async () => {
  const [alice, bob] = [await login('alice'), await login('bob')]
  const { serverId } = await alice.sayTo('bob', 'not like this')
  const recall = (more: Record<string, unknown>) =>
    app.call('POST', '/messages/msg_recall', {
      msg_id: String(serverId),
      chat_type: 'chat',
      to: 'bob',
      ...more,
    })
  expectRefusal(await recall({ to: 'carol' }), 400, 'message_recall_error', "can't find msg to")
  expectRefusal(await recall({ chat_type: 'chatroom' }), 403, 'message_recall_error', 'not_found msg')
  expect((await recall({})).body.data).toMatchObject({ recalled: 'yes', chattype: 'chat', to: 'bob' })
  await about(alice, MessageBody_Type.RECALL, serverId)
  await about(bob, MessageBody_Type.RECALL, serverId)
  expectRefusal(await recall({}), 403, 'message_recall_error', 'not_found msg')
  expect((await recall({ msg_id: '77', force: true })).status).toBe(200)
  await about(bob, MessageBody_Type.RECALL, 77n)
})
