import { afterAll, beforeAll, expect, test } from 'bun:test'
import { limits } from '../../src/domain/limits.ts'
import { ownTally } from '../../src/domain/tally.ts'
import { eventFeed } from '../../src/engine/event-feed.ts'
import { createApp } from '../../src/operations/apps/create-app.ts'
import { pruneCallbacks, recordActivity } from '../../src/operations/callbacks/deliver.ts'
import { pruneRecordedRooms, recordMessages } from '../../src/operations/events/record-messages.ts'
import { MessageBody, MessageBody_Type, Meta_NameSpace } from '../../src/realtime/generated/protocol.ts'
import { startNode } from '../support/cluster.ts'
import { anEngine } from '../support/engine.ts'
import { type EventSource, openEvents } from '../support/event-source.ts'
import { connectAs } from '../support/people.ts'
import { aReceiver } from '../support/receiver.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
const closing: (() => unknown)[] = []
beforeAll(async () => {
  // What different threads have accepted can be in the log in another order.
  server = await aServer({ callback_networks: '127.0.0.0/8', threads: '1' })
})
afterAll(async () => {
  for (const close of closing) close()
  await server.stop()
})

let apps = 0

/** An app with two rooms of alice and bob. */
async function anApp() {
  apps += 1
  const app = await server.app(`feedMessages#app${apps}`)
  await app.register('alice', 'bob')
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const other = await app.room({ owner: 'alice', members: ['bob'] })
  const bob = await connectAs(app, 'bob')
  closing.push(() => bob.close())
  return { app, room, other, bob }
}

const messages = 'type=message.sent,message.recalled'

async function stream(app: TestApp, query: string, url = app.url): Promise<EventSource> {
  const opened = await openEvents(`${url}/events?${query}`, app.token)
  closing.push(opened.close)
  expect(opened.status).toBe(200)
  return opened
}

const post = async (app: TestApp, room: string, msg: string): Promise<string> => {
  const message = { from: 'admin', to: [room], type: 'txt', body: { msg } }
  return (await app.call('POST', '/messages/chatrooms', message)).body.data[room]
}

const refused = async (app: TestApp, query: string) => {
  const { status, body } = await app.call('GET', `/events?${query}`)
  return [status, body.error_description]
}

const gone = [410, 'events after this position are not kept any more']
const textsOf = (events: { data?: { data: { payload: { bodies: { msg: string }[] } } } }[]) =>
  events.map(({ data }) => data?.data.payload.bodies[0]?.msg)

test('13.2 a stream that asks for the messages of one room shows it live, to an app that is in no room', async () => {
  const { app, room, other, bob } = await anApp()
  const live = await stream(app, `${messages}&room=${room}`)
  const said = String((await bob.say(room, 'hello')).serverId)
  await bob.say(other, 'elsewhere')
  const posted = await post(app, room, 'welcome')
  const payload = MessageBody.encode({ type: MessageBody_Type.RECALL, ackMessageId: BigInt(said) }).finish()
  await bob.sync({ ns: Meta_NameSpace.CHAT, to: { name: room }, payload })
  const events = await live.take(3)
  expect(events.map(({ data }) => data)).toEqual([
    {
      type: 'message.sent',
      timestamp: expect.any(Number),
      chatroomid: room,
      operator: 'bob',
      operation: 'message.sent',
      data: {
        id: said,
        source: 'client',
        timestamp: expect.any(Number),
        kind: 'txt',
        payload: {
          from: 'bob',
          to: room,
          type: 'chatroom',
          ext: {},
          bodies: [{ type: 'txt', msg: 'hello' }],
        },
      },
    },
    expect.objectContaining({
      operator: 'admin',
      data: expect.objectContaining({ id: posted, source: 'rest' }),
    }),
    {
      type: 'message.recalled',
      timestamp: expect.any(Number),
      chatroomid: room,
      operator: 'bob',
      operation: 'message.recalled',
      data: { id: expect.any(String), source: 'client', timestamp: expect.any(Number), recalled: said },
    },
  ])
})

test('13.2 streams that do not ask for messages have none, and the audit trail has none either', async () => {
  const { app, room, bob } = await anApp()
  const asking = await stream(app, messages)
  const plain = await stream(app, 'after=earliest')
  await bob.say(room, 'hello')
  await asking.take(1)
  await app.call('POST', `/chatrooms/${room}/announcement`, { announcement: 'the end' })
  const types: string[] = []
  while (types.at(-1) !== 'announcement.changed') types.push((await plain.next())?.event ?? '')
  expect(types.filter((type) => type.startsWith('message.'))).toEqual([])
  const { body } = await app.call('GET', '/audit')
  expect(JSON.stringify(body.data)).not.toContain('message.sent')
})

test('13.2 a consumer of messages that was away continues in the order of each room: nothing lost, nothing twice', async () => {
  const { app, room, other, bob } = await anApp()
  const first = await stream(app, messages)
  await bob.say(room, 'first')
  await first.take(1)
  first.close()
  const wanted = Array.from({ length: 60 }, (_, place) => `text ${place}`)
  for (const [place, text] of wanted.entries()) await bob.say(place % 3 === 0 ? other : room, text)
  const again = await stream(app, `${messages}&after=${first.lastId}`)
  const events = await again.take(wanted.length)
  for (const [id, isIn] of [
    [other, (place: number) => place % 3 === 0],
    [room, (place: number) => place % 3 !== 0],
  ] as const)
    expect(textsOf(events.filter(({ data }) => data.chatroomid === id))).toEqual(
      wanted.filter((_, place) => isIn(place)),
    )
  expect(new Set(events.map(({ id }) => id)).size).toBe(wanted.length)
})

test('13.2 what was said before anybody asked is not there, and a position from before is told so', async () => {
  const { app, room, other, bob } = await anApp()
  const plain = await stream(app, 'type=announcement.changed')
  await app.call('POST', `/chatrooms/${room}/announcement`, { announcement: 'be kind' })
  await plain.take(1)
  await bob.say(room, 'unheard')
  expect(await refused(app, `${messages}&after=${plain.lastId}`)).toEqual(gone)
  const all = await stream(app, `${messages}&room=${room}&after=earliest`)
  await bob.say(room, 'heard')
  expect(textsOf(await all.take(1))).toEqual(['heard'])
  // All are recorded by now, and so is the other room, which nobody named.
  const named = await stream(app, `${messages}&room=${other}&after=${all.lastId}`)
  await bob.say(other, 'there, too')
  expect(textsOf(await named.take(1))).toEqual(['there, too'])
})

test('13.2 messages of rooms that do not exist, or of too many, are refused', async () => {
  const { app } = await anApp()
  expect(await refused(app, `${messages}&room=999`)).toEqual([404, 'grpID 999 does not exist!'])
  const many = Array.from({ length: limits.feedNamed.value + 1 }, (_, place) => place).join()
  expect(await refused(app, `${messages}&room=${many}`)).toEqual([
    400,
    'a stream with messages names at most 50 chat rooms',
  ])
})

test('13.2 an app whose streams ask for no messages stores none', async () => {
  const { app, room, bob } = await anApp()
  const asking = await anApp()
  const live = await stream(asking.app, messages)
  await bob.say(room, 'unheard')
  await asking.bob.say(asking.room, 'heard')
  await live.take(1)
  const got = aReceiver()
  closing.push(got.stop)
  const events = ['message.sent', 'chatroom.announcement_changed']
  const rule = { name: 'late', url: got.url, events, enabled: true }
  const { body } = await app.call('POST', '/callbacks', rule)
  expect((await app.call('POST', `/callbacks/${body.data.id}/replay`, { since: 1 })).status).toBe(200)
  await app.call('POST', `/chatrooms/${room}/announcement`, { announcement: 'the end' })
  await got.wait(1)
  expect(got.got[0]?.body.operation).toBe('UPDATE')
})

test.if(Boolean(process.env.TEST_DATABASE_URL))(
  '13.2 messages that another node accepts are in the stream soon, once it knows that they are asked for',
  async () => {
    const { app, room } = await anApp()
    const node = await startNode(server.databaseUrl)
    try {
      const live = await stream(app, messages)
      await stream(app, messages, node.url + new URL(app.url).pathname)
      const far = await connectAs(app, 'alice', 'web_far', node.url)
      closing.push(() => far.close())
      await far.say(room, 'far')
      expect(textsOf(await live.take(1))).toEqual(['far'])
    } finally {
      await node.stop()
    }
  },
  20_000,
)

test('13.2 retention of messages is told, and rooms that nobody asks for any more are not recorded', async () => {
  const { engine, close } = await anEngine()
  const operator = { kind: 'app' } as const
  try {
    await engine.commit(0, operator, createApp, { key: 'acme#kept' })
    const app = (await engine.store.apps.findApp('acme', 'kept'))?.id ?? 0
    const nobody = { subscribe: () => undefined }
    using feed = eventFeed(
      engine,
      'a deployment',
      { events: nobody, relayed: nobody, apps: nobody },
      ownTally(Date.now),
    )
    const all = ['']
    const say = (text: string) =>
      engine.commit(app, operator, recordActivity, {
        events: [{ room: '1', operator: 'bob', type: 'message.sent', data: JSON.stringify({ text }) }],
      })
    await say('nobody asks')
    await engine.commit(app, operator, recordMessages, { rooms: all })
    const start = await feed.startOf(app, 'latest', all)
    if (!start) throw new Error('no start')
    const reader = feed.open(app, all)
    await say('one')
    await say('two')
    let found = await reader?.read(start)
    while (found && found.length < 2) found = await reader?.read(start)
    if (!found) throw new Error('messages are missing')
    expect(found.map(({ data }) => data)).toEqual(['{"text":"one"}', '{"text":"two"}'])

    // The first is too old: who has not read it is told, who has goes on.
    const beforeMs = Math.floor((found[0]?.at ?? 0) / 1000) + 1
    while (Date.now() <= beforeMs) await Bun.sleep(1)
    expect(await engine.commit(app, operator, pruneCallbacks, { beforeMs: Date.now() + 1 })).toBe(2)
    expect(await reader?.read(start)).toBeUndefined()
    expect(await feed.startOf(app, start, all)).toBeUndefined()
    expect(await feed.startOf(app, start)).toEqual(start)

    await engine.commit(app, operator, pruneRecordedRooms, { beforeMs: Date.now() - 1000 })
    expect((await engine.store.apps.findApp('acme', 'kept'))?.recorded).toBe('all')
    await engine.commit(app, operator, pruneRecordedRooms, { beforeMs: Date.now() + 1000 })
    expect((await engine.store.apps.findApp('acme', 'kept'))?.recorded).toBeUndefined()
    expect(await feed.startOf(app, 'latest', all)).toBeUndefined()
  } finally {
    await close()
  }
})
