import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { MessageBody, MessageBody_Type, Meta_NameSpace } from '../../src/realtime/generated/protocol.ts'
import { startNode } from '../support/cluster.ts'
import { connectAs } from '../support/people.ts'
import { aReceiver, checkSigned } from '../support/receiver.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import type { TestSocket } from '../support/socket.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let apps = 0
const closing: (() => unknown)[] = []

beforeAll(async () => {
  const callbackTerms = { lookMs: 30, gatherMs: 5, random: () => 0 }
  server = await aServer({ callback_networks: '127.0.0.0/8' }, undefined, { callbackTerms })
})
afterAll(async () => {
  for (const close of closing) close()
  await server.stop()
})

function receiver(...given: Parameters<typeof aReceiver>) {
  const made = aReceiver(...given)
  closing.push(made.stop)
  return made
}

/** An app with a room of alice and bob. */
async function anApp(): Promise<{ app: TestApp; room: string }> {
  apps += 1
  const app = await server.app(`said#app${apps}`)
  await app.register('alice', 'bob')
  return { app, room: await app.room({ owner: 'alice', members: ['bob'] }) }
}

const messages = ['message.sent', 'message.recalled']
const status = ['user.online', 'user.offline']

/** Threads store what they accept apart: what comes at the same moment is in any order then. */
const asStored = (rows: string[]): string[] =>
  Number(process.env.TEST_THREADS ?? 1) > 1 ? rows.toSorted() : rows

let rules = 0
async function aRule(app: TestApp, url: string, more: object = {}) {
  rules += 1
  const draft = { name: `rule_${rules}`, url, events: messages, enabled: true }
  const { body } = await app.call('POST', '/callbacks', { ...draft, ...more })
  expect(body.error_description).toBeUndefined()
  return body.data as { id: string; secret: string }
}

async function login(...given: Parameters<typeof connectAs>): Promise<TestSocket> {
  const socket = await connectAs(...given)
  closing.push(() => socket.close())
  return socket
}

const post = async (app: TestApp, room: string, msg: string, more: object = {}): Promise<string> => {
  const message = { from: 'admin', to: [room], type: 'txt', body: { msg }, ...more }
  return (await app.call('POST', '/messages/chatrooms', message)).body.data[room]
}

const recallBy = (socket: TestSocket, room: string, id: bigint | undefined) => {
  const payload = MessageBody.encode({ type: MessageBody_Type.RECALL, ackMessageId: id }).finish()
  return socket.sync({ ns: Meta_NameSpace.CHAT, to: { name: room }, payload })
}

const textsOf = ({ got }: ReturnType<typeof aReceiver>) => got.map(({ body }) => body.payload.bodies[0]?.msg)

test('13.2 messages of clients and of the app come signed, as the reference has them, in the order of their room', async () => {
  const { app, room } = await anApp()
  const got = receiver()
  const { secret } = await aRule(app, got.url)
  const bob = await login(app, 'bob')
  const ids: string[] = []
  for (let i = 0; i < 10; i += 1) {
    ids.push(String((await bob.say(room, `said ${i}`)).serverId))
    ids.push(await post(app, room, `posted ${i}`, { ext: { place: i } }))
  }
  await got.wait(20)
  expect(asStored(got.got.map(({ body }) => body.msg_id))).toEqual(asStored(ids))
  for (const received of got.got) checkSigned(received, secret)
  const bodyOf = (id: string | undefined) => got.got.find(({ body }) => body.msg_id === id)?.body
  const shared = (id: string | undefined) => ({
    callId: `${app.key}_${id}`,
    eventType: 'chat',
    chat_type: 'groupchat',
    group_id: room,
    to: room,
    msg_id: id,
    host: expect.any(String),
    content_type: 'chat:room:text',
    securityVersion: '1.0.0',
    security: expect.any(String),
    appkey: app.key,
    timestamp: expect.any(Number),
  })
  expect(bodyOf(ids[0])).toEqual({
    ...shared(ids[0]),
    from: 'bob',
    payload: { from: 'bob', to: room, type: 'chatroom', ext: {}, bodies: [{ type: 'txt', msg: 'said 0' }] },
  })
  expect(bodyOf(ids[3])).toEqual({
    ...shared(ids[3]),
    from: 'admin',
    payload: {
      from: 'admin',
      to: room,
      type: 'chatroom',
      ext: { place: 1 },
      bodies: [{ type: 'txt', msg: 'posted 1' }],
    },
  })
})

test('13.2 a broadcast comes once for each room, and a recall of a client, of the app and of a moderator', async () => {
  const { app, room } = await anApp()
  const got = receiver()
  const { secret } = await aRule(app, got.url)
  const bob = await login(app, 'bob')
  const broadcast = { from: 'admin', chatroom_msg_level: 'normal', msg: { type: 'txt', msg: 'to all' } }
  expect((await app.call('POST', '/messages/chatrooms/broadcast', broadcast)).status).toBe(200)
  await got.wait(1)
  expect(got.got[0]?.body).toMatchObject({ group_id: room, from: 'admin', content_type: 'chat:room:text' })
  const first = (await bob.say(room, 'one')).serverId
  const second = await post(app, room, 'two')
  const third = String((await bob.say(room, 'three')).serverId)
  expect((await recallBy(bob, room, first)).status?.errorCode).toBe(0)
  const recalled = { msg_id: second, to: room, chat_type: 'chatroom', from: 'admin' }
  expect((await app.call('POST', '/messages/msg_recall', recalled)).status).toBe(200)
  expect((await app.call('DELETE', `/chatrooms/${room}/messages/${third}`)).status).toBe(200)
  await got.wait(7)
  for (const received of got.got) checkSigned(received, secret)
  const recalls = got.got.filter(({ body }) => body.recall_id !== undefined).map(({ body }) => body)
  expect(Object.fromEntries(recalls.map((body) => [body.recall_id, body.from]))).toEqual({
    [String(first)]: 'bob',
    [second]: 'admin',
    [third]: expect.any(String),
  })
  const ofFirst = recalls.find((body) => body.recall_id === String(first))
  expect(ofFirst).toMatchObject({
    callId: `${app.key}_${ofFirst?.msg_id}`,
    chat_type: 'recall',
    eventType: 'chat',
    group_id: room,
    to: room,
    payload: { ext: {}, ack_message_id: String(first), bodies: [] },
  })
})

test('13.2 filters choose messages by kind, source, room and sender, and what was stopped is not sent', async () => {
  const { app, room } = await anApp()
  const other = await app.room({ owner: 'alice', members: ['bob'] })
  const [kinds, sources, rooms, users] = [receiver(), receiver(), receiver(), receiver()]
  const list = await app.call('POST', '/moderation/keyword_lists', { name: 'bad', action: 'refuse' })
  const words = await app.call('POST', `/moderation/keyword_lists/${list.body.data.id}/words`, {
    words: ['rude'],
  })
  expect(words.status).toBe(200)
  const bob = await login(app, 'bob')
  await until(async () => (await bob.say(room, 'rude')).status?.errorCode !== 0)
  await aRule(app, kinds.url, { kinds: ['cmd'] })
  await aRule(app, sources.url, { sources: ['rest'] })
  await aRule(app, rooms.url, { rooms: [other] })
  await aRule(app, users.url, { users: ['bob'], sources: ['client'] })
  await bob.say(room, 'rude again')
  await bob.say(room, 'by bob')
  await post(app, room, 'by the app')
  await post(app, other, 'elsewhere')
  await app.call('POST', '/messages/chatrooms', { to: [room], type: 'cmd', body: { action: 'wave' } })
  await kinds.wait(1)
  await sources.wait(3)
  await rooms.wait(1)
  await users.wait(1)
  expect(kinds.got.map(({ body }) => body.payload.bodies[0])).toEqual([{ type: 'cmd', action: 'wave' }])
  expect(kinds.got[0]?.body.content_type).toBe('chat:room:command')
  // In order within a room.
  expect(textsOf(sources).filter((text) => text !== 'elsewhere')).toEqual(['by the app', undefined])
  expect(textsOf(sources)).toContain('elsewhere')
  expect(textsOf(rooms)).toEqual(['elsewhere'])
  expect(textsOf(users)).toEqual(['by bob'])
})

test('13.2 who logs in is online, and who leaves or is replaced is offline, each device by itself', async () => {
  const { app } = await anApp()
  const got = receiver()
  const { secret } = await aRule(app, got.url, { events: status })
  const first = await login(app, 'bob', 'phone')
  await login(app, 'bob', 'phone')
  const tablet = await login(app, 'bob', 'tablet')
  tablet.close()
  await got.wait(5)
  for (const received of got.got) checkSigned(received, secret)
  const seen = got.got.map(({ body }) => [body.status, body.reason, body.user.split('/')[1]].join(' '))
  expect(asStored(seen)).toEqual(
    asStored([
      'online login other_phone',
      'offline replaced other_phone',
      'online login other_phone',
      'online login other_tablet',
      'offline logout other_tablet',
    ]),
  )
  expect(got.got.find(({ body }) => body.status === 'online' && body.user.endsWith('phone'))?.body).toEqual({
    callId: expect.stringMatching(new RegExp(`^${app.key}_[0-9a-f-]{36}$`)),
    reason: 'login',
    status: 'online',
    user: `${app.key}_bob@easemob.com/other_phone`,
    os: 'other',
    ip: '127.0.0.1',
    version: '',
    host: expect.any(String),
    appkey: app.key,
    timestamp: expect.any(Number),
    security: expect.any(String),
  })
  first.close()
})

test('13.2 an app whose rules select no messages writes none, and the event feed shows none', async () => {
  const { app, room } = await anApp()
  const [got, all] = [receiver(), receiver()]
  const { id } = await aRule(app, got.url, { events: ['chatroom.member_joined'] })
  const bob = await login(app, 'bob')
  await bob.say(room, 'unheard')
  await post(app, room, 'unheard')
  const since = Date.now() - 60_000
  await aRule(app, all.url, { events: [...messages, ...status] })
  await bob.say(room, 'heard')
  await all.wait(1)
  // Replay looks at all that the log has.
  await app.call('PUT', `/callbacks/${id}`, { events: [...messages, 'chatroom.member_joined'] })
  await app.call('POST', `/callbacks/${id}/replay`, { since })
  await got.wait(1)
  expect([textsOf(got), textsOf(all)]).toEqual([['heard'], ['heard']])
  await app.call('POST', `/chatrooms/${room}/announcement`, { announcement: 'the end' })
  const headers = { authorization: `Bearer ${app.token}` }
  const feed = await fetch(`${app.url}/events?after=earliest`, { headers })
  let text = ''
  for await (const chunk of feed.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (text.includes('announcement.changed')) break
  }
  expect(text).not.toContain('message.sent')
})

test('13.2 an endpoint that hangs, breaks off, redirects or responds without end does not delay another rule', async () => {
  const { app, room } = await anApp()
  const good = receiver()
  const hanging = Promise.withResolvers<Response>()
  closing.push(() => hanging.resolve(new Response()))
  const secret = receiver()
  const answers = [
    () => hanging.promise,
    () => new Response('x'.repeat(10 * 1024 * 1024)),
    () => Response.redirect(secret.url, 307),
  ]
  // An app may have four rules: here is one beside three bad ones.
  const bad = answers.map((answer) => receiver(answer))
  for (const { url } of bad) await aRule(app, url)
  await aRule(app, good.url)
  const texts = Array.from({ length: 50 }, (_, place) => `text ${place}`)
  for (const text of texts) await post(app, room, text)
  await good.wait(50)
  expect(textsOf(good)).toEqual(texts)
  await bad[1]?.wait(50)
  expect(secret.got).toEqual([])
  // What fails is tried again and again, and nothing after it goes out meanwhile.
  for (const each of [bad[0], bad[2]]) expect([...new Set(each && textsOf(each))]).toEqual(['text 0'])
})

test.skipIf(!process.env.TEST_DATABASE_URL)(
  '13.2 of several nodes, the one that accepted a message tells of it, once',
  async () => {
    const { app, room } = await anApp()
    const node = await startNode(server.databaseUrl, { CHATROOMD_CALLBACK_NETWORKS: '127.0.0.0/8' })
    closing.push(() => node.stop())
    const got = receiver()
    await aRule(app, got.url)
    const [alice, bob] = [await login(app, 'alice'), await login(app, 'bob', 'far', node.url)]
    // The other node gets the event of the rule soon.
    await until(async () => {
      await bob.say(room, 'probe')
      return got.got.length > 0
    })
    const ids = new Set<string>()
    for (let place = 0; place < 10; place += 1)
      for (const each of [alice, bob]) ids.add(String((await each.say(room, 'said')).serverId))
    const said = () => got.got.filter(({ body }) => body.payload.bodies[0].msg === 'said')
    await until(() => said().length >= 20)
    await Bun.sleep(200)
    expect(said().length).toBe(20)
    for (const from of ['alice', 'bob']) {
      const own = said().filter(({ body }) => body.from === from)
      expect(own.map(({ body }) => body.msg_id)).toEqual(
        [...ids].filter((_, place) => place % 2 === (from === 'bob' ? 1 : 0)),
      )
    }
  },
)
