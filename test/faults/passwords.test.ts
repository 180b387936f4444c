import { afterAll, beforeAll, expect, test } from 'bun:test'
import { request as call } from 'node:http'
import pino from 'pino'
import { fairTurns } from '../../src/auth/fair-turns.ts'
import { startChatroomd } from '../../src/chatroomd.ts'
import { readConfig } from '../../src/config.ts'
import { aDirectory } from '../support/process.ts'
import { aServer, request, type TestApp, type TestServer } from '../support/server.ts'

/** Logins or registrations of a flood; more with `FLOOD`. */
const flood = Number(process.env.FLOOD ?? 150)

let server: TestServer
let flooded: TestApp
let quiet: TestApp
beforeAll(async () => {
  server = await aServer()
  flooded = await server.app('acme#flooded')
  quiet = await server.app('acme#quiet')
  for (const app of [flooded, quiet])
    await app.call('POST', '/users', { username: 'alice', password: 'secret-1' })
})
afterAll(() => server.stop())

/** Logs in from an address of this machine, and returns the status. */
const logIn = (app: TestApp, username: string, password: string, localAddress = '127.0.0.1') =>
  new Promise<number>((resolve, reject) => {
    const sent = call(`${app.url}/token`, { method: 'POST', localAddress, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(JSON.stringify({ grant_type: 'password', username, password }))
  })

const many = <T>(count: number, make: (at: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, at) => make(at)))

test('10.8 a flood of logins of one app locks nobody out of another app, nor another address out of the same', async () => {
  const logins = many(flood, (at) =>
    logIn(flooded, `ghost${at}`, 'x', at % 2 === 0 ? '127.0.0.1' : '127.0.0.3'),
  )
  const others = many(6, async () => [
    await logIn(quiet, 'alice', 'secret-1'),
    await logIn(flooded, 'alice', 'secret-1', '127.0.0.2'),
  ])
  expect((await others).flat()).toEqual(Array(12).fill(200))
  const statuses = await logins
  expect(statuses).toContain(503)
  expect(statuses).toContain(404)
}, 60_000)

test('10.8 one address cannot fill the queue with guesses at one user', async () => {
  const guesses = many(flood, () => logIn(flooded, 'alice', 'wrong'))
  const other = logIn(flooded, 'alice', 'secret-1', '127.0.0.2')
  expect(await other).toBe(200)
  const checked = (await guesses).filter((status) => status === 400).length
  expect(checked).toBeGreaterThan(0)
  expect(checked).toBeLessThan(flood)
}, 60_000)

test('10.8 registrations that nobody waits for any more leave the queue', async () => {
  const stop = new AbortController()
  const batch = (at: number) =>
    Array.from({ length: 60 }, (_, n) => ({ username: `batch${at}-${n}`, password: 'secret-1' }))
  const headers = { authorization: `Bearer ${flooded.token}` }
  const abandoned = many(18, (at) =>
    fetch(`${flooded.url}/users`, {
      method: 'POST',
      headers,
      body: JSON.stringify(batch(at)),
      signal: stop.signal,
    }).then(
      () => 'answered',
      () => 'abandoned',
    ),
  )
  // Once one that came later has its response, the others wait in the queue.
  const registered = await quiet.call('POST', '/users', { username: 'bob', password: 'secret-1' })
  expect(registered.status).toBe(200)
  stop.abort()
  expect(await abandoned).toContain('abandoned')
  // Had the others stayed in the queue, they would be registered before these.
  const [first, ...more] = await many(2, (at) => flooded.call('POST', '/users', batch(100 + at)))
  expect([first, ...more].map((reply) => reply?.status)).toEqual([200, 200])
  const found = await many(18, (at) => flooded.call('GET', `/users/batch${at}-0`))
  expect(found.filter(({ status }) => status === 200).length).toBeLessThan(9)
}, 60_000)

test('10.8 without a token one user is registered at a time, and a flood of them locks nobody out', async () => {
  const open = await server.app('acme#open', { openRegistration: true })
  const several = await request('POST', `${open.url}/users`, [{ username: 'a', password: 'b' }])
  expect([several.status, several.body.error]).toEqual([401, 'unauthorized'])
  const one = await request('POST', `${open.url}/users`, { username: 'a', password: 'b' })
  expect(one.status).toBe(200)
  const anonymous = many(flood, (at) =>
    request('POST', `${open.url}/users`, { username: `user${at}`, password: 'b' }),
  )
  const own = await open.call('POST', '/users', [{ username: 'carol', password: 'secret-1' }])
  expect(own.status).toBe(200)
  expect(new Set((await anonymous).map(({ status }) => status))).toEqual(new Set([200, 503]))
}, 60_000)

test('10.8 a call that is refused because too many wait is no error in the log', async () => {
  const { dir, remove } = aDirectory()
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const config = readConfig({ data_dir: dir, port: '0' }, {}, '')
  const own = await startChatroomd(config, log)
  await own.admin.createApp({ key: 'acme#lounge', settings: undefined })
  const before = lines.length
  const app = { url: `${own.url}/acme/lounge` } as TestApp
  expect(await many(flood, (at) => logIn(app, `ghost${at}`, 'x'))).toContain(503)
  expect(lines.slice(before)).toEqual([])
  await own.stop()
  remove()
}, 60_000)

test('10.8 a batch that is refused or abandoned leaves no work behind, and turns go round apps and addresses', async () => {
  const turns = fairTurns({ running: 1, waiting: 6, ofAddress: 4, ofName: 2 })
  const done: string[] = []
  const gate = Promise.withResolvers<void>()
  const works = (mark: string, count: number) =>
    Array.from({ length: count }, () => async () => {
      await gate.promise
      done.push(mark)
    })
  const stop = new AbortController()
  const signal = new AbortController().signal
  const ask = (app: number, source: string, name: string, count: number, given = signal) =>
    turns({ app, source, name, signal: given }, works(`${app}${source}`, count)).then(
      () => 'done',
      () => 'refused',
    )
  const outcomes = Promise.all([
    ask(1, '', '', 1),
    ask(1, '', '', 7),
    ask(1, '', '', 3),
    ask(2, '', '', 2, stop.signal),
    ask(1, 'x', 'ann', 2),
    ask(1, 'x', 'ann', 1),
  ])
  stop.abort()
  const later = Promise.all([ask(1, 'y', 'ann', 1), ask(3, 'z', 'ann', 1)])
  gate.resolve()
  expect(await outcomes).toEqual(['done', 'refused', 'refused', 'refused', 'done', 'refused'])
  expect(await later).toEqual(['done', 'done'])
  expect(done.toSorted()).toEqual(['1', '1x', '1x', '1y', '3z'])
  expect(done.indexOf('3z')).toBeLessThan(3)
})
