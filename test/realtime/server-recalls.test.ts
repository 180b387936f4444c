import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { messageId } from '../../src/domain/message-ids.ts'
import { expectRefusal, expectSuccess } from '../support/bodies.ts'
import { startNode } from '../support/cluster.ts'
import { asUser, connectAs } from '../support/people.ts'
import { type SdkClient, sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, request, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
let room: string
let bob: TestSocket

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#recalls')
  await app.register('alice', 'bob')
  room = await app.room({ owner: 'alice', members: ['bob'] })
  bob = await connectAs(app, 'bob')
})
afterAll(async () => {
  bob.close()
  await server.stop()
})

const said = async (): Promise<string> => String((await bob.say(room, 'oops')).serverId)
const post = async (): Promise<string> => {
  const message = { to: [room], type: 'txt', body: { msg: 'notice' } }
  return (await app.call('POST', '/messages/chatrooms', message)).body.data[room]
}
const recall = (id: string, more: Record<string, unknown> = {}) =>
  app.call('POST', '/messages/msg_recall', { msg_id: id, to: room, chat_type: 'chatroom', ...more })
const tooOld = String(messageId(Date.now() - 121_000, 0, 0))
// So old that no other node has yet to store it.
const unknown = String(messageId(Date.now() - 1000, 63, 0))

for (const name of sdkNames) {
  describe(name, () => {
    let alice: SdkClient
    beforeAll(async () => {
      const { token } = await asUser(app, 'alice')
      alice = await sdkInBun(name, { url: server.url, appKey: app.key, user: 'alice', accessToken: token })
    })
    afterAll(() => alice.close())

    test('12.2 the app recalls a message of a member, and the SDK reports it', async () => {
      const id = await said()
      const reply = await recall(id, { from: 'Stage', recallMessageExtensionInfo: '{"why":"rude"}' })
      expectSuccess(reply, app, 'post', '/messages/msg_recall', {
        path: '/messages/msg_recall',
        data: { recalled: 'yes', chattype: 'chatroom', from: 'stage', to: room, msg_id: id },
      })
      const notified = await alice.receives('onRecallMessage', { mid: id, from: 'stage', to: room })
      expect(notified.ext).toBe('{"why":"rude"}')
    })

    test('12.2 the app recalls a message of its own, and of no known time with `force`', async () => {
      const id = await post()
      expect((await recall(id)).status).toBe(200)
      await alice.receives('onRecallMessage', { mid: id, from: 'admin' })
      const invented = '1028442084794698104'
      expect((await recall(invented, { force: true })).status).toBe(200)
      await alice.receives('onRecallMessage', { mid: invented, from: 'admin' })
    })
  })
}

test('12.2 a message is recalled once, and not again by its sender', async () => {
  const id = await said()
  expect((await recall(id)).status).toBe(200)
  expectRefusal(await recall(id), 403, 'message_recall_error', 'not_found msg')
})

for (const [title, change, status, word, text] of [
  ['no id', { msg_id: undefined }, 400, 'message_recall_error', "param msg_id can't be empty"],
  ['an empty id', { msg_id: '' }, 400, 'message_recall_error', "param msg_id can't be empty"],
  ['no target', { to: null }, 400, 'message_recall_error', "param to can't be empty"],
  ['no kind', { chat_type: undefined }, 400, 'message_recall_error', "param chat_type can't be empty"],
  [
    'an unknown kind',
    { chat_type: 'room' },
    400,
    'invalid_parameter',
    'chat_type must be one of chat, groupchat, chatroom',
  ],
  [
    '`force` as a text',
    { force: 'yes' },
    400,
    'invalid_request_body',
    'Request body is invalid. Please check body is correct.',
  ],
  ['another room', { to: '248710559375361' }, 400, 'message_recall_error', "can't find msg to"],
  ['an id that is too old', { msg_id: tooOld }, 403, 'message_recall_error', 'exceed recall time limit'],
  ['an unknown id', { msg_id: unknown }, 403, 'message_recall_error', 'not_found msg'],
  ['an id over 64 bits', { msg_id: '9'.repeat(20) }, 403, 'message_recall_error', 'not_found msg'],
  ['an id of letters', { msg_id: 'x' }, 403, 'message_recall_error', 'not_found msg'],
  ['the kind `chat`', { chat_type: 'chat' }, 403, 'message_recall_error', 'not_found msg'],
] as const) {
  test(`12.2 a recall with ${title} is refused, and the message stays`, async () => {
    const id = await said()
    expectRefusal(await recall(id, change), status, word, text)
    expect((await recall(id)).status).toBe(200)
  })
}

test('12.2 a body that is not JSON is refused in the words of the service of messages', async () => {
  const reply = await app.call('POST', '/messages/msg_recall', '{')
  const text = 'Request body is invalid. Please check body is correct.'
  expectRefusal(reply, 400, 'invalid_request_body', text)
})

test("12.2 an app recalls no other app's message, and with `force` takes nothing from its members", async () => {
  const other = await server.app('acme#others')
  await other.register('eve')
  const there = await other.room({ owner: 'eve' })
  const id = await said()
  const foreign = (force: boolean) =>
    other.call('POST', '/messages/msg_recall', { msg_id: id, to: there, chat_type: 'chatroom', force })
  expectRefusal(await foreign(false), 403, 'message_recall_error', 'not_found msg')
  expect((await foreign(true)).status).toBe(200)
  expect((await recall(id)).status).toBe(200)
})

test('12.2 a batch recalls all of its messages or none', async () => {
  const [one, two] = [await said(), await said()]
  const batch = (...ids: string[]) =>
    app.call('POST', '/messages/batch_recall', {
      msgs: ids.map((id) => ({ msg_id: id, to: room, chat_type: 'chatroom' })),
      recallMessageExtensionInfo: 'bye',
    })
  expectRefusal(await batch(one, unknown), 403, 'message_recall_error', 'not_found msg')
  const row = (id: string) => ({
    recalled: 'yes',
    chattype: 'chatroom',
    from: 'admin',
    to: room,
    msg_id: id,
  })
  const path = '/messages/batch_recall'
  expectSuccess(await batch(one, two), app, 'post', path, { path, data: [row(one), row(two)] })
  const many = Array.from({ length: 31 }, () => one)
  expectRefusal(await batch(...many), 400, 'message_recall_error', "msgs size can't exceed limit 30")
  expectRefusal(await batch(), 400, 'message_recall_error', "param msgs can't be empty")
  const incomplete = { msgs: [{ msg_id: one, chat_type: 'chatroom' }] }
  expectRefusal(
    await app.call('POST', path, incomplete),
    400,
    'message_recall_error',
    "param to can't be empty",
  )
})

test('12.2 the older form shows for each message whether it was recalled', async () => {
  const [one, two] = [await said(), await said()]
  const msg = (id: string, to = room) => ({
    msg_id: id,
    to,
    from: 'bob',
    chat_type: 'chatroom',
    force: false,
  })
  const msgs = [msg(one), msg(two, '404'), msg(tooOld), msg(unknown)]
  const reply = await app.call('POST', '/messages/recall', { msgs })
  expectSuccess(reply, app, 'post', '/messages/recall', {
    path: '/messages/recall',
    data: {
      msgs: [
        { msg_id: one, recalled: 'yes' },
        { msg_id: two, recalled: "can't find msg to" },
        { msg_id: tooOld, recalled: 'exceed recall time limit' },
        { msg_id: unknown, recalled: 'not_found msg' },
      ],
    },
  })
})

if (process.env.TEST_DATABASE_URL) {
  test('12.2 a recall reaches the room on every node', async () => {
    const node = await startNode(server.databaseUrl)
    try {
      const { token } = await asUser(app, 'alice')
      const alice = await TestSocket.login(node.url, app.key, 'alice', token)
      const id = await said()
      await alice.text('bob: oops')
      expect((await recall(id)).status).toBe(200)
      await alice.text('admin: ')
      // A backend that recalls what it was just told of may reach another node than the sender.
      for (let n = 0; n < 10; n += 1) {
        const just = { msg_id: await said(), to: room, chat_type: 'chatroom' }
        const headers = { authorization: `Bearer ${app.token}` }
        const { status } = await request(
          'POST',
          `${node.url}/acme/recalls/messages/msg_recall`,
          just,
          headers,
        )
        expect(status).toBe(200)
      }
      alice.close()
    } finally {
      await node.stop()
    }
  })
}
