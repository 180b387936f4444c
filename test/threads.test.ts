import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { newMemory, sharedMemory } from '../src/cluster/shared-memory.ts'
import { cellsOf, threadRates } from '../src/cluster/thread-rates.ts'
import { aLog } from './support/log.ts'
import { connectAs } from './support/people.ts'
import { aServer, type TestApp, type TestServer } from './support/server.ts'

setDefaultTimeout(60_000)

/** Calls of each kind; `npm run test:threads-long` makes more. */
const rounds = Number(process.env.THREAD_ROUNDS ?? 12)
const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank']

let server: TestServer
let app: TestApp
beforeAll(async () => {
  const { log, lines } = aLog()
  server = await aServer({ threads: '2' }, log)
  expect(lines.find(({ msg }) => msg === 'listening')).toMatchObject({ threads: 2 })
  app = await server.app('acme#lounge')
  await app.register(...people)
})
afterAll(() => server.stop())

/** A call on a connection of its own, which the system gives to any thread. */
const anew: TestApp['call'] = (method, path, body) => app.call(method, path, body, { connection: 'close' })

const several = <T>(make: (index: number) => Promise<T>, count = rounds): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))

test('16.1 what one thread has answered, every thread shows in its next response, cached or not', async () => {
  const room = await app.room({ owner: 'alice' })
  for (let round = 0; round < rounds; round += 1) {
    // Twice, so that each thread has it in its cache.
    await several(() => anew('GET', `/chatrooms/${room}`))
    const name = `room ${round}`
    await anew('PUT', `/chatrooms/${room}`, { name })
    const shown = await several(() => anew('GET', `/chatrooms/${room}`), 6)
    expect(shown.map(({ body }) => [body.data].flat()[0].name)).toEqual(Array(6).fill(name))
  }
})

test('16.1 a setting of an app that was changed counts on every thread at once', async () => {
  for (const rooms of [0, null, 0, null]) {
    await app.set({ rooms })
    const created = await several(
      (index) => anew('POST', '/chatrooms', { name: `r${index}`, description: '', owner: 'bob' }),
      6,
    )
    const isRefused = rooms === 0
    expect(created.map(({ status }) => status !== 200)).toEqual(Array(6).fill(isRefused))
  }
})

test('16.1 everybody in a room gets the messages of everybody, once and in the order of each sender', async () => {
  const room = await app.room({ owner: 'alice', members: people.slice(1) })
  const sockets = await Promise.all(people.map((name) => connectAs(app, name)))
  const sent = sockets.map(async (socket) => {
    for (let line = 0; line < rounds; line += 1) {
      const { status } = await socket.say(room, `${line}`)
      expect(status?.errorCode ?? 0).toBe(0)
    }
  })
  await Promise.all(sent)
  for (const [person, socket] of sockets.entries()) {
    for (const other of people.toSpliced(person, 1)) {
      await socket.text(`${other}: ${rounds - 1}`)
      expect(socket.texts.filter((text) => text.startsWith(`${other}: `))).toEqual(
        Array.from({ length: rounds }, (_, line) => `${other}: ${line}`),
      )
    }
  }
  for (const socket of sockets) socket.close()
})

test('20.6 what a client sends keeps its order while others write through other threads', async () => {
  const busy = await server.app('acme#busy', { userMessageRate: null })
  await busy.register('alice', 'bob')
  const [room, other] = [
    await busy.room({ owner: 'bob', members: ['alice'] }),
    await busy.room({ owner: 'bob' }),
  ]
  const bob = await connectAs(busy, 'bob')
  const devices = await Promise.all(['a', 'b', 'c', 'd'].map((device) => connectAs(busy, 'alice', device)))
  const lines = 25 * rounds
  let isOver = false
  const writing = several(async (writer) => {
    for (let n = 0; !isOver; n += 1)
      await busy.call('POST', `/chatrooms/${other}/announcement`, { announcement: `${writer} ${n}` })
  }, 6)
  await Promise.all(
    devices.map(async (socket, device) => {
      for (let from = 0; from < lines; from += 25)
        await Promise.all(Array.from({ length: 25 }, (_, n) => socket.say(room, `${device}: ${from + n}`)))
    }),
  )
  isOver = true
  await writing
  for (const [device] of devices.entries()) {
    await bob.text(`alice: ${device}: ${lines - 1}`)
    const heard = bob.texts.filter((text) => text.startsWith(`alice: ${device}: `))
    expect(heard).toEqual(Array.from({ length: lines }, (_, n) => `alice: ${device}: ${n}`))
  }
  for (const socket of [bob, ...devices]) socket.close()
})

test('16.1 who was muted by one thread is refused by every thread from then on', async () => {
  const room = await app.room({ owner: 'alice', members: people.slice(1) })
  const sockets = await Promise.all(people.slice(1).map((name) => connectAs(app, name)))
  for (const [index, socket] of sockets.entries()) {
    const { status } = await socket.say(room, 'before')
    expect(status?.errorCode ?? 0).toBe(0)
    await anew('POST', `/chatrooms/${room}/mute`, {
      usernames: [people[index + 1]],
      mute_duration: 60_000,
    })
    expect((await socket.say(room, 'after')).status?.errorCode).not.toBe(0)
  }
  for (const socket of sockets) socket.close()
})

test('16.1 the devices of a user are those of all threads, and a device that logs in again ends its last connection', async () => {
  const first = await Promise.all(['a', 'b', 'c', 'd'].map((device) => connectAs(app, 'carol', device)))
  const shown = await several(() => anew('GET', '/users/carol/resources'), 4)
  for (const { body } of shown)
    expect(body.data.map(({ res }: { res: string }) => res).sort()).toEqual(['a', 'b', 'c', 'd'])
  const again = await Promise.all(['a', 'b', 'c', 'd'].map((device) => connectAs(app, 'carol', device)))
  await Promise.all(first.map(({ closed }) => closed))
  for (const socket of again) socket.close()
})

test('16.1 metrics count what all threads have done', async () => {
  const counted = async () => {
    const text = await (await fetch(`${server.pagesUrl}/metrics`)).text()
    return Number(/^chatroomd_requests_total\{operation="live",status="200"\} (\d+)$/m.exec(text)?.[1] ?? 0)
  }
  const before = await counted()
  await several(() => fetch(`${server.url}/health/live`, { headers: { connection: 'close' } }), 20)
  // The text of the last second may be returned again.
  while ((await counted()) < before + 20) await Bun.sleep(50)
  expect(await counted()).toBe(before + 20)
})

test('16.1 threads count the calls of an app together, by the second', async () => {
  const { rates } = sharedMemory(newMemory())
  const cellOf = cellsOf(rates.length)
  let second = 7
  const threads = [1, 2, 3].map(() =>
    threadRates(
      rates,
      async (key) => cellOf(key),
      () => second,
    ),
  )
  const passed = async (operation: string, calls: number): Promise<number> => {
    let count = 0
    for (let call = 0; call < calls; call += 1) {
      const counted = await threads[call % threads.length]?.count(1, operation, 50)
      if (counted?.isOver === false) count += 1
    }
    return count
  }
  expect(await passed('getRoom', 49)).toBe(49)
  expect(await passed('getRoom', 300)).toBe(1)
  expect(await passed('createRoom', 300)).toBe(50)
  second = 8
  expect(await passed('getRoom', 300)).toBe(50)
})
