import { expect, test } from 'bun:test'
import { aLog, errorLevel } from '../support/log.ts'
import { rawRequest } from '../support/raw-http.ts'
import { aServer } from '../support/server.ts'

interface Described {
  paths: Record<
    string,
    Record<string, { operationId: string; requestBody?: { content: Record<string, { example?: unknown }> } }>
  >
}

/** What breaks code that takes a value for a number or a text: it cannot be turned into one, or only into a strange one. */
const hostile: unknown[] = [
  { toString: 1, valueOf: 1 },
  { toString: null },
  { length: -1 },
  { toJSON: 1 },
  [],
  [[]],
  [{ toString: 1 }],
  true,
  -1,
  0.5,
  2 ** 60,
  '',
  '9'.repeat(400),
]

/** A value with each part of it in turn, at any depth, and itself, replaced. */
function* replaced(value: unknown, by: unknown): Generator<unknown> {
  yield by
  if (Array.isArray(value))
    for (const [place, inner] of value.entries())
      for (const other of replaced(inner, by)) yield value.with(place, other)
  else if (value !== null && typeof value === 'object')
    for (const [name, inner] of Object.entries(value))
      for (const other of replaced(inner, by)) yield { ...value, [name]: other }
}

/** Bodies of messages of each kind, which one example cannot show. */
const contents = [
  { type: 'loc', body: { lat: 1.5, lng: 2.5, addr: 'x' } },
  {
    type: 'img',
    body: { url: 'x', filename: 'x', secret: 'x', file_length: 1, size: { width: 1, height: 1 } },
  },
  { type: 'audio', body: { url: 'x', filename: 'x', secret: 'x', length: 1 } },
  {
    type: 'video',
    body: { url: 'x', filename: 'x', length: 1, thumb: 'x', thumb_secret: 'x', file_length: 1 },
  },
  { type: 'cmd', body: { action: 'x' } },
  { type: 'custom', body: { customEvent: 'x', customExts: { a: 'b' } } },
  { type: 'txt', body: { msg: 'x' }, ext: { a: 'b', c: { d: 1 } } },
]

for (const dialect of ['docs', 'sdk'] as const)
  test(`10.32 no value in a body, of whatever type, is a fault of the server (${dialect})`, async () => {
    const { log, lines } = aLog()
    const server = await aServer({}, log)
    const app = await server.app('acme#lounge', { dialect })
    await app.register('alice', 'bob', 'carol')
    const room = await app.room({ owner: 'alice', members: ['bob'] })
    const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as Described
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody }]) => {
        const example = requestBody?.content['application/json']?.example
        if (example === undefined) return []
        const filled = path
          .replace('/{org_name}/{app_name}', '')
          .replace('{chatroom_id}', room)
          .replace(/\{\w+\}/g, 'bob')
        return [{ method: method.toUpperCase(), path: filled, example }]
      }),
    )
    for (const content of contents)
      calls.push({
        method: 'POST',
        path: '/messages/chatrooms',
        example: { from: 'bob', to: [room], ...content },
      })
    expect(calls.length).toBeGreaterThan(30)

    const failed: unknown[] = []
    let sent = 0
    for (const { method, path, example } of calls)
      for (const value of hostile)
        for (const body of replaced(example, value)) {
          const text = JSON.stringify(body)
          const headers = { authorization: `Bearer ${app.token}` }
          const { status } = await fetch(app.url + path, { method, headers, body: text })
          sent += 1
          if (status >= 500) failed.push([status, method, path, text])
        }
    await server.stop()
    expect(failed).toEqual([])
    expect(sent).toBeGreaterThan(1000)
    expect(lines.filter(({ level }) => level >= errorLevel)).toEqual([])
  }, 120_000)

test('10.32 a number that no double holds, written out, is a fault of the client', async () => {
  const server = await aServer()
  const app = await server.app('acme#lounge', { dialect: 'sdk' })
  for (const number of ['1e999', '-1e999', '1e-999', '9007199254740993', `1${'0'.repeat(400)}`]) {
    const body = `{"name":"a","description":"b","owner":"alice","maxusers":${number}}`
    const head = [`Authorization: Bearer ${app.token}`, `Content-Length: ${body.length}`]
    const { status } = await rawRequest(
      server.url,
      ['POST /acme/lounge/chatrooms HTTP/1.1', 'Host: x', ...head, '', body].join('\r\n'),
    )
    expect([number, status >= 400 && status < 500]).toEqual([number, true])
  }
  await server.stop()
})
