import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { newMemory, sharedMemory } from '../../src/cluster/shared-memory.ts'
import { sharedTally } from '../../src/cluster/shared-tally.ts'
import { limits } from '../../src/domain/limits.ts'
import { MSync_Command } from '../../src/realtime/generated/protocol.ts'
import { attachmentSpace } from '../../src/store/attachment-space.ts'
import { password, signIn } from '../support/operators.ts'
import { asUser, connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'

setDefaultTimeout(60_000)

// Connections go to any thread: what each counted by itself would be let through about twice as often.
const addressConnections = 40

let server: TestServer
let app: TestApp
beforeAll(async () => {
  server = await aServer({
    threads: '2',
    address_connections: String(addressConnections),
    trusted_proxies: '127.0.0.0/8',
  })
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol', 'dave', 'erin', 'frank')
})
afterAll(() => server.stop())

const several = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))

const closeAll = async (sockets: TestSocket[]): Promise<void> => {
  for (const socket of sockets) socket.close()
  await Promise.all(sockets.map(({ closed }) => closed))
}

/** How many may pass at a rate in the time that `work` takes, and how many of its outcomes are good. */
async function passed(
  rate: number,
  work: () => Promise<boolean[]>,
): Promise<{ count: number; most: number }> {
  const begunMs = performance.now()
  const count = (await work()).filter(Boolean).length
  return { count, most: rate + Math.ceil((rate * (performance.now() - begunMs)) / 1000) }
}

test('16.1 messages of a user with devices on several threads, and those of a room, are counted together', async () => {
  const rate = 20
  await app.set({ userMessageRate: rate })
  const room = await app.room({ owner: 'bob', members: ['alice'] })
  const devices = await several(6, (index) => connectAs(app, 'alice', `device-${index}`))
  const say = () =>
    Promise.all(
      devices.flatMap((device) =>
        Array.from({ length: rate }, async () => {
          const { status } = await device.say(room, 'hello')
          return (status?.errorCode ?? 0) === 0
        }),
      ),
    )
  const ofUser = await passed(rate, say)
  expect(ofUser.count).toBeGreaterThanOrEqual(rate)
  expect(ofUser.count).toBeLessThanOrEqual(ofUser.most)
  await app.set({ userMessageRate: null, roomMessageRate: rate })
  const ofRoom = await passed(rate, say)
  expect(ofRoom.count).toBeLessThanOrEqual(ofRoom.most)
  expect(ofRoom.count).toBeGreaterThan(0)
  await app.set({ roomMessageRate: null })
  await closeAll(devices)
})

test('16.1 changes of a user over HTTP are counted together, whichever thread each reaches', async () => {
  const rate = 10
  await app.set({ userMessageRate: rate })
  const room = await app.room({ owner: 'bob' })
  const carol = await asUser(app, 'carol')
  const { count, most } = await passed(rate, () =>
    several(4 * rate, async () => {
      const { status } = await carol('POST', `/chatrooms/${room}/users/carol`, undefined, {
        connection: 'close',
      })
      return status !== 429
    }),
  )
  expect(count).toBeLessThanOrEqual(most)
  await app.set({ userMessageRate: 100 })
})

test('16.1 calls of an app are counted together, whichever thread each reaches', async () => {
  const limit = 50
  await app.set({ rateLimits: true })
  const { count, most } = await passed(limit, () =>
    several(
      500,
      async () => (await app.call('GET', '/chatrooms', undefined, { connection: 'close' })).status === 200,
    ),
  )
  // Seconds begin when they do: calls may come in one more of them.
  expect(count).toBeLessThanOrEqual(most + limit)
  await app.set({ rateLimits: false })
})

test('16.1 connections of one address are counted together, and those that end make room', async () => {
  const headers = { 'x-forwarded-for': '192.0.2.7' }
  const open = () => TestSocket.open(server.url, '/websocket', headers).catch(() => undefined)
  const all = await several(addressConnections + 10, open)
  const made = all.filter((socket) => socket !== undefined)
  expect(made.length).toBe(addressConnections)
  await closeAll(made)
  let again = await open()
  while (!again) again = await open()
  again.close()
})

test('16.1 an eleventh device of a user ends the oldest, on whatever thread it is', async () => {
  const devices: TestSocket[] = []
  for (let n = 0; n < limits.devices.value + 3; n += 1)
    devices.push(await connectAs(app, 'dave', `device-${n}`))
  await Promise.all(devices.slice(0, 3).map(({ closed }) => closed))
  const rest = devices.slice(3)
  await Promise.all(rest.map((device) => device.settled()))
  const { body } = await app.call('GET', '/users/dave/resources')
  expect(body.data.length).toBe(limits.devices.value)
  await closeAll(rest)
})

test('16.1 a user who was closed for a flood cannot log in to any thread', async () => {
  const flooding = await connectAs(app, 'erin')
  const most = limits.frameRate.value + limits.userMessageRate.value
  for (let sent = 0; sent < 3 * most; sent += 1) flooding.frame(MSync_Command.UNREAD, new Uint8Array())
  await flooding.closed
  const logins = await several(6, (index) => connectAs(app, 'erin', `d${index}`).catch(() => undefined))
  expect(logins).toEqual(Array(6).fill(undefined))
})

test('16.1 failed sign-ins of operators are counted together', async () => {
  await server.admin.addOperator('ann', 'admin', password)
  const most = limits.operatorFailures.value
  const tried = await several(most + 5, () =>
    signIn(server.url, 'ann', 'a wrong password', { connection: 'close' }),
  )
  const statuses = tried.map(({ status }) => status).toSorted((one, other) => one - other)
  expect(statuses).toEqual([...Array(most).fill(401), ...Array(5).fill(429)])
})

test('16.1 event streams of an app are counted together', async () => {
  const aborting = new AbortController()
  const streams = await several(limits.feedStreams.value + 6, () =>
    fetch(`${app.url}/events`, {
      headers: { authorization: `Bearer ${app.token}`, accept: 'text/event-stream', connection: 'close' },
      signal: aborting.signal,
    }),
  )
  const statuses = streams.map(({ status }) => status).toSorted((one, other) => one - other)
  expect(statuses).toEqual([...Array(limits.feedStreams.value).fill(200), ...Array(6).fill(429)])
  aborting.abort()
})

test('16.2 top shows the busy rooms of all threads', async () => {
  const people = ['alice', 'bob', 'carol', 'dave', 'frank']
  const talks = await Promise.all(
    people.map(async (owner) => ({ room: await app.room({ owner }), socket: await connectAs(app, owner) })),
  )
  const talking = setInterval(() => {
    for (const { room, socket } of talks) void socket.say(room, 'hello').catch(() => undefined)
  }, 20)
  const rooms = talks.map(({ room }) => room)
  for (let shown = new Set<string>(); !rooms.every((room) => shown.has(room)); )
    shown = new Set((await server.admin.top(200)).rooms.map(({ room }) => room))
  clearInterval(talking)
  await closeAll(talks.map(({ socket }) => socket))
})

test('16.2 looking for old attachments on one thread counts what uploads of another have taken', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const log = pino({ level: 'silent' })
  const spaces: ReturnType<typeof attachmentSpace>[] = []
  const aThread = (me: number) => {
    const space = attachmentSpace(dir, 1e9, Date.now, log, (taken) => {
      for (const [index, other] of spaces.entries()) if (index !== me) other.takenElsewhere(taken)
    })
    spaces.push(space)
    return space
  }
  const [one, two] = [aThread(0), aThread(1)]
  await one.begin()
  await two.begin()
  const sender = 'a'.repeat(64)
  const from = { app: 7, username: 'alice', appSpace: 1e9, userSpace: 1e9 }
  const upload = { uuid: crypto.randomUUID(), app: 7, sender, bytes: 0 }
  two.take(upload, from, 100_000)
  await one.prune()
  expect([one.usedBy(7), two.usedBy(7)]).toEqual([100_000, 100_000])

  // It ends while files are looked through, and is one of them.
  const pruning = one.prune()
  mkdirSync(join(dir, '7'), { recursive: true })
  writeFileSync(join(dir, '7', upload.uuid), new Uint8Array(128 + 100_000).fill(97))
  two.end(upload, true)
  await pruning
  expect([one.usedBy(7), two.usedBy(7)]).toEqual([100_000, 100_000])
  await one.prune()
  expect([one.usedBy(7), two.usedBy(7)]).toEqual([100_000, 100_000])

  // What somebody has removed beside the server is found by one, and told to the other.
  rmSync(join(dir, '7', upload.uuid))
  await one.prune()
  expect([one.usedBy(7), two.usedBy(7)]).toEqual([0, 0])
  rmSync(dir, { recursive: true })
})

test('16.1 threads count what goes up and down, what passes in a second and what is paused, by key', () => {
  const memory = newMemory()
  const [one, two] = [sharedTally(sharedMemory(memory)), sharedTally(sharedMemory(memory))]
  expect(one.counter('address 192.0.2.1').add(2)).toBe(2)
  expect(two.counter('address 192.0.2.1').add(1)).toBe(3)
  expect(two.counter('address 192.0.2.2').add(1)).toBe(1)
  expect(one.counter('address 192.0.2.1').add(-3)).toBe(0)
  const meters = [one.meter('messages 1/alice'), two.meter('messages 1/alice')]
  const now = performance.now()
  const some = Array.from({ length: 30 }, (_, call) => meters[call % 2]?.passes(10, now))
  expect(some.filter(Boolean).length).toBe(10)
  expect(meters[1]?.wouldPass(10, now)).toBe(false)
  expect(meters[1]?.passes(10, now + 120)).toBe(true)
  expect(meters[0]?.passes(10, now + 120)).toBe(false)
  expect(one.meter('messages 1/bob').passes(10, now)).toBe(true)
  one.pause('flood 1/alice', 60_000)
  expect([two.isPaused('flood 1/alice'), two.isPaused('flood 1/bob')]).toEqual([true, false])
})
