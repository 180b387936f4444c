import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { startChatroomd } from '../../src/chatroomd.ts'
import { readConfig } from '../../src/config.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

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

test('durations are counted in buckets that add up', async () => {
  await app.call('GET', '/chatrooms')
  const lines = await metricsOf('chatroomd_request_duration_seconds')
  const all = lines.filter((line) => line.includes('operation="listRooms"'))
  const countOf = (part: string) => Number(all.find((line) => line.includes(part))?.split(' ')[1])
  expect(countOf('le="+Inf"')).toBe(countOf('_count'))
  expect(countOf('_count')).toBeGreaterThan(0)
  expect(countOf('_sum')).toBeGreaterThan(0)
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
      operation: 'registerUsers',
      status: 200,
      ms: expect.any(Number),
      msg: 'answered',
    },
  ])
  const everything = lines.join('')
  for (const secret of [token, 'in-the-query', 'in-the-body']) expect(everything).not.toContain(secret)
})
