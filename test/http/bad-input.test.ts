import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { expectRefusal } from '../support/bodies.ts'
import { openConnection } from '../support/raw-http.ts'
import { draft, everyRoom } from '../support/rooms.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
let id: string

/** Everything that a bad request must leave alone. */
const everything = async () => [
  await everyRoom(app),
  (await app.call('GET', '/users?limit=100')).body.entities,
]
let before: unknown

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob')
  id = await app.room({ ...draft, members: ['bob'] })
})
beforeEach(async () => {
  before = await everything()
})
afterEach(async () => expect(await everything()).toEqual(before as unknown[]))
afterAll(() => server.stop())

/**
 * Sends bytes as they are and returns everything that comes back until the server closes. A server may drop a
 * response that is not ready when the client hangs up.
 */
function raw(text: string, ending: 'wait' | 'hang up' = 'hang up'): Promise<string> {
  const { socket, closed } = openConnection(server.url)
  if (ending === 'wait') socket.write(text, 'latin1')
  else socket.end(text, 'latin1')
  return closed
}
const rawCall = async (head: string, ending: 'wait' | 'hang up' = 'wait') => {
  const answer = await raw(head, ending)
  const [top = '', ...rest] = answer.split('\r\n\r\n')
  return { status: Number(top.split(' ')[1]), head: top, text: rest.join('\r\n\r\n') }
}
const auth = () => `Authorization: Bearer ${app.token}\r\n`

const writes = () =>
  [
    ['POST', '/chatrooms'],
    ['PUT', `/chatrooms/${id}`],
    ['POST', '/users'],
    ['POST', '/token'],
  ] as const

describe('bodies', () => {
  const notJson = ['invalid_parameter', 'the body is not JSON'] as const
  for (const [title, body, word, text] of [
    ['broken JSON', '{"name":', ...notJson],
    ['JSON with something after it', '{} x', ...notJson],
    ['single quotes', "{'name':'x'}", ...notJson],
    ['a form', 'name=x&owner=alice', ...notJson],
    ['an unescaped NUL', '{"name":"a\0"}', ...notJson],
    ['brackets 100,000 deep', '['.repeat(100_000), ...notJson],
    [
      'an escaped NUL',
      '{"name":"a\\u0000","username":"x"}',
      'invalid_parameter',
      'the body holds a NUL or half a character',
    ],
    [
      'half a character',
      '{"name":"\\ud800","username":"x"}',
      'invalid_parameter',
      'the body holds a NUL or half a character',
    ],
    [
      'the wrong half first',
      '{"name":"\\udc00\\ud800"}',
      'invalid_parameter',
      'the body holds a NUL or half a character',
    ],
    [
      'half a character as a key',
      '{"\\ud800":1}',
      'invalid_parameter',
      'the body holds a NUL or half a character',
    ],
    [
      'one deep inside',
      '{"x":[{"y":["\\ud800"]}]}',
      'invalid_parameter',
      'the body holds a NUL or half a character',
    ],
  ] as const)
    test(`${title}: refused by every call that has a body`, async () => {
      for (const [method, path] of writes())
        expectRefusal(await app.call(method, path, body), 400, word, text)
    })

  test('a byte order mark before the JSON is no part of it', async () => {
    const { status, body } = await app.call('PUT', `/chatrooms/${id}`, '\ufeff{"description":"late talk"}')
    expect([status, body.data]).toEqual([200, { description: true }])
  })

  for (const body of ['"name"', '[]', '[{}]', '7', 'true', 'null'])
    test(`${body} is no object: refused by every call that wants one`, async () => {
      for (const [method, path] of writes().filter(([, path]) => path !== '/users'))
        expectRefusal(
          await app.call(method, path, body),
          400,
          'invalid_parameter',
          'the body must be a JSON object',
        )
    })

  test('a body nested deeper than 64 levels is refused, in a field that nobody knows, too', async () => {
    const deep = (levels: number) => `{"x":${'['.repeat(levels)}"\\u0041"${']'.repeat(levels)}}`
    for (const [method, path] of writes()) {
      for (const body of [deep(64), deep(100_000), deep(100_000).replace('\\u0041', 'A')])
        expectRefusal(
          await app.call(method, path, body),
          400,
          'invalid_parameter',
          'the body is nested deeper than 64 levels',
        )
      expect((await app.call(method, path, deep(63))).body.error_description).not.toContain('deeper')
    }
  })

  test('bytes that are not UTF-8 are refused', async () => {
    const cutOff = [0xf0, 0x9f, 0x98]
    for (const bytes of [
      [0xff],
      [0xc3],
      [0xed, 0xa0, 0x80],
      [0xc0, 0x80],
      [0xf8, 0x88, 0x80, 0x80, 0x80],
      cutOff,
    ])
      for (const [method, path] of writes()) {
        const body = Buffer.concat([Buffer.from('{"name":"'), Buffer.from(bytes), Buffer.from('"}')])
        const response = await fetch(app.url + path, {
          method,
          body,
          headers: { authorization: `Bearer ${app.token}` },
        })
        const reply = { status: response.status, body: await response.json(), headers: response.headers }
        expectRefusal(reply, 400, 'invalid_parameter', 'the body is not UTF-8 text')
      }
    expect(
      (await app.call('PUT', `/chatrooms/${id}`, { name: draft.name, groupname: '\ufffd' })).status,
    ).toBe(400)
  })

  test('over 1 MiB a body is refused, with Content-Length or in chunks; 1 MiB is read', async () => {
    const tooLarge = ['request_entity_too_large', 'Request Entity Too Large'] as const
    const limit = 1024 * 1024
    const chunked = (size: number) =>
      new ReadableStream({
        start(stream) {
          for (let sent = 0; sent < size; sent += 65_536)
            stream.enqueue(new Uint8Array(Math.min(65_536, size - sent)).fill(32))
          stream.close()
        },
      })
    for (const [method, path] of writes()) {
      expectRefusal(await app.call(method, path, ' '.repeat(limit + 1)), 413, ...tooLarge)
      expect((await app.call(method, path, ' '.repeat(limit))).status).toBe(400)
      const headers = { authorization: `Bearer ${app.token}` }
      for (const [size, status] of [
        [limit + 1, 413],
        [8 * limit, 413],
        [limit, 400],
      ] as const) {
        const response = await fetch(app.url + path, { method, headers, body: chunked(size) })
        expect([size, response.status]).toEqual([size, status])
        expect(response.headers.get('content-type')).toBe('application/json')
        await response.json()
      }
    }
    const announced = await rawCall(
      `POST /acme/lounge/chatrooms HTTP/1.1\r\nHost: localhost\r\n${auth()}Content-Length: 999999999999\r\n\r\n{`,
      'hang up',
    )
    expect([announced.status, JSON.parse(announced.text).error]).toEqual([413, tooLarge[0]])
  })

  test('a body where none belongs is ignored', async () => {
    for (const path of ['/chatrooms', `/chatrooms/${id}`, '/users/alice/joined_chatrooms', '/users']) {
      const answer = await rawCall(
        `GET /acme/lounge${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n${auth()}Content-Length: 1\r\n\r\n{`,
      )
      expect(answer.status).toBe(200)
    }
    const headers = { 'content-type': 'application/json' }
    for (const body of [undefined, '', '{"a":1}']) {
      const reply = await app.call('DELETE', '/chatrooms/1', body, headers)
      expectRefusal(reply, 404, 'resource_not_found', 'grpID 1 does not exist!')
    }
  })
})

describe('paths and methods', () => {
  for (const segment of ['%', '%zz', '%2', '%E0%A4%A', '%ff', '%00', 'a%00b', '%ED%A0%80'])
    test(`"${segment}" in a path is no text: refused everywhere`, async () => {
      for (const [method, path, body] of [
        ['GET', `/chatrooms/${segment}`],
        ['GET', `/chatrooms/${id},${segment}`],
        ['PUT', `/chatrooms/${segment}`, { name: 'x' }],
        ['DELETE', `/chatrooms/${segment}`],
        ['GET', `/users/${segment}`],
        ['DELETE', `/users/${segment}`],
        ['GET', `/users/${segment}/joined_chatrooms`],
      ] as const)
        expectRefusal(
          await app.call(method, path, body),
          400,
          'illegal_argument',
          'this is an invalid request.',
        )
      const response = await fetch(`${server.url}/acme/${segment}/chatrooms`)
      expectRefusal(
        { status: response.status, body: await response.json(), headers: response.headers },
        400,
        'illegal_argument',
        'this is an invalid request.',
      )
    })

  for (const path of ['/nope', '/chatrooms/1/2/3/4', '//chatrooms', '/../chatrooms/..', '/CHATROOMS'])
    test(`nothing is at "${path}"`, async () => {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])
        expectRefusal(
          await app.call(method, path),
          404,
          'service_resource_not_found',
          'Service resource not found',
        )
    })

  for (const [method, path, allowed] of [
    ['PATCH', '/chatrooms', 'GET, POST'],
    ['PUT', '/chatrooms', 'GET, POST'],
    ['DELETE', '/chatrooms', 'GET, POST'],
    ['POST', '/chatrooms/1', 'GET, PUT, DELETE'],
    ['PATCH', '/chatrooms/1', 'GET, PUT, DELETE'],
    ['POST', '/users/alice/joined_chatrooms', 'GET'],
    ['GET', '/token', 'POST'],
    ['PROPFIND', '/token', 'POST'],
  ] as const)
    test(`${method} ${path} is refused, naming ${allowed}`, async () => {
      const reply = await app.call(method, path, method === 'GET' ? undefined : '{')
      expectRefusal(reply, 405, 'method_not_allowed', `${method} is not allowed here; allowed: ${allowed}`)
      expect(reply.headers.get('allow')).toBe(allowed)
    })

  test('HEAD responds as GET does, without the body', async () => {
    for (const [path, status] of [
      ['/chatrooms', 200],
      [`/chatrooms/${id}`, 200],
      ['/chatrooms/1', 404],
      ['/nope', 404],
    ] as const) {
      const reply = await app.call('HEAD', path)
      expect([path, reply.status, reply.body]).toEqual([path, status, undefined])
    }
  })

  test('browsers may send a preflight request (OPTIONS)', async () => {
    const reply = await app.call('OPTIONS', '/chatrooms', undefined, { authorization: '' })
    expect([
      reply.status,
      reply.headers.get('allow'),
      reply.headers.get('access-control-allow-origin'),
    ]).toEqual([204, 'GET, POST', '*'])
  })
})

describe('what is no proper HTTP', () => {
  const get = (path: string, host: string) =>
    rawCall(`GET /acme/lounge${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${auth()}\r\n`)

  for (const host of ['a', 'im', 'api', 'im:80', 'localhost:8080', '[::1]:8080', 'xn--fiq228c.test', 'A.B'])
    test(`the host "${host}" is repeated in uri, and reaches the same app`, async () => {
      const { status, text } = await get(`/chatrooms/${id}?x=1`, host)
      const uri = new URL(`http://${host}/acme/lounge/chatrooms/${id}`).href
      expect([status, JSON.parse(text).uri]).toEqual([200, uri])
    })

  for (const host of ['a"b', 'a\\b', 'a"},"data":"x', 'a b', 'a/b?c#d', '%22', '\xe4', '<script>', '"', ''])
    test(`the host ${JSON.stringify(host)} breaks no JSON`, async () => {
      const { status, text } = await get('/chatrooms', host)
      expect(status).toBeLessThan(500)
      if (text !== '')
        expect(Object.keys(JSON.parse(text))).toContain(status === 200 ? 'uri' : 'error_description')
    })

  for (const path of [
    '/chatrooms/"<>',
    '/chatrooms/\xc3\xa4\xff',
    '/chatrooms/{"a":1}',
    '/chatrooms?"=\\"',
    '/users/"/joined_chatrooms',
  ])
    test(`the path ${JSON.stringify(path)}, sent as it is, breaks no JSON`, async () => {
      const { status, text } = await get(path, 'localhost')
      expect(status).toBeLessThan(500)
      JSON.parse(text)
    })

  const post = `POST /acme/lounge/chatrooms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n`
  for (const [title, head] of [
    ['noise', '\x00\x01\x02\xff\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['HTTP of the year 1991', 'GET /\r\n\r\n'],
    ['HTTP of the future', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a length below 0', `${post}Content-Length: -1\r\n\r\n`],
    ['a length that is no number', `${post}Content-Length: x\r\n\r\n`],
    ['two lengths', `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`],
    ['a length and chunks', `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a chunk without a size', `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
    ['a header of 100 KiB', `${post}X: ${'x'.repeat(100_000)}\r\n\r\n`],
  ] as const)
    test(`${title} is refused, and the server serves on`, async () => {
      const answer = await raw(head)
      expect(answer).toMatch(/^(|HTTP\/1\.1 (4\d\d|505) [\s\S]*)$/)
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    })

  test('a request that ends before its body does leaves nothing behind', async () => {
    const body = JSON.stringify(draft)
    for (const length of [body.length + 1, 100_000])
      await raw(`${post}${auth()}Content-Length: ${length}\r\n\r\n${body}`)
    await raw(`${post}${auth()}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`)
  })

  test('two requests in one packet get two responses, in order, or none', async () => {
    const one = (path: string, more = '') =>
      `GET /acme/lounge${path} HTTP/1.1\r\nHost: localhost\r\n${more}${auth()}\r\n`
    const answer = await raw(
      `${one('/chatrooms/1')}${one(`/chatrooms/${id}`, 'Connection: close\r\n')}`,
      'wait',
    )
    // Bun closes a connection on which the next call comes while one still waits, as for PostgreSQL it does.
    const onPostgres = process.env.TEST_DATABASE_URL !== undefined
    const expected = onPostgres ? [] : ['HTTP/1.1 404', 'HTTP/1.1 200']
    expect([...(answer.match(/HTTP\/1\.1 \d+/g) ?? [])]).toEqual(expected)
  })
})
