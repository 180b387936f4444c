import { expect, test } from 'bun:test'
import { once } from 'node:events'
import { limits } from '../../src/domain/limits.ts'
import { ownTally } from '../../src/domain/tally.ts'
import { arrivals } from '../../src/realtime/arrivals.ts'
import { Connection } from '../../src/realtime/session.ts'
import { connectAs } from '../support/people.ts'
import { headOf, openConnection } from '../support/raw-http.ts'
import { RawSocket } from '../support/raw-socket.ts'
import { aServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

/** Seconds for which an HTTP connection is idle; `npm run test:flood-long` takes 76. */
const idleSeconds = Number(process.env.IDLE_SECONDS ?? 0.1)

const upgrade = (url: string): Promise<Response> =>
  fetch(`${url}/websocket`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
    },
  })

const connections = (server: TestServer) => server.count((counters) => counters.connections)

for (const [title, settings, reason] of [
  ['a process', { max_connections: '2' }, 'too many connections'],
  ['an address', { address_connections: '2' }, 'too many connections of an address'],
] as const) {
  test(`10.5 connections over the limit of ${title} are refused with 503, and one that closes frees a place`, async () => {
    const server = await aServer(settings)
    const first = await RawSocket.open(server.url)
    const second = await RawSocket.open(server.url)
    const refused = await upgrade(server.url)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect(await server.count(({ connectionsRefused }) => connectionsRefused[reason])).toBe(1)
    first.end()
    await until(async () => (await connections(server)) === 1)
    const third = await RawSocket.open(server.url)
    expect(await connections(server)).toBe(2)
    for (const socket of [second, third]) socket.end()
    await server.stop()
  })
}

test('10.3 an idle HTTP connection outlives the 60 seconds of common pools', async () => {
  expect(limits.idleTime.value).toBeGreaterThanOrEqual(75)
  const server = await aServer()
  const { socket } = openConnection(server.url)
  const asks = async (): Promise<string> => {
    socket.write(headOf('GET /health/live'))
    const [bytes] = await once(socket, 'data')
    return String(bytes)
  }
  expect(await asks()).toStartWith('HTTP/1.1 200')
  await Bun.sleep(idleSeconds * 1000)
  expect(await asks()).toStartWith('HTTP/1.1 200')
  socket.destroy()
  await server.stop()
}, 120_000)

test('10.5 an eleventh device of a user ends the first', async () => {
  const server = await aServer()
  const app = await server.app('acme#lounge')
  await app.register('alice')
  const login = (n: number) => connectAs(app, 'alice', `device-${n}`)
  const first = await login(0)
  for (let n = 1; n <= limits.devices.value; n += 1) await login(n)
  await first.closed
  expect(await connections(server)).toBe(limits.devices.value)
  await server.stop()
})

test('10.5 who opens connections and sends nothing loses the oldest of them, and nobody else is turned away', () => {
  const arrived = arrivals(
    { connections: 100_000, perAddress: 0 },
    ownTally(() => 0),
  )
  const opened = (at: number) => new Connection('192.0.2.1', at, at)
  const silent = Array.from({ length: limits.connectionsNew.value }, () => opened(0))
  for (const connection of silent) expect(arrived.add(connection)).toBeUndefined()
  const hasty = opened(1000)
  expect(arrived.add(hasty)).toBe(hasty)
  arrived.remove(hasty)
  const honest = opened(1001)
  expect(arrived.add(honest)).toBe(silent[0] as Connection)
  arrived.remove(silent[0] as Connection)
  arrived.spoke(honest)
  expect(arrived.add(opened(1002))).toBeUndefined()
})
