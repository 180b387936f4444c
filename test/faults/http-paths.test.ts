import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { all } from '../../src/operations/index.ts'
import { expectRefusal } from '../support/bodies.ts'
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

/** Sends a path as it is: no client between has changed it. */
const send = (method: string, path: string, ...headers: string[]) =>
  rawRequest(server.url, headOf(`${method} /acme/lounge${path}`, auth(), ...headers))

const everything = async () => [
  (await app.call('GET', `/chatrooms/${id}`)).body.data,
  (await app.call('GET', '/users?limit=100')).body.entities.map(
    ({ username }: { username: string }) => username,
  ),
  (await app.call('GET', `/chatrooms/${id}/admin`)).body.data,
  (await app.call('GET', `/chatrooms/${id}/mute`)).body.data,
]

/** Every changing call: its method, and its path with a room and a user in it, but the last part. */
const changing = all.flatMap(({ id: operation, kind, call }) =>
  kind === 'read' || !call
    ? []
    : call.routes.flatMap((route) => {
        const [method = '', path = ''] = route.split(' ')
        return path.endsWith(':username') || path.endsWith(':chatroom_id') || path.endsWith(':uuid')
          ? [{ operation, method, base: path.replace(/:[a-z_]+$/, '') }]
          : []
      }),
)

describe('10.1 a path that ends in nothing, a dot or two', () => {
  test('there are such calls', () => expect(changing.length).toBeGreaterThan(15))

  for (const { operation, method, base } of changing)
    for (const end of ['', '.', '..', '%2e', '%2E%2e', './', '../', '..%2f', '%00'])
      test(`${method} ${base}${end} (${operation}) changes nothing`, async () => {
        const before = await everything()
        const path = base.replace(':chatroom_id', id).replace(':username', 'bob')
        const body = '{"metaData":{"a":"b"},"keys":["a"],"nickname":"x","newpassword":"x"}'
        const head = [`Content-Length: ${body.length}`, 'Content-Type: application/json', '', body]
        const { status } = await rawRequest(
          server.url,
          [`${method} /acme/lounge${path}${end} HTTP/1.1`, 'Host: localhost', auth(), ...head].join('\r\n'),
        )
        expect(status).toBeLessThan(500)
        expect(await everything()).toEqual(before)
      })

  for (const { id: operation, kind, call } of all)
    for (const route of kind === 'read' ? [] : (call?.routes ?? []))
      test(`a slash too many in ${route} (${operation}) is 404 and changes nothing`, async () => {
        const before = await everything()
        const [method = '', path = ''] = route.split(' ')
        const filled = path.replace(':chatroom_id', id).replace(/:\w+/g, 'bob')
        const body = '{"usernames":["bob"],"username":"bob","newpassword":"x"}'
        for (const changed of [
          `${filled}/`,
          `${filled}//`,
          `/${filled}`,
          filled.replace(/\/(?=[^/]*$)/, '//'),
        ]) {
          const head = headOf(`${method} /acme/lounge${changed}`, auth(), `Content-Length: ${body.length}`)
          expect([changed, (await rawRequest(server.url, head + body)).status]).toEqual([changed, 404])
        }
        expect(await everything()).toEqual(before)
      })

  test('a slash at the end of any call that changes something is 404', async () => {
    for (const [method, path] of [
      ['DELETE', `/chatrooms/${id}/`],
      ['PUT', `/chatrooms/${id}/`],
      ['POST', '/chatrooms/'],
      ['DELETE', '/users/'],
      ['DELETE', '/users//'],
      ['DELETE', `/chatrooms/${id}/users/bob/`],
      ['DELETE', `//chatrooms/${id}`],
      ['GET', '/users/bob/disconnect/'],
    ] as const) {
      const before = await everything()
      expect([method, path, (await send(method, path)).status]).toEqual([method, path, 404])
      expect(await everything()).toEqual(before)
    }
  })

  test('reads forgive a slash at the end', async () => {
    for (const path of ['/chatrooms/', `/chatrooms/${id}/`, '/users/bob/'])
      expect((await send('GET', path)).status).toBe(200)
  })

  test('the member named .. is not the room', async () => {
    const { status } = await send('DELETE', `/chatrooms/${id}/users/..`)
    expect(status).toBeGreaterThanOrEqual(400)
    expect((await app.call('GET', `/chatrooms/${id}`)).status).toBe(200)
  })

  test('user ids of dots alone are refused at registration, and by inherit', async () => {
    for (const username of ['.', '..']) {
      const text = `username [${username}] is not legal`
      expectRefusal(
        await app.call('POST', '/users', { username, password: 'x' }),
        400,
        'illegal_argument',
        text,
      )
      const batch = await app.call('POST', '/users', [{ username: 'carol' }, { username }])
      expectRefusal(batch, 400, 'illegal_argument', text)
      const inherit = { grant_type: 'inherit', username, autoCreateUser: true }
      expectRefusal(await app.call('POST', '/token', inherit), 400, 'illegal_argument', text)
    }
    expect((await app.call('GET', '/users/carol')).status).toBe(404)
    await app.register('a.b', '...')
  })
})

test('10.34 no other path leads to a page of the operator', async () => {
  for (const path of ['/metrics/', '/x/../metrics', '/%6detrics', '//metrics', '/docs/', '/./openapi.json'])
    expect([path, (await rawRequest(server.url, headOf(`GET ${path}`))).status]).toEqual([path, 404])
})
