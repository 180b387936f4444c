import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { all } from '../../src/operations/index.ts'
import { headOf, rawRequest } from '../support/raw-http.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
let id: string

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob')
  id = await app.room({ owner: 'alice', members: ['bob'] })
})
afterAll(() => server.stop())

const auth = () => `Authorization: Bearer ${app.token}`
const send = (line: string, ...headers: string[]) => rawRequest(server.url, headOf(line, ...headers))
const json = (text: string) => JSON.parse(text)

describe('10.17 browsers', () => {
  test('may send whatever headers and by whatever method they ask for, to any path, also where no call is', async () => {
    const asked = 'share-secret, x-requested-with, traceparent, x-anything'
    for (const [method, path] of [
      ['DELETE', `/acme/lounge/chatfiles/x`],
      ['PUT', '/acme/lounge/nope'],
      ['PATCH', '/acme/lounge/chatrooms'],
      ['PATCH', '/nope'],
      ['GET', '/metrics'],
      ['DELETE', '/acme/lounge/users/'],
    ]) {
      const { status, headers } = await send(
        `OPTIONS ${path}`,
        'Origin: https://x.test',
        `Access-Control-Request-Method: ${method}`,
        `Access-Control-Request-Headers: ${asked}`,
      )
      expect([path, status]).toEqual([path, 204])
      expect(headers['access-control-allow-headers']).toBe(asked)
      expect(headers['access-control-allow-origin']).toBe('*')
      expect(headers['access-control-allow-methods']?.split(', ')).toContain(method as string)
    }
  })

  test('may read every response, refusals too', async () => {
    for (const path of [
      '/acme/lounge/nope',
      '/acme/lounge/chatrooms',
      '/none/none/chatrooms',
      `/acme/lounge/chatfiles/${id}`,
    ])
      expect((await send(`GET ${path}`)).headers['access-control-allow-origin']).toBe('*')
  })
})

test('10.19 HTTP/1.0 and an empty host are served', async () => {
  for (const [version, ...host] of [['1.0'], ['1.1', 'Host:'], ['1.0', 'Host: localhost']]) {
    const ask = (path: string) =>
      rawRequest(server.url, [`GET ${path} HTTP/${version}`, ...host, auth(), '', ''].join('\r\n'))
    expect((await ask('/health/ready')).status).toBe(200)
    const room = await ask(`/acme/lounge/chatrooms/${id}`)
    expect(room.status).toBe(200)
    expect(json(room.text).uri).toEndWith(`/acme/lounge/chatrooms/${id}`)
    expect(json(room.text).uri).toStartWith('http://')
  }
})

test('10.20 a call that takes no body ignores what comes', async () => {
  const bodiless = all.filter(({ call }) => call && !call.body && !call.upload)
  expect(bodiless.length).toBeGreaterThan(20)
  for (const { id: operation, call } of bodiless) {
    for (const route of call?.routes ?? []) {
      const [method = '', path = ''] = route.split(' ')
      if (method === 'GET' || operation === 'deleteUsers') continue
      const room = await app.room({ owner: 'alice', members: ['bob'] })
      const filled = path.replace(':chatroom_id', room).replace(':username', 'bob').replace(':uuid', 'x')
      const call = (body?: string) => app.call(method, filled, body)
      const { status, body } = await call('version=v3')
      expect([route, status === 200 || body.error !== 'invalid_parameter']).toEqual([route, true])
      await app.register('bob').catch(() => undefined)
    }
  }
})

test('10.29 a connection that is closed on request is announced', async () => {
  for (const path of [`/acme/lounge/chatrooms/${id}`, '/health/live', '/metrics', '/docs', '/nope'])
    for (const value of ['close', 'Close', 'keep-alive, close']) {
      const { headers } = await send(`GET ${path}`, auth(), `Connection: ${value}`)
      expect([path, value, headers.connection]).toEqual([path, value, 'close'])
    }
  expect((await send('GET /health/live')).headers.connection).toBeUndefined()
})

describe('10.30 a request is named', () => {
  const paths = [
    '/health/live',
    '/docs',
    '/docs/page.js',
    '/openapi.json',
    '/metrics',
    '/nope',
    '/acme/lounge/chatrooms',
    '/websocket',
  ]

  test('everywhere, as the caller named it', async () => {
    for (const path of paths)
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const { headers } = await send(
          `${method} ${path}`,
          auth(),
          'X-Request-Id: trace-7/a',
          'Content-Length: 0',
        )
        expect([method, path, headers['x-request-id']]).toEqual([method, path, 'trace-7/a'])
      }
  })

  test('by the server where the caller gave none, or one that could harm a log', async () => {
    for (const given of [
      [],
      ['X-Request-Id:'],
      [`X-Request-Id: ${'x'.repeat(129)}`],
      ['X-Request-Id: a"b'],
      ['X-Request-Id: a b'],
    ])
      expect((await send('GET /health/live', ...given)).headers['x-request-id']).toMatch(/^[0-9a-f]{8}-\d+$/)
  })
})

test('10.32 a host that is no host is no fault of the server', async () => {
  for (const host of ['a:99999', '[', ']', ':', 'a:b', '%'])
    for (const path of [
      '/acme/lounge/chatrooms',
      '/none/none/chatrooms',
      '/health/ready',
      '/easemob/server.json?app_key=acme%23lounge',
    ]) {
      const { status } = await rawRequest(
        server.url,
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${auth()}\r\n\r\n`,
      )
      expect([host, path, status < 500 && status > 0]).toEqual([host, path, true])
    }
})

describe('10.35 a method that a path has not', () => {
  for (const [path, allow] of [
    ['/health/live', 'GET'],
    ['/health/ready', 'GET'],
    ['/docs', 'GET'],
    ['/openapi.json', 'GET'],
    ['/metrics', 'GET'],
    ['/acme/lounge/chatrooms/super_admin', 'GET, POST'],
    ['/acme/lounge/users/batch/status', 'POST'],
  ] as const)
    test(`${path} names the methods that the path has`, async () => {
      const { status, headers, text } = await send(`PATCH ${path}`, 'Content-Length: 0')
      expect([status, headers.allow, json(text).error]).toEqual([405, allow, 'method_not_allowed'])
      expect((await send(`OPTIONS ${path}`)).headers.allow).toBe(allow)
    })
})

test('10.38 two hosts are refused, whether they differ or not', async () => {
  for (const [first, second] of [
    ['a', 'b'],
    ['a', 'a'],
  ])
    for (const path of [
      `/acme/lounge/chatrooms/${id}`,
      `/acme/lounge/chatrooms/${id}`,
      '/health/live',
      '/nope',
    ]) {
      const { status } = await rawRequest(
        server.url,
        `GET ${path} HTTP/1.1\r\nHost: ${first}\r\nHost: ${second}\r\n${auth()}\r\n\r\n`,
      )
      expect([path, status]).toEqual([path, 400])
    }
})

describe('10.22 behind a proxy', () => {
  const about = [
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: chat.example.com',
    'X-Forwarded-For: 203.0.113.9',
  ]

  async function uriOf(settings: Record<string, string>): Promise<string> {
    const proxied = await aServer(settings)
    try {
      const own = await proxied.app('acme#lounge')
      const head = headOf('GET /acme/lounge/chatrooms?x=1', `Authorization: Bearer ${own.token}`, ...about)
      return json((await rawRequest(proxied.url, head)).text).uri
    } finally {
      await proxied.stop()
    }
  }

  test('uri is the address that the client has called, where the proxy is trusted', async () => {
    expect(await uriOf({ trusted_proxies: '10.0.0.0/8, 127.0.0.1' })).toBe(
      'https://chat.example.com/acme/lounge/chatrooms',
    )
    expect(await uriOf({ trusted_proxies: '10.0.0.0/8' })).toBe('http://localhost/acme/lounge/chatrooms')
    expect(await uriOf({})).toBe('http://localhost/acme/lounge/chatrooms')
  })

  test('a public URL wins', async () => {
    const settings = { public_url: 'https://im.example.com/', trusted_proxies: '127.0.0.1' }
    expect(await uriOf(settings)).toBe('https://im.example.com/acme/lounge/chatrooms')
  })
})
