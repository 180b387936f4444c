import { describe, expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { readNetworks } from '../../src/operator/networks.ts'
import { aLog } from '../support/log.ts'
import { headOf, openConnection, rawRequest } from '../support/raw-http.ts'
import { aServer, type TestServer } from '../support/server.ts'

const upgradeHead = (...more: string[]) =>
  headOf(
    'GET /websocket',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...more,
  )

/** Opens a socket, and returns it with the head of what came. */
async function upgraded(url: string, ...more: string[]): Promise<{ socket: Socket; head: string }> {
  const { socket, came } = openConnection(url)
  socket.write(upgradeHead(...more))
  return { socket, head: await came('\r\n\r\n') }
}

const withServer = async (settings: Record<string, string>, work: (server: TestServer) => Promise<void>) => {
  const server = await aServer(settings)
  try {
    await work(server)
  } finally {
    await server.stop()
  }
}

describe('10.22 the address of a client behind a proxy', () => {
  const from = (address: string) => `X-Forwarded-For: ${address}`

  test('counts for the ceiling of connections of an address', () =>
    withServer({ trusted_proxies: '127.0.0.1', address_connections: '1' }, async ({ url }) => {
      const first = await upgraded(url, from('203.0.113.1'))
      const second = await upgraded(url, from('203.0.113.2'))
      const again = await upgraded(url, from('203.0.113.1'))
      const madeUp = await upgraded(url, from('198.51.100.7, 203.0.113.1'))
      // HAProxy adds a header of its own to what the client made up.
      const twoHeaders = await upgraded(url, from('198.51.100.7'), from('203.0.113.1'))
      const statuses = [first, second, again, madeUp, twoHeaders].map(({ head }) => head.slice(9, 12))
      for (const { socket } of [first, second, again, madeUp, twoHeaders]) socket.destroy()
      expect(statuses).toEqual(['101', '101', '503', '503', '503'])
    }))

  test('is the address of the connection where the proxy is not trusted', () =>
    withServer({ trusted_proxies: '10.0.0.0/8', address_connections: '1' }, async ({ url }) => {
      const first = await upgraded(url, from('203.0.113.1'))
      const second = await upgraded(url, from('203.0.113.2'))
      for (const { socket } of [first, second]) socket.destroy()
      expect([first, second].map(({ head }) => head.slice(9, 12))).toEqual(['101', '503'])
    }))

  test('counts for the ceiling of logins of an address', () =>
    withServer({ trusted_proxies: '127.0.0.1' }, async (server) => {
      const app = await server.app('acme#lounge')
      await app.call('POST', '/users', { username: 'alice', password: 'right' })
      await app.call('POST', '/users', { username: 'bob', password: 'right' })
      const login = (username: string, address: string, password: string) => {
        const body = JSON.stringify({ grant_type: 'password', username, password })
        const about = [from(address), `Content-Length: ${body.length}`]
        return rawRequest(server.url, headOf('POST /acme/lounge/token', ...about) + body)
      }
      const flood = Array.from({ length: 60 }, () => login('alice', '203.0.113.1', 'wrong'))
      const other = await login('bob', '203.0.113.2', 'right')
      const statuses = (await Promise.all(flood)).map(({ status }) => status)
      expect(statuses).toContain(503)
      expect(other.status).toBe(200)
    }))

  test('is read through several proxies, in IPv6 and from networks', () => {
    const trusted = readNetworks('10.0.0.0/8, ::1, 2001:db8::/32')
    expect(trusted?.('10.9.8.7')).toBe(true)
    expect(trusted?.('2001:db8:1::5')).toBe(true)
    expect(trusted?.('11.0.0.1')).toBe(false)
    expect(readNetworks(' , ')).toBeUndefined()
    for (const bad of ['localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/9', '1.2.3', 'x/8'])
      expect(() => readNetworks(bad)).toThrow('must be addresses or networks')
  })
})

describe('10.22 what a proxy forwards', () => {
  test('is taken only where it is a protocol and a host', () =>
    withServer({ trusted_proxies: '127.0.0.1' }, async (server) => {
      const app = await server.app('acme#lounge')
      const uri = async (...headers: string[]) => {
        const head = headOf(`GET ${path}`, `Authorization: Bearer ${app.token}`, ...headers)
        return JSON.parse((await rawRequest(server.url, head)).text).uri as string
      }
      // Responses to this are cached.
      const path = '/acme/lounge/chatrooms'
      expect(await uri('X-Forwarded-Proto: https')).toBe(`https://localhost${path}`)
      expect(await uri('X-Forwarded-Proto: https, http', 'X-Forwarded-Host: a.test, b.test')).toBe(
        `https://a.test${path}`,
      )
      expect(await uri('X-Forwarded-Proto: javascript', 'X-Forwarded-Host: a"b/../c')).toBe(
        `http://localhost${path}`,
      )
    }))
})

describe('10.30 a refused connection', () => {
  test('is named as the caller named it, and several hosts are refused', () =>
    withServer({ max_connections: '1' }, async ({ url }) => {
      const first = await upgraded(url)
      const refused = await rawRequest(url, upgradeHead('X-Request-Id: mine-1'))
      const unnamed = await rawRequest(url, upgradeHead())
      const hosts = await rawRequest(url, upgradeHead('Host: another'))
      first.socket.destroy()
      expect([refused.status, refused.headers['x-request-id']]).toEqual([503, 'mine-1'])
      expect(unnamed.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-\d+$/)
      expect(hosts.status).toBe(400)
    }))

  test('for want of a key is named, too', () =>
    withServer({}, async ({ url }) => {
      const head = headOf(
        'GET /websocket',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'X-Request-Id: mine-2',
      )
      const { status, headers } = await rawRequest(url, head)
      expect([status, headers['x-request-id']]).toEqual([426, 'mine-2'])
    }))
})

test('10.30 the line of a call carries the id and the trace that the caller gave', async () => {
  const { log, lines } = aLog()
  const server = await aServer({}, log)
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  for (const path of ['/health/live', '/docs/page.js', '/nope', '/none/none/chatrooms'])
    await rawRequest(server.url, headOf(`GET ${path}`, 'X-Request-Id: mine-3', `traceparent: ${traceparent}`))
  await server.stop()
  const named = lines.filter(({ requestId }) => requestId === 'mine-3')
  expect(named.map(({ path }) => path)).toEqual([
    '/health/live',
    '/docs/page.js',
    '/nope',
    '/none/none/chatrooms',
  ])
  expect(named.every((line) => line.traceparent === traceparent)).toBe(true)
})
