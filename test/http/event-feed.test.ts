import { afterAll, beforeAll, expect, test } from 'bun:test'
import { limits } from '../../src/domain/limits.ts'
import { openEvents } from '../support/event-source.ts'
import { headOf, openConnection } from '../support/raw-http.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let app: TestApp
beforeAll(async () => {
  server = await aServer()
  app = await server.app('feed#main')
  await app.register('alice', 'bob', 'carol')
})
afterAll(() => server.stop())

const feed = (of: TestApp, query = '', headers: Record<string, string> = {}) =>
  openEvents(`${of.url}/events${query}`, of.token, headers)

/** A stream that has begun: what happens from now on is in it. */
async function begun(of: TestApp, query = '') {
  const stream = await feed(of, query)
  expect(stream.status).toBe(200)
  return stream
}

const announce = (of: TestApp, room: string, announcement: string) =>
  of.call('POST', `/chatrooms/${room}/announcement`, { announcement })

test('a stream sends events in order, with the documented headers', async () => {
  const stream = await begun(app)
  expect(stream.headers.get('content-type')).toStartWith('text/event-stream')
  expect(stream.headers.get('cache-control')).toBe('no-store')
  expect(stream.headers.get('x-accel-buffering')).toBe('no')
  const room = await app.room({ owner: 'alice' })
  await app.call('POST', `/chatrooms/${room}/users/bob`)
  await announce(app, room, 'be kind')
  const events = await stream.take(3)
  expect(stream.text).toStartWith('retry: 3000\n')
  expect(events.map(({ event }) => event)).toEqual(['room.created', 'member.joined', 'announcement.changed'])
  expect(events[2]?.data).toEqual({
    type: 'announcement.changed',
    timestamp: expect.any(Number),
    chatroomid: room,
    operator: '@ppAdmin',
    operation: 'setAnnouncement',
    data: { announcement: 'be kind' },
    before: { announcement: '' },
  })
  expect(new Set(events.map(({ id }) => id)).size).toBe(3)
  stream.close()
})

test('a client that was away continues after its last event, by header or parameter: nothing lost, nothing twice', async () => {
  const room = await app.room({ owner: 'alice' })
  const stream = await begun(app)
  await announce(app, room, 'text 0')
  await stream.take(1)
  stream.close()
  const wanted = Array.from({ length: 250 }, (_, number) => `text ${number + 1}`)
  for (const text of wanted) await announce(app, room, text)
  for (const [query, headers] of [
    ['', { 'last-event-id': stream.lastId }],
    [`?after=${stream.lastId}`, {}],
    ['?after=earliest', { 'last-event-id': stream.lastId }],
  ] as const) {
    const again = await feed(app, query, headers)
    const events = await again.take(250)
    expect(events.map(({ data }) => data.data.announcement)).toEqual(wanted)
    again.close()
  }
})

test('filters choose rooms and types, and "earliest" begins with the first stored event', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const other = await app.room({ owner: 'alice' })
  for (const id of [other, room]) await announce(app, id, 'one')
  await app.call('DELETE', `/chatrooms/${room}/users/bob`)
  await announce(app, room, 'two')
  const stream = await begun(app, `?after=earliest&room=${room}&type=announcement.changed,member.removed`)
  const events = await stream.take(3)
  expect(events.map(({ data }) => [data.chatroomid, data.type])).toEqual([
    [room, 'announcement.changed'],
    [room, 'member.removed'],
    [room, 'announcement.changed'],
  ])
  stream.close()
})

test.each([
  '0',
  '-1',
  '1000000000',
  'garbage',
  '%00',
  '1f0c2a74-0-99999999999999999-1-',
  '\u{1f600}',
  'x'.repeat(5000),
])('the position %p is refused', async (after) => {
  const { status, body } = await app.call('GET', `/events?after=${after}`)
  expect([status, body.error]).toEqual([400, 'illegal_argument'])
  expect(body.error_description).toBe('after is no position of an event')
})

test('types that are none are refused, and so are tokens of users', async () => {
  const { status, body } = await app.call('GET', '/events?type=room.created,nothing')
  expect([status, body.error, body.error_description]).toEqual([
    400,
    'illegal_argument',
    'nothing is no type of event',
  ])
  const { body: login } = await app.call('POST', '/token', {
    grant_type: 'inherit',
    username: 'alice',
    autoCreateUser: false,
  })
  const refused = await app.call('GET', '/events', undefined, {
    authorization: `Bearer ${login.access_token}`,
  })
  expect(refused.status).toBe(401)
})

test('an app without a log gets 403, and one that begins it again gets 410 for the gap', async () => {
  const quiet = await server.app('feed#quiet')
  await quiet.register('alice')
  const room = await quiet.room({ owner: 'alice' })
  const stream = await begun(quiet, '?after=earliest')
  await stream.take(1)
  await quiet.set({ auditDays: 0 })
  expect(await stream.next()).toBeUndefined()
  const { status, body } = await quiet.call('GET', '/events')
  expect([status, body.error_description]).toEqual([403, 'this app keeps no log of events'])
  await announce(quiet, room, 'not logged')
  await quiet.set({ auditDays: 1 })
  const gone = await quiet.call('GET', `/events?after=${stream.lastId}`)
  expect([gone.status, gone.body.error_description]).toEqual([
    410,
    'events after this position are not kept any more',
  ])
  const again = await begun(quiet)
  await announce(quiet, room, 'logged')
  expect((await again.next())?.data.data).toEqual({ announcement: 'logged' })
  again.close()
})

test('a position of another app is not in the log', async () => {
  const other = await server.app('feed#other')
  await other.register('alice')
  await other.room({ owner: 'alice' })
  const stream = await begun(other, '?after=earliest')
  await stream.take(1)
  stream.close()
  expect((await app.call('GET', `/events?after=${stream.lastId}`)).status).toBe(410)
})

test('streams of an app are limited, and one that its client closes frees a place', async () => {
  const crowded = await server.app('feed#crowded')
  const streams = await Promise.all(Array.from({ length: limits.feedStreams.value }, () => begun(crowded)))
  const { status, body } = await crowded.call('GET', '/events')
  expect([status, body.error, body.error_description]).toEqual([
    429,
    'resource_limited',
    'the app has 10 event streams open already',
  ])
  streams[0]?.close()
  await until(async () => {
    const again = await feed(crowded)
    again.close()
    return again.status === 200
  })
  for (const stream of streams) stream.close()
})

test('a stream ends when its token does', async () => {
  const rotated = await server.app('feed#rotated')
  await rotated.register('alice')
  await rotated.room({ owner: 'alice' })
  const stream = await begun(rotated, '?after=earliest')
  await stream.take(1)
  await rotated.rotateSecret()
  // It may still tell why it ends.
  const rest: string[] = []
  for (let event = await stream.next(); event; event = await stream.next()) rest.push(event.event ?? '')
  expect(rest.filter((type) => type !== 'appSecret.changed' && type !== 'app.changed')).toEqual([])
})

test('stopping ends streams at once', async () => {
  const short = await aServer()
  const own = await short.app('feed#short')
  const stream = await begun(own)
  const started = performance.now()
  await short.stop()
  expect(await stream.next()).toBeUndefined()
  expect(performance.now() - started).toBeLessThan(900)
})

test('13.2 a client that reconnects to a server that is stopping is told to come back, not that there are too many streams', async () => {
  const stopping = await aServer()
  const of = await stopping.app('feed#stopping')
  const stream = await begun(of)
  // The server waits for the rest of this body, so that it is still there when the stream has ended.
  const held = openConnection(stopping.url)
  held.socket.write(`${headOf('POST /feed/stopping/token', 'Content-Length: 100')}{`)
  const again = openConnection(stopping.url)
  const [line = '', ...rest] = headOf('GET /feed/stopping/events', `Authorization: Bearer ${of.token}`).split(
    '\r\n',
  )
  again.socket.write(`${line}\r\n`)
  const stopped = stopping.stop()
  expect(await stream.next()).toBeUndefined()
  again.socket.write(rest.join('\r\n'))
  const got = await again.came('service_unavailable')
  expect(got).toContain('HTTP/1.1 503')
  expect(got.toLowerCase()).toContain('retry-after: 1')
  for (const { socket } of [held, again]) socket.destroy()
  await stopped
})
