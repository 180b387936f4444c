import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import {
  MessageBody,
  MessageBody_Type,
  Meta_NameSpace,
  Meta_RouteType,
  MUCBody_Operation,
} from '../../src/realtime/generated/protocol.ts'
import { batchTerms } from '../../src/realtime/room-outbox.ts'
import { tickOf } from '../../src/realtime/tick.ts'
import { asUser, connectAs } from '../support/people.ts'
import { sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import type { Got, TestSocket } from '../support/socket.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

/** From the second message of a room on all wait, for longer than a test takes: what goes out does so by itself. */
const patient = { mostMs: 3_600_000, smallest: 2, idle: 0, busy: 1e-9 }

/** Threads put messages of a room together each for its own clients, so all of these are on one. */
let server: TestServer
let app: TestApp
const opened: TestSocket[] = []

beforeAll(async () => {
  server = await aServer({ threads: '1' }, undefined, { batchTerms: patient })
  app = await server.app('acme#batches', { userMessageRate: null })
  await app.register('alice', 'bob', 'carol', 'dave')
})
afterAll(() => server.stop())

async function people<const Names extends string[]>(of: TestApp, ...names: Names) {
  for (const socket of opened.splice(0)) {
    socket.close()
    await socket.closed
  }
  const sockets = await Promise.all(names.map((name) => connectAs(of, name)))
  opened.push(...sockets)
  return sockets as { [N in keyof Names]: TestSocket }
}

/** A room in which one message was written at once, so that the next ones wait. */
async function busyRoom(alice: TestSocket, members: string[]): Promise<string> {
  const room = await app.room({ owner: 'alice', members })
  await alice.join(room)
  await alice.say(room, 'first')
  return room
}

/** Ends the wait: a message of high priority goes at once, and with it all before it. */
const high = [{ key: 'chatroom_msg_tag', type: 2 as const, varintValue: 0n }]
const last = (socket: TestSocket, room: string) => socket.say(room, 'now', { ext: high })

const framesWith = ({ got }: TestSocket, room: string): Got[] =>
  got.filter(({ sync, texts }) => texts.length > 0 && sync?.queue?.name === room)

test('16.2 messages of one tick reach each receiver in one frame, once and in order; acknowledgements do not wait', async () => {
  const [alice, bob, carol] = await people(app, 'alice', 'bob', 'carol')
  const room = await busyRoom(alice, ['bob', 'carol'])
  const sent: string[] = []
  for (let n = 0; n < 20; n += 1) {
    const sender = n % 2 === 0 ? alice : bob
    const { serverId } = await sender.say(room, `m${n}`)
    expect(serverId).toBeGreaterThan(0n)
    sent.push(`${n % 2 === 0 ? 'alice' : 'bob'}: m${n}`)
  }
  await carol.settled()
  expect(carol.texts).toEqual(['alice: first'])
  await last(alice, room)
  await carol.text('alice: now')
  expect(carol.texts).toEqual(['alice: first', ...sent, 'alice: now'])
  expect(framesWith(carol, room)).toHaveLength(2)
  // Nobody gets its own messages.
  await bob.text('alice: now')
  expect(bob.texts).toEqual([
    'alice: first',
    ...sent.filter((line) => line.startsWith('alice')),
    'alice: now',
  ])
  await alice.text('bob: m19')
  expect(alice.texts).toEqual(sent.filter((line) => line.startsWith('bob')))
})

test('16.2 ids and times in a shared frame are those of the acknowledgements', async () => {
  const [alice, bob] = await people(app, 'alice', 'bob')
  const room = await busyRoom(alice, ['bob'])
  const ids = []
  for (let n = 0; n < 5; n += 1) ids.push((await alice.say(room, `m${n}`)).serverId)
  ids.push((await last(alice, room)).serverId)
  const { sync } = await bob.text('alice: now')
  expect(sync?.metas?.map(({ id }) => id)).toEqual(ids)
  expect(sync).toMatchObject({ status: { errorCode: 0 }, isLast: true, queue: { name: room } })
  expect(sync?.timestamp).toBe(sync?.metas?.at(-1)?.timestamp)
})

test('16.2 recalls, notices and messages to some members keep their place among messages that wait', async () => {
  const [alice, bob, carol] = await people(app, 'alice', 'bob', 'carol')
  const room = await busyRoom(alice, ['bob', 'carol'])
  const { serverId } = await alice.say(room, 'oops')
  const payload = MessageBody.encode({ type: MessageBody_Type.RECALL, ackMessageId: serverId }).finish()
  await alice.sync({ ns: Meta_NameSpace.CHAT, to: { name: room }, payload })
  await app.call('PUT', `/chatrooms/${room}`, { name: 'renamed' })
  await alice.say(room, 'after')
  await alice.say(room, 'for bob', { routetype: Meta_RouteType.ROUTE_DIRECT, directedUsers: ['bob'] })
  await bob.text('alice: for bob')
  await last(alice, room)
  await Promise.all([bob.text('alice: now'), carol.text('alice: now')])
  const order = (socket: TestSocket) =>
    socket.got
      .filter(({ sync }) => sync?.queue?.name === room)
      .flatMap(({ sync }) => sync?.metas ?? [])
      .map(({ ns, payload: body = new Uint8Array() }) => {
        if (ns === Meta_NameSpace.MUC) return 'notice'
        const { type, contents } = MessageBody.decode(body)
        return type === MessageBody_Type.RECALL ? 'recall' : contents?.[0]?.text
      })
  // On another node the notice may come a moment later than its call was answered.
  const beside = (name: string | undefined) => name !== 'notice'
  const common = ['first', 'oops', 'recall', 'after']
  const ofBob = order(bob).slice(order(bob).indexOf('first'))
  const ofCarol = order(carol).slice(order(carol).indexOf('first'))
  expect(ofBob.filter(beside)).toEqual([...common, 'for bob', 'now'])
  expect(ofCarol.filter(beside)).toEqual([...common, 'now'])
  if (!process.env.TEST_NODES) expect(ofCarol).toEqual(['first', 'oops', 'recall', 'notice', 'after', 'now'])
})

test('16.2 who comes gets nothing that waited before, who goes has all of it, and a dissolved room keeps nothing', async () => {
  const [alice, bob, carol, dave] = await people(app, 'alice', 'bob', 'carol', 'dave')
  const room = await busyRoom(alice, ['bob', 'carol'])
  await alice.say(room, 'one')
  await bob.leave(room)
  await bob.text('alice: one')
  await dave.join(room)
  await app.call('DELETE', `/chatrooms/${room}/users/carol`)
  await carol.event(MUCBody_Operation.KICK)
  expect(carol.texts).toEqual(['alice: first', 'alice: one'])
  await alice.say(room, 'two')
  await last(alice, room)
  await dave.text('alice: now')
  expect(dave.texts).toEqual(['alice: two', 'alice: now'])
  expect(bob.texts).toEqual(['alice: first', 'alice: one'])

  await alice.say(room, 'three')
  await app.call('DELETE', `/chatrooms/${room}`)
  await dave.event(MUCBody_Operation.DESTROY)
  expect(dave.texts).toEqual(['alice: two', 'alice: now', 'alice: three'])
})

test('16.2 messages of the app of high priority do not wait either', async () => {
  const [alice, bob] = await people(app, 'alice', 'bob')
  const room = await busyRoom(alice, ['bob'])
  await app.call('POST', '/messages/chatrooms', {
    from: 'stage',
    to: [room],
    type: 'txt',
    body: { msg: 'alarm' },
    chatroom_msg_level: 'high',
  })
  await bob.text('stage: alarm')
  expect(bob.texts).toEqual(['alice: first', 'stage: alarm'])
})

test('16.2 a frame for many messages stays small: what is beyond goes in the next', async () => {
  const [alice, bob] = await people(app, 'alice', 'bob')
  const room = await busyRoom(alice, ['bob'])
  const long = 'x'.repeat(10_000)
  for (let n = 0; n < 14; n += 1) await alice.say(room, `${n} ${long}`)
  await last(alice, room)
  await bob.text('alice: now')
  expect(bob.texts.slice(1, -1).map((line) => line.split(' ')[1])).toEqual(
    Array.from({ length: 14 }, (_, n) => String(n)),
  )
  expect(framesWith(bob, room).map(({ texts }) => texts.length)).toEqual([1, 6, 6, 3])
})

test('16.2 a frame that is full of messages does not wait for its tick', async () => {
  const [alice, bob] = await people(app, 'alice', 'bob')
  const room = await busyRoom(alice, ['bob'])
  for (let n = 1; n <= 32; n += 1) await alice.say(room, `m${n}`)
  await bob.text('alice: m32')
  expect(framesWith(bob, room).map(({ texts }) => texts.length)).toEqual([1, 32])
})

test('16.2 a room waits when other messages are likely to come within the tick, and only then', () => {
  const tick = (users: number, rate: number) =>
    tickOf(
      {
        users: { size: users },
        flow: { fromMs: performance.now(), written: 0, rate },
      },
      batchTerms(100),
      0,
    )
  expect(tick(1000, 20)).toBe(0)
  expect(tick(1000, 5)).toBe(0)
  expect(tick(100_000, 10)).toBe(0)
  expect(tick(1000, 50)).toBe(100)
  expect(tick(10_000, 20)).toBe(100)
})

for (const name of sdkNames)
  test(`16.2 ${name} reads messages, a recall and a notice that share a frame, in order and once`, async () => {
    const [alice] = await people(app, 'alice')
    const room = await busyRoom(alice, ['carol'])
    const accessToken = (await asUser(app, 'carol')).token
    const carol = await sdkInBun(name, { url: server.url, appKey: app.key, user: 'carol', accessToken })
    const { serverId } = await alice.say(room, 'm0')
    await alice.say(room, 'm1')
    const payload = MessageBody.encode({ type: MessageBody_Type.RECALL, ackMessageId: serverId }).finish()
    await alice.sync({ ns: Meta_NameSpace.CHAT, to: { name: room }, payload })
    const asAlice = await asUser(app, 'alice')
    await asAlice('POST', `/chatrooms/${room}/announcement`, { announcement: 'hush' })
    await alice.say(room, 'm2')
    await last(alice, room)
    await carol.receives('onTextMessage', { msg: 'now' })
    // From another node the notice may come after the last message, and wait.
    if (!process.env.TEST_NODES) await carol.receives('onChatroomEvent', { operation: 'updateAnnouncement' })
    const heard = carol.received
      .filter(({ event, data }) => event === 'onRecallMessage' || (data.msg && data.to === room))
      .map(({ event, data }) => (event === 'onRecallMessage' ? `recall ${data.mid}` : data.msg))
    expect(heard).toEqual(['m0', 'm1', `recall ${serverId}`, 'm2', 'now'])
    await carol.close()
  })

test('16.2 with short ticks every message comes once and in the order of its sender, however many write', async () => {
  const quick = await aServer({ threads: '1' }, undefined, { batchTerms: { ...patient, mostMs: 20 } })
  try {
    const quickApp = await quick.app('acme#quick', { userMessageRate: null })
    const names = ['alice', 'bob', 'carol', 'dave']
    await quickApp.register(...names)
    const room = await quickApp.room({ owner: 'alice', members: names.slice(1) })
    const sockets = await Promise.all(names.map((name) => connectAs(quickApp, name)))
    const each = Number(process.env.BATCH_MESSAGES ?? 40)
    const numbers = Array.from({ length: each }, (_, n) => n)
    await Promise.all(
      sockets.flatMap((socket, s) => numbers.map((n) => socket.say(room, `${names[s]} ${n}`))),
    )
    for (const [s, socket] of sockets.entries()) {
      await until(() => socket.texts.length >= each * 3)
      const others = names.filter((_, n) => n !== s)
      for (const other of others)
        expect(socket.texts.filter((line) => line.startsWith(`${other}:`))).toEqual(
          numbers.map((n) => `${other}: ${other} ${n}`),
        )
      expect(socket.texts).toHaveLength(each * 3)
      expect(framesWith(socket, room).length).toBeLessThan(each * 3)
      socket.close()
    }
  } finally {
    await quick.stop()
  }
})
