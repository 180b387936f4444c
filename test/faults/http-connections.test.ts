import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { asUser } from '../support/people.ts'
import { headOf, openConnection, rawRequest } from '../support/raw-http.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

/** Rounds of pipelining connections; `npm run test:flood-long` has more. */
const floodSeconds = Number(process.env.FLOOD_SECONDS ?? 1)

let server: TestServer
let app: TestApp
let alice: string

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob')
  alice = (await asUser(app, 'alice')).token
})
afterAll(() => server.stop())

const open = () => openConnection(server.url)
const head = (method: string, path: string, token: string, ...more: string[]) =>
  headOf(`${method} /acme/lounge${path}`, `Authorization: Bearer ${token}`, ...more)

describe('10.29 a body that is not announced', () => {
  for (const [title, body] of [
    ['a JSON body', '{"reason":"none"}'],
    ['a form', 'version=v3'],
    ['a long body', `{${'"a":"b",'.repeat(2000)}"a":"b"}`],
  ] as const)
    for (const who of ['the app', 'the owner'])
      test(`${title} that comes with a DELETE by ${who}: what gets 400 was not done`, async () => {
        const id = await app.room({ owner: 'alice' })
        const token = who === 'the app' ? app.token : alice
        const { socket, closed } = open()
        socket.write(head('DELETE', `/chatrooms/${id}`, token) + body)
        const answers = await closed
        // Written after whatever that call has written.
        await app.room({ owner: 'bob' })
        const { status } = await app.call('GET', `/chatrooms/${id}`)
        expect([answers.slice(0, 12), status]).toEqual(['HTTP/1.1 400', 200])
      })

  test('one that comes after the response changes nothing about it', async () => {
    const id = await app.room({ owner: 'alice' })
    const { socket, closed, came } = open()
    socket.write(head('DELETE', `/chatrooms/${id}`, app.token))
    expect(await came('"success":true')).toStartWith('HTTP/1.1 200')
    socket.write('{"reason":"none"}')
    expect(await closed).toContain('HTTP/1.1 400')
    expect((await app.call('GET', `/chatrooms/${id}`)).status).toBe(404)
  })

  test('a POST without any is served, and a DELETE with an announced one keeps its connection', async () => {
    const id = await app.room({ owner: 'alice' })
    const { socket, came } = open()
    socket.write(head('POST', `/chatrooms/${id}/users/bob`, app.token))
    expect(await came('add_member')).toStartWith('HTTP/1.1 200')
    socket.write(`${head('DELETE', `/chatrooms/${id}`, app.token, 'Content-Length: 10')}version=v3`)
    expect(await came('"success":true')).toContain('HTTP/1.1 200')
    socket.write(headOf('GET /health/live'))
    expect(await came('"live"')).toContain('"live"')
    socket.destroy()
  })
})

describe('10.21 Expect: 100-continue', () => {
  const body = JSON.stringify({ name: 'a', description: 'b', owner: 'alice' })
  const asking = (expectation: string, token: string) =>
    head('POST', '/chatrooms', token, `Content-Length: ${body.length}`, `Expect: ${expectation}`)

  test('gets its response before the body comes', async () => {
    const { socket, came } = open()
    socket.write(asking('100-continue', app.token))
    expect(await came('100 Continue')).toStartWith('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write(body)
    expect(await came('"data"')).toContain('HTTP/1.1 200')
    socket.destroy()
  })

  // Bun compares bytes: https://github.com/oven-sh/bun/issues/30248. When this fails, take it out of the READMEs and ADR 0041.
  test('with capitals gets no 100, but the body that such a client sends after its wait is read', async () => {
    const { socket, came } = open()
    socket.write(asking('100-Continue', app.token))
    // Apache HttpClient waits for two seconds.
    setTimeout(() => socket.write(body), 2000)
    expect(await came('"data"')).toStartWith('HTTP/1.1 200')
    socket.destroy()
  })

  test('is refused at once where the token is bad, whatever its letters', async () => {
    for (const expectation of ['100-continue', '100-Continue']) {
      const { socket, came } = open()
      socket.write(asking(expectation, 'none'))
      // A 100 may come before it.
      expect(await came('HTTP/1.1 401')).toContain('HTTP/1.1 401')
      socket.destroy()
    }
  })
})

describe('10.5 calls that come before the response to the one before (pipelining)', () => {
  test('end the connection where that one still runs: only the first has begun', async () => {
    const { socket, closed } = open()
    const rooms = [await app.room({ owner: 'alice' }), await app.room({ owner: 'alice' })]
    socket.write(
      rooms.map((id) => head('DELETE', `/chatrooms/${id}`, app.token, 'Content-Length: 0')).join(''),
    )
    expect(await closed).not.toContain('HTTP/1.1 200 OK\r\n\r\nHTTP')
    expect((await app.call('GET', `/chatrooms/${rooms[1]}`)).status).toBe(200)
  })

  for (const [title, path] of [
    ['that are answered from memory', ':room'],
    ['that are not', '/chatrooms?limit=1000'],
    ['of health', 'health'],
  ] as const)
    test(`delay nobody else much, however many come ${title}`, async () => {
      const id = await app.room({ owner: 'alice' })
      const room = `/acme/lounge/chatrooms/${id}`
      const target = { ':room': room, health: '/health/live' }[path as string] ?? `/acme/lounge${path}`
      const flood = Bun.spawn(
        [process.execPath, 'test/support/pipelining.ts', server.url, app.token, target, '10'],
        { stdout: 'pipe' },
      )
      await flood.stdout.getReader().read()
      const took: number[] = []
      const until = performance.now() + floodSeconds * 1000
      while (performance.now() < until) {
        const since = performance.now()
        expect((await rawRequest(server.url, head('GET', `/chatrooms/${id}`, app.token))).status).toBe(200)
        took.push(performance.now() - since)
        await Bun.sleep(5)
      }
      flood.kill()
      await flood.exited
      took.sort((a, b) => a - b)
      const p99 = took[Math.floor(took.length * 0.99)] ?? 0
      console.log(
        `others: p50 ${took[took.length >> 1]?.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${took.length}`,
      )
      expect(p99).toBeLessThan(floodSeconds > 1 ? 50 : 500)
    }, 120_000)
})
