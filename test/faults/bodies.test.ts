import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { limits } from '../../src/domain/limits.ts'
import { refusal } from '../support/bodies.ts'
import { aLog, errorLevel } from '../support/log.ts'
import { headOf, openConnection } from '../support/raw-http.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const MiB = 1024 * 1024
const unauthorized = refusal('unauthorized', 'Unable to authenticate (OAuth)')

let server: TestServer
let app: TestApp
const { log, lines } = aLog()

beforeAll(async () => {
  server = await aServer({}, log)
  app = await server.app('acme#lounge')
  await app.register('alice')
})
afterAll(() => server.stop())

interface Sending {
  socket: Socket
  /** The status line and the rest, as soon as a response began; empty when there is none. */
  answer: Promise<string>
}

/** Sends the headers of a call and nothing else. */
function begin(path: string, headers: string[]): Sending {
  const { socket, came } = openConnection(app.url)
  socket.write(headOf(`POST ${new URL(app.url).pathname}${path}`, ...headers))
  return { socket, answer: came('\r\n\r\n') }
}

const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))

test('10.7 a call without a valid token gets 401 before any of its body has arrived', async () => {
  for (const headers of [[], ['authorization: Bearer nonsense']]) {
    for (const length of ['content-length: 1000000', 'content-length: 10', 'transfer-encoding: chunked']) {
      for (const path of ['/chatrooms', '/chatfiles']) {
        const { socket, answer } = begin(path, [...headers, length])
        const text = await answer
        socket.destroy()
        expect(text).toStartWith('HTTP/1.1 401 ')
        expect(bodyOf(text)).toEqual(unauthorized)
      }
    }
  }
})

test(
  '10.7 a body that stops coming is refused soon, one that comes slowly but steadily is taken',
  async () => {
    const about = [`authorization: Bearer ${app.token}`, 'content-type: application/json']
    const text = JSON.stringify({ name: 'slow', description: 'x'.repeat(30_000), owner: 'alice' })
    const stopped = begin('/chatrooms', [...about, 'content-length: 500000'])
    stopped.socket.write('{"name":')
    const slow = begin('/chatrooms', [...about, `content-length: ${text.length}`])
    let sent = 0
    const sending = setInterval(() => {
      slow.socket.write(text.slice(sent, sent + 600))
      sent += 600
      if (sent >= text.length) clearInterval(sending)
    }, 250)
    const refused = await stopped.answer
    expect(refused).toStartWith('HTTP/1.1 400 ')
    expect(bodyOf(refused)).toEqual(refusal('invalid_parameter', 'the body came too slowly'))
    // Over the longest description, which only a complete body shows.
    expect(bodyOf(await slow.answer).error_description).not.toContain('slowly')
    stopped.socket.destroy()
    slow.socket.destroy()
  },
  limits.bodyGrace.value + 20_000,
)

test('10.7 bodies are refused by what they announce, before it has come', async () => {
  const about = [
    `authorization: Bearer ${app.token}`,
    `content-length: ${MiB}`,
    'content-type: application/json',
  ]
  const waiting: Sending[] = []
  for (let announced = 0; announced <= limits.waitingBodies.value; announced += MiB) {
    const one = begin('/chatrooms', about)
    one.socket.write('{')
    waiting.push(one)
  }
  expect(await Promise.race(waiting.map(({ answer }) => answer))).toStartWith('HTTP/1.1 503 ')
  for (const { socket } of waiting) socket.destroy()
})

test('10.7 a body of a length that is not announced counts as the largest when it is more than a small one', async () => {
  const about = [
    `authorization: Bearer ${app.token}`,
    'transfer-encoding: chunked',
    'content-type: application/json',
  ]
  const chunk = (bytes: number): string => `${bytes.toString(16)}\r\n${' '.repeat(bytes)}\r\n`
  const most = limits.waitingBodies.value / limits.bodyBytes.value
  const sending = (bytes: number): Sending[] =>
    Array.from({ length: most + 1 }, () => {
      const one = begin('/chatrooms', about)
      one.socket.write(chunk(bytes))
      return one
    })
  const small = sending(1000)
  const large = sending(17_000)
  const waiting = [...small, ...large]
  expect(await Promise.race(waiting.map(({ answer }) => answer))).toStartWith('HTTP/1.1 503 ')
  for (const { socket } of waiting) socket.destroy()
})

test('10.7 bodies that wait take no more than their common ceiling, and the newest is served', async () => {
  const about = [
    `authorization: Bearer ${app.token}`,
    `content-length: ${MiB}`,
    'content-type: application/json',
  ]
  const waiting: Sending[] = []
  const filling = Buffer.alloc(MiB - 1000, ' ')
  for (let sent = 0; sent < limits.waitingBodies.value + 3 * MiB; sent += MiB) {
    const one = begin('/chatrooms', about)
    one.socket.write(filling)
    waiting.push(one)
  }
  const first = await Promise.race(waiting.map(({ answer }) => answer))
  expect(first).toStartWith('HTTP/1.1 503 ')
  expect((await app.call('POST', '/chatrooms', { name: 'a', description: 'b', owner: 'alice' })).status).toBe(
    200,
  )
  for (const { socket } of waiting) socket.destroy()
})

test('10.32 clients that hang up in the middle of a body are no fault of the server: nothing is logged as an error', async () => {
  const from = lines.length
  const multipart = 'content-type: multipart/form-data; boundary=x'
  const tries = [
    ['/chatrooms', 'content-length: 100', '{"name":'],
    ['/chatrooms', 'content-length: 100000', '{"name":'],
    ['/chatrooms', 'transfer-encoding: chunked', '8\r\n{"name":\r\n'],
    ['/chatrooms', 'content-length: 100', ''],
    ['/chatfiles', 'content-length: 100000', '--x\r\ncontent-disposition: form-data; name="file"\r\n\r\nabc'],
  ] as const
  for (const [path, length, part] of tries) {
    const { socket, answer } = begin(path, [
      `authorization: Bearer ${app.token}`,
      'x-request-id: gone',
      length,
      multipart,
    ])
    // The server has begun to read the body when it has responded to another call.
    await new Promise<void>((resolve) => socket.write(part, () => resolve()))
    await app.call('GET', '/chatrooms')
    socket.destroy()
    expect(await answer).toBe('')
  }
  const ended = () => lines.filter(({ requestId, status }) => requestId === 'gone' && status !== undefined)
  await until(() => ended().length >= tries.length)
  expect(ended().map(({ status }) => status)).toEqual(tries.map(() => 400))
  expect(lines.slice(from).filter(({ level }) => level >= errorLevel)).toEqual([])
})
