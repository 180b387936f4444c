import { afterAll, beforeAll, expect, test } from 'bun:test'
import { ownTally } from '../../src/domain/tally.ts'
import { eventFeed } from '../../src/engine/event-feed.ts'
import { eventStream } from '../../src/operations/events/event-stream.ts'
import { type EventPosition, logStart } from '../../src/store/event-position.ts'
import type { LogBounds } from '../../src/store/event-retention.ts'
import { aDatabase } from '../support/database.ts'
import { openEvents, type SentEvent } from '../support/event-source.ts'
import { aDirectory, type Served, serves } from '../support/process.ts'
import { appsSetting, callsOn } from '../support/served-app.ts'

/** How often a server is killed; `npm run test:feed-long` asks for 60. */
const kills = Number(process.env.FEED_KILLS ?? 3)
const writers = 4

const { dir, remove } = aDirectory()
let database: Awaited<ReturnType<typeof aDatabase>>
beforeAll(async () => {
  database = await aDatabase()
})
afterAll(async () => {
  await database?.remove()
  remove()
})

const start = () =>
  serves({
    cwd: dir,
    env: { ...appsSetting, CHATROOMD_DATABASE_URL: database?.url ?? '', CHATROOMD_LOG_LEVEL: 'info' },
  })

/** Calls until there is a response: the server may be starting again. */
async function answered<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch {
      await Bun.sleep(20)
    }
  }
}

const pick = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T

interface Consumer {
  query: string
  wants(event: SentEvent): boolean
  seen: SentEvent[]
}

test(
  `13.2 ${kills} times killed while consumers come and go, the feed loses nothing, tells nothing twice and keeps the order`,
  async () => {
    // One process has the embedded store; PostgreSQL is served by two.
    const nodes: Served[] = [await start()]
    if (database) nodes.push(await start())
    const first = await callsOn(nodes[0]?.url ?? '')
    const { token } = first
    const call = (method: string, path: string, sent?: object) =>
      answered(async () => {
        const response = await fetch(`${pick(nodes).url}/acme/lounge${path}`, {
          method,
          headers: { authorization: `Bearer ${token}` },
          body: sent ? JSON.stringify(sent) : null,
        })
        if (response.status >= 500) throw new Error(String(response.status))
        return response.json() as Promise<{ data: { id: string } }>
      })
    await call('POST', '/users', { username: 'alice' })
    const rooms: string[] = []
    for (let each = 0; each < writers; each++) {
      const draft = { name: 'a room', description: '', owner: 'alice' }
      rooms.push((await call('POST', '/chatrooms', draft)).data.id)
    }

    let isDone = false
    const consumers: Consumer[] = [
      { query: '', wants: () => true, seen: [] },
      {
        query: `room=${rooms[0]},${rooms[1]}`,
        wants: ({ data }) => data.chatroomid === rooms[0] || data.chatroomid === rooms[1],
        seen: [],
      },
      { query: 'type=room.muted,room.dissolved', wants: ({ event }) => event === 'room.muted', seen: [] },
    ]
    const from = '?after=earliest&'

    /** Reads until the last event, which is in every room, by a stream that is left and taken up again at random. */
    async function consume(consumer: Consumer): Promise<void> {
      let lastId = ''
      const isOver = ({ data }: SentEvent) =>
        data.data.announcement === 'the end' || data.type === 'room.dissolved'
      for (;;) {
        const headers: Record<string, string> = lastId === '' ? {} : { 'last-event-id': lastId }
        const stream = await answered(() =>
          openEvents(`${pick(nodes).url}/acme/lounge/events${from}${consumer.query}`, token, headers),
        )
        expect(stream.status).toBe(200)
        const stays = 1 + Math.floor(Math.random() * 150)
        for (let count = 0; isDone || count < stays; count++) {
          const event = await stream.next()
          lastId = stream.lastId
          if (!event) break
          expect(event.event).not.toBe('reset')
          if (isOver(event)) return stream.close()
          consumer.seen.push(event)
        }
        stream.close()
      }
    }

    const acknowledged = rooms.map(() => 0)
    const writing = rooms.map(async (room, place) => {
      for (let count = 1; !isDone; count++) {
        await call('POST', `/chatrooms/${room}/announcement`, { announcement: `${count}` })
        acknowledged[place] = count
        if (count % 5 === 0) await call('POST', `/chatrooms/${room}/ban`)
        if (count % 5 === 3) await call('DELETE', `/chatrooms/${room}/ban`)
      }
    })
    const consuming = consumers.map(consume)
    for (let kill = 0; kill < kills; kill++) {
      await Bun.sleep(150 + Math.random() * 250)
      const place = kill % nodes.length
      await nodes[place]?.end('SIGKILL')
      nodes[place] = await start()
    }
    await Bun.sleep(200)
    isDone = true
    await Promise.all(writing)
    for (const room of rooms)
      await call('POST', `/chatrooms/${room}/announcement`, { announcement: 'the end' })
    await call('DELETE', `/chatrooms/${rooms[0]}`)
    await Promise.all(consuming)

    // The log itself, read in one go.
    const log: SentEvent[] = []
    const whole = await openEvents(`${nodes[0]?.url}/acme/lounge/events?after=earliest`, token)
    for (let ends = 0; ends < writers; ) {
      const event = await whole.next()
      if (!event) throw new Error('the stream ended')
      log.push(event)
      if (event.data.data.announcement === 'the end') ends += 1
    }
    whole.close()
    for (const node of nodes) await node.end('SIGTERM')

    expect(new Set(log.map(({ id }) => id)).size).toBe(log.length)
    for (const [place, room] of rooms.entries()) {
      const texts = log
        .filter(({ event, data }) => event === 'announcement.changed' && data.chatroomid === room)
        .map(({ data }) => data.data.announcement)
      // One without a response may be stored all the same, and was sent again.
      const numbers = [...new Set(texts.slice(0, -1))].map(Number)
      expect(numbers).toEqual(Array.from({ length: acknowledged[place] ?? 0 }, (_, count) => count + 1))
      expect(texts.slice(0, -1).map(Number)).toEqual(
        texts
          .slice(0, -1)
          .map(Number)
          .toSorted((a, b) => a - b),
      )
    }
    for (const { wants, seen } of consumers) {
      const wanted = log.filter(wants)
      expect(seen).toEqual(wanted.slice(0, seen.length))
    }
    expect(consumers[0]?.seen.length).toBeGreaterThan(acknowledged.reduce((sum, count) => sum + count))
    console.log(`${kills} kills, ${log.length} events, ${consumers.map(({ seen }) => seen.length)} seen`)
  },
  60_000 + kills * 15_000,
)

const noBounds: LogBounds = { removed: logStart, latest: logStart }

/** A feed of a log that a test fills, and what its readers are shown. */
function aFeed(heartbeatMs: number, isWanted = true) {
  const log = Array.from({ length: 1000 }, (_, count) => ({
    xid: 0,
    at: count + 1,
    room: '1',
    number: 0,
    operator: '',
    operation: 'muteRoom',
    type: 'room.muted',
    data: '{}',
    before: null,
  }))
  let reads = 0
  let removed = logStart
  const events = {
    listChanges: async () => [],
    latestUs: async () => 0,
    boundsOf: async () => noBounds,
    removedUpTo: async () => removed,
    async eventsAfter(_: number, after: EventPosition | undefined, limit: number) {
      reads += 1
      return log.filter(({ at }) => at > (after?.at ?? 0)).slice(0, limit)
    },
  }
  const store = { events, recordedRooms: { recordedSince: async () => undefined } }
  const nobody = { subscribe: () => undefined }
  const sources = { events: nobody, relayed: nobody, apps: nobody }
  const feed = eventFeed({ kind: 'sqlite', store }, 'a deployment', sources, ownTally(Date.now))
  const stream = (at: number) => {
    const reader = feed.open(1)
    if (!reader) throw new Error('no reader')
    return eventStream({
      reader,
      start: { ...logStart, at },
      idOf: (position) => String(position.at),
      isWanted: () => isWanted,
      dataOf: () => '{}',
      isAllowed: () => true,
      heartbeatMs,
    }).getReader()
  }
  return {
    feed,
    stream,
    reads: () => reads,
    remove: (at: number) => {
      removed = { ...logStart, at }
    },
  }
}

test('13.2 a reader that takes nothing has at most two pages read for it', async () => {
  const { stream, reads, feed } = aFeed(10_000)
  const reader = stream(0)
  await reader.read()
  await reader.read()
  await Bun.sleep(50)
  expect(reads()).toBeLessThanOrEqual(3)
  feed[Symbol.dispose]()
})

test('13.2 where nothing comes, a comment keeps the stream open, and a position moves past what is not wanted', async () => {
  const { stream, feed } = aFeed(5, false)
  const reader = stream(990)
  const texts = []
  for (let count = 0; count < 4; count++) texts.push((await reader.read()).value)
  expect(texts).toEqual(['retry: 3000\n:\nid: 990\n\n', ':\nid: 1000\n\n', ':\n\n', ':\n\n'])
  feed[Symbol.dispose]()
  while (!(await reader.read()).done);
})

test('13.2 a reader that retention overtakes gets a reset, and the stream ends', async () => {
  const { stream, remove } = aFeed(10_000)
  const reader = stream(0)
  await reader.read()
  await reader.read()
  remove(500)
  let [last, part] = ['', await reader.read()]
  while (!part.done) {
    last = part.value ?? ''
    part = await reader.read()
  }
  expect(last).toBe('event: reset\ndata: {"type":"reset"}\n\n')
})
