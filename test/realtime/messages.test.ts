import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import {
  MessageBody,
  MessageBody_Type,
  Meta_NameSpace,
  Meta_RouteType,
} from '../../src/realtime/generated/protocol.ts'
import { refusal } from '../support/bodies.ts'
import { asUser, connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
let room: string

const login = (name: string, resource?: string) => connectAs(app, name, resource)

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol', 'dave')
  room = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
})
afterAll(() => server.stop())

test('a message reaches everyone else in the room, and its sender gets an id for it', async () => {
  const [alice, bob, carol] = [await login('alice'), await login('bob'), await login('carol')]
  const answer = await bob.say(room, 'hello')
  expect(answer.status?.errorCode).toBe(0)
  expect(answer.serverId).toBeGreaterThan(0n)
  for (const other of [alice, carol]) {
    const { sync } = await other.text('bob: hello')
    expect(sync?.metas?.[0]?.id).toBe(answer.serverId)
    expect(sync?.queue?.name).toBe(room)
  }
  await bob.settled()
  expect(bob.texts).toEqual([])
})

test('the sender is the logged-in user, whatever the frame contains', async () => {
  const [alice, bob] = [await login('alice'), await login('bob')]
  const payload = MessageBody.encode({
    type: MessageBody_Type.CHATROOM,
    from: { name: 'alice' },
    contents: [{ type: 0, text: 'I am alice' }],
  }).finish()
  await bob.sync({ ns: Meta_NameSpace.CHAT, to: { name: room }, from: { name: 'alice' }, payload })
  const { sync } = await alice.text('bob: I am alice')
  expect(sync?.metas?.[0]?.from).toMatchObject({ name: 'bob', clientResource: 'test' })
})

test('a field that the server does not know reaches the others', async () => {
  const [alice, bob] = [await login('alice'), await login('bob')]
  const known = MessageBody.encode({ type: MessageBody_Type.CHATROOM, contents: [{ text: 'odd' }] }).finish()
  const payload = new Uint8Array([...known, 0x92, 0x06, 1, 0x41])
  await bob.sync({ ns: Meta_NameSpace.CHAT, to: { name: room }, payload })
  const { sync } = await alice.text('bob: odd')
  const body = MessageBody.decode(sync?.metas?.[0]?.payload ?? new Uint8Array())
  expect(body._unknownFields).toEqual({ 786: [new Uint8Array([1, 0x41])] })
})

test('a user receives on every device but the one that sent', async () => {
  const [phone, laptop] = [await login('bob', 'phone'), await login('bob', 'laptop')]
  await phone.say(room, 'from my phone')
  await laptop.text('bob: from my phone')
  await phone.settled()
  expect(phone.texts).toEqual([])
})

test('a message that is sent again under the same client id is delivered once, another one is not held back', async () => {
  const [alice, bob] = [await login('alice'), await login('bob')]
  const first = await bob.say(room, 'once', { id: 77n })
  bob.got.length = 0
  const second = await bob.say(room, 'once', { id: 77n })
  expect(second.serverId).toBe(first.serverId)
  const other = await bob.say(room, 'another one under that id', { id: 77n })
  expect(other.serverId).not.toBe(first.serverId)
  await alice.text('bob: another one under that id')
  expect(alice.texts.filter((text) => text === 'bob: once')).toHaveLength(1)
})

test('a message directed to some users reaches only those', async () => {
  const [alice, bob, carol] = [await login('alice'), await login('bob'), await login('carol')]
  await bob.say(room, 'for carol', {
    routetype: Meta_RouteType.ROUTE_DIRECT,
    directedUsers: ['carol', 'dave'],
  })
  await carol.text('bob: for carol')
  await bob.say(room, 'for all')
  await alice.text('bob: for all')
  expect(alice.texts).not.toContain('bob: for carol')
  const many = Array.from({ length: 21 }, (_, place) => `user-${place}`)
  const { status } = await bob.say(room, 'x', { routetype: Meta_RouteType.ROUTE_DIRECT, directedUsers: many })
  expect(status).toMatchObject({ errorCode: 1, reason: 'limit directed users' })
})

test('each refusal has the code and the text that clients know', async () => {
  const dave = await login('dave')
  expect((await dave.say(room, 'hi')).status).toMatchObject({
    errorCode: 1,
    reason: 'not in group or chatroom',
  })
  expect((await dave.say('404', 'hi')).status).toMatchObject({ errorCode: 1, reason: 'group not found' })
  const bob = await login('bob')
  const tooLarge = await bob.say(room, 'x'.repeat(20_000))
  expect(tooLarge.status).toMatchObject({ errorCode: 7, reason: 'Sorry, data is too large' })
  const toGroup = MessageBody.encode({
    type: MessageBody_Type.GROUPCHAT,
    contents: [{ text: 'hi' }],
  }).finish()
  const { status } = await bob.sync({ ns: Meta_NameSpace.CHAT, to: { name: 'alice' }, payload: toGroup })
  expect(status?.errorCode).toBe(1)
  expect((await bob.say(room, 'still here')).status?.errorCode).toBe(0)
})

test('a message is recalled by its sender or a moderator, within its time, once', async () => {
  const [alice, bob, carol] = [await login('alice'), await login('bob'), await login('carol')]
  const recall = (socket: TestSocket, id: bigint | undefined) =>
    socket.sync({
      ns: Meta_NameSpace.CHAT,
      to: { name: room },
      payload: MessageBody.encode({ type: MessageBody_Type.RECALL, ackMessageId: id }).finish(),
    })
  const { serverId } = await bob.say(room, 'oops')
  expect((await recall(carol, serverId)).status).toMatchObject({ reason: 'message recall disabled' })
  expect((await recall(bob, serverId)).status?.errorCode).toBe(0)
  const copy = await alice.find(({ sync }) =>
    (sync?.metas ?? []).some(({ payload = new Uint8Array(), ns }) => {
      if (ns !== Meta_NameSpace.CHAT) return false
      const { type, ackMessageId } = MessageBody.decode(payload)
      return type === MessageBody_Type.RECALL && ackMessageId === serverId
    }),
  )
  expect(copy.sync?.status?.errorCode).toBe(0)
  expect((await recall(bob, serverId)).status).toMatchObject({ reason: 'exceed recall time limit' })
  const again = await bob.say(room, 'oops again')
  expect((await recall(alice, again.serverId)).status?.errorCode).toBe(0)
})

test('over the rate of a room low priorities are refused first; the rate of a user holds too', async () => {
  const limited = await server.app('acme#limited', { roomMessageRate: 10 })
  await limited.register('alice')
  const id = await limited.room({ owner: 'alice' })
  const token = (await asUser(limited, 'alice')).token
  const alice = await TestSocket.login(server.url, limited.key, 'alice', token)
  const tag = (value: bigint) => [{ key: 'chatroom_msg_tag', type: 2 as const, varintValue: value }]
  const send = async (value: bigint) => (await alice.say(id, 'x', { ext: tag(value) })).status
  const outcomes: string[] = []
  for (let sent = 0; sent < 9; sent += 1) outcomes.push((await send(2n))?.reason ?? 'sent')
  expect(outcomes).toContain('traffic limit')
  expect((await send(0n))?.errorCode).toBe(0)

  await limited.set({ roomMessageRate: null, userMessageRate: 1 })
  const replies = await Promise.all([alice.say(id, 'a'), alice.say(id, 'b'), alice.say(id, 'c')])
  expect(replies.map(({ status }) => status?.reason ?? 'sent')).toContain('traffic limit')
})

test('the app itself sends messages of every kind, with a sender of its choice', async () => {
  const [alice, bob] = [await login('alice'), await login('bob')]
  const post = (message: Record<string, unknown>) =>
    app.call('POST', '/messages/chatrooms', { to: [room], type: 'txt', body: { msg: 'notice' }, ...message })
  const { status, body } = await post({ from: 'Stage', ext: { n: 1, deep: { a: [1] }, on: true, name: 'x' } })
  expect(status).toBe(200)
  expect(body).toEqual({
    action: 'post',
    application: expect.any(String),
    applicationName: 'lounge',
    organization: 'acme',
    uri: `${app.url}/messages/chatrooms`,
    path: '/messages/chatrooms',
    entities: [],
    data: { [room]: expect.stringMatching(/^\d+$/) },
    properties: {},
    timestamp: expect.any(Number),
    duration: expect.any(Number),
  })
  for (const user of [alice, bob]) {
    const { sync } = await user.text('stage: notice')
    expect(String(sync?.metas?.[0]?.id)).toBe(body.data[room])
  }
  await post({ users: ['bob'], body: { msg: 'for bob' } })
  await bob.text('admin: for bob')
  for (const [type, content] of [
    ['img', { url: 'http://127.0.0.1/a', filename: 'a.png', size: { width: 1, height: 2 } }],
    ['audio', { url: 'http://127.0.0.1/a', length: 3 }],
    ['video', { url: 'http://127.0.0.1/a', thumb: 'http://127.0.0.1/t', length: 3, file_length: 9 }],
    ['file', { url: 'http://127.0.0.1/a' }],
    ['loc', { lat: 1.5, lng: '2.5', addr: 'Park' }],
    ['cmd', { action: 'wave' }],
    ['custom', { customEvent: 'gift', customExts: { n: 1 } }],
  ] as const) {
    const sent = await post({ type, body: content, chatroom_msg_level: 'high' })
    expect(sent.status).toBe(200)
    await alice.find(({ sync }) => String(sync?.metas?.[0]?.id) === sent.body.data[room])
  }
  expect(alice.texts).not.toContain('admin: for bob')
})

for (const [title, message, status, error, text] of [
  ['no room', { to: [] }, 400, 'message_send_error', "param to can't be empty"],
  [
    'eleven rooms',
    { to: Array.from({ length: 11 }, () => '1') },
    400,
    'message_send_error',
    "params to's size can't exceed limit 10",
  ],
  ['an empty sender', { from: '' }, 400, 'message_send_error', "param from can't be empty"],
  ['an empty kind', { type: '' }, 400, 'message_send_error', "param type can't be empty"],
  ['no body', { body: undefined }, 400, 'message_send_error', "param body can't be empty"],
  ['an empty body', { body: {} }, 400, 'message_send_error', "param body can't be empty"],
  ['attributes as a text', { ext: '{}' }, 400, 'message_send_error', 'param ext must be JSONObject'],
  [
    'a body as a text',
    { body: 'hi' },
    400,
    'invalid_request_body',
    'Request body is invalid. Please check body is correct.',
  ],
  [
    'an unknown kind',
    { type: 'text' },
    400,
    'invalid_parameter',
    'type must be one of txt, img, audio, video, file, loc, cmd, custom',
  ],
  [
    'an unknown level',
    { chatroom_msg_level: 'urgent' },
    400,
    'invalid_parameter',
    'chatroom_msg_level must be one of high, normal, low',
  ],
  ['a text without msg', { body: { text: 'x' } }, 400, 'illegal_argument', 'body.msg must be provided'],
  [
    'a place without lat',
    { type: 'loc', body: { lng: 1 } },
    400,
    'illegal_argument',
    'body.lat must be provided',
  ],
  [
    '21 users',
    { users: Array.from({ length: 21 }, () => 'bob') },
    400,
    'message_send_error',
    "params users's size can't exceed limit 20",
  ],
  [
    'a text of 20,000 characters',
    { body: { msg: 'x'.repeat(20_000) } },
    400,
    'message_send_error',
    'message is too large',
  ],
] as const) {
  test(`the app's own message with ${title} is refused`, async () => {
    const reply = await app.call('POST', '/messages/chatrooms', {
      to: [room],
      type: 'txt',
      body: { msg: 'x' },
      ...message,
    })
    expect(reply.status).toBe(status)
    const numbered = text === 'message is too large' ? { error_code: 14007, desc: text } : {}
    expect(reply.body).toEqual({ ...refusal(error, text), ...numbered })
  })
}
