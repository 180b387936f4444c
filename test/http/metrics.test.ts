import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { startChatroomd } from '../../src/chatroomd.ts'
import { readConfig } from '../../src/config.ts'
import { openEvents } from '../support/event-source.ts'
import { connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(30_000)

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice')
})
afterAll(() => server.stop())

/** The lines of the metrics that begin with a name. */
async function metricsOf(name: string): Promise<string[]> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return text.split('\n').filter((line) => line.startsWith(name))
}

test('requests are counted by operation and status, refused and unknown ones too', async () => {
  const id = await app.room({ owner: 'alice' })
  await app.call('GET', `/chatrooms/${id}`)
  await app.call('GET', `/chatrooms/${id}?limit=1`)
  await app.call('GET', '/chatrooms/1')
  await app.call('POST', '/chatrooms', {})
  await app.call('GET', '/chatrooms?limit=0')
  await app.call('GET', '/nothing')
  const lines = await metricsOf('chatroomd_requests_total')
  expect(lines.filter((line) => !/describeApi|showMetrics/.test(line)).sort()).toEqual([
    'chatroomd_requests_total{operation="createRoom",status="200"} 1',
    'chatroomd_requests_total{operation="createRoom",status="400"} 1',
    'chatroomd_requests_total{operation="getRooms",status="200"} 2',
    'chatroomd_requests_total{operation="getRooms",status="404"} 1',
    'chatroomd_requests_total{operation="listRooms",status="400"} 1',
    'chatroomd_requests_total{operation="none",status="404"} 1',
    'chatroomd_requests_total{operation="registerUsers",status="200"} 1',
  ])
})

test('17.5 the bus to other nodes says what it carried: nothing where there are no others', async () => {
  const sent = async () => Number((await metricsOf('chatroomd_bus_sent_total'))[0]?.split(' ')[1])
  const before = await sent()
  await app.room({ owner: 'alice' })
  if (server.databaseUrl === '') expect(await sent()).toBe(0)
  else await until(async () => (await sent()) > before)
  expect(await metricsOf('chatroomd_bus_lost_total')).toEqual(['chatroomd_bus_lost_total 0'])
})

test('durations are counted in buckets that add up', async () => {
  await app.call('GET', '/chatrooms')
  const lines = await metricsOf('chatroomd_request_duration_seconds')
  const all = lines.filter((line) => line.includes('operation="listRooms"'))
  const countOf = (part: string) => Number(all.find((line) => line.includes(part))?.split(' ')[1])
  expect(countOf('le="+Inf"')).toBe(countOf('_count'))
  expect(countOf('_count')).toBeGreaterThan(0)
  expect(countOf('_sum')).toBeGreaterThan(0)
})

test('13.1 13.2 13.3 the history, event streams and keyword lists say what they do', async () => {
  const words = await app.call('POST', '/moderation/keyword_lists', { name: 'adverts', action: 'refuse' })
  await app.call('POST', `/moderation/keyword_lists/${words.body.data.id}/words`, { words: ['casino'] })
  const room = await app.room({ owner: 'alice' })
  const alice = await connectAs(app, 'alice')
  await alice.say(room, 'hello')
  // Until the list is in force.
  await until(async () => (await alice.say(room, 'casino').catch(() => undefined))?.serverId === undefined)
  const stream = await openEvents(`${app.url}/events`, app.token)
  const numberOf = async (name: string) => Number((await metricsOf(name))[0]?.split(' ')[1])
  await until(
    async () =>
      (await numberOf('chatroomd_history_stored_total')) > 0 &&
      (await numberOf('chatroomd_history_waiting_bytes')) === 0,
  )
  expect(await metricsOf('chatroomd_event_streams')).toEqual(['chatroomd_event_streams 1'])
  expect(await metricsOf('chatroomd_keyword_messages_total')).toEqual([
    'chatroomd_keyword_messages_total{action="report"} 0',
    'chatroomd_keyword_messages_total{action="replace"} 0',
    'chatroomd_keyword_messages_total{action="refuse"} 1',
  ])
  stream.close()
  await until(async () => (await metricsOf('chatroomd_event_streams'))[0] === 'chatroomd_event_streams 0')
  alice.close()
})

test('17.8 docs/metrics.md names every metric that a scrape has', async () => {
  const page = await Bun.file('docs/metrics.md').text()
  const names = (await metricsOf('# TYPE chatroomd_')).map((line) => line.split(' ')[2] ?? '')
  expect(names.length).toBeGreaterThan(30)
  expect(names.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([])
})

test('the store reports whether it responds', async () => {
  expect(await metricsOf('chatroomd_store_up')).toEqual([
    expect.stringMatching(/^chatroomd_store_up\{store="(sqlite|postgres)"\} 1$/),
  ])
})

test('at level debug each request has a line, without query, token or body', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const lines: string[] = []
  const log = pino({ level: 'debug', base: null }, { write: (line: string) => void lines.push(line) })
  const chatroomd = await startChatroomd(readConfig({ data_dir: dir, port: '0' }, {}, ''), log)
  await chatroomd.admin.createApp({ key: 'acme#lounge' })
  const token = await chatroomd.admin.issueToken('acme#lounge', 60)
  const response = await fetch(`${chatroomd.url}/acme/lounge/users?secret=in-the-query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: '{"username":"alice","password":"in-the-body"}',
  })
  await chatroomd.stop()
  rmSync(dir, { recursive: true })
  const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered')
  expect(requests).toEqual([
    {
      level: 20,
      time: expect.any(Number),
      requestId: response.headers.get('x-request-id'),
      method: 'POST',
      path: '/acme/lounge/users',
      app: 'acme#lounge',
      caller: 'app',
      address: '127.0.0.1',
      operation: 'registerUsers',
      status: 200,
      ms: expect.any(Number),
      msg: 'answered',
    },
  ])
  const everything = lines.join('')
  for (const secret of [token, 'in-the-query', 'in-the-body']) expect(everything).not.toContain(secret)
})
