import { afterAll, beforeAll, expect, test } from 'bun:test'
import { expectRefusal, expectUnauthorized } from '../support/bodies.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
let other: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  other = await server.app('acme#annex')
})
afterAll(() => server.stop())

const ask = (extra: object = {}, of = app) => {
  const { clientId: client_id, clientSecret: client_secret } = of
  const body = { grant_type: 'client_credentials', client_id, client_secret, ...extra }
  return of.call('POST', '/token', body, { authorization: '' })
}
const listWith = (authorization: string, of = app) =>
  of.call('GET', '/chatrooms', undefined, { authorization })

test('client id and secret are exchanged for an app token of 60 days', async () => {
  const { status, body, headers } = await ask()
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json'])
  const { application } = (await listWith(`Bearer ${app.token}`)).body
  expect(body).toEqual({
    access_token: expect.stringMatching(/^YWMt[\w-]+$/),
    expires_in: 5_184_000,
    application,
  })
  expect((await listWith(`Bearer ${body.access_token}`)).status).toBe(200)
})

test('asking again gives another token, and the first stays good', async () => {
  const [first, second] = [(await ask()).body.access_token, (await ask()).body.access_token]
  expect(first).not.toBe(second)
  for (const token of [first, second]) expect((await listWith(`Bearer ${token}`)).status).toBe(200)
})

for (const [ttl, expiresIn] of [
  [1000, 1000],
  ['1024000', 1_024_000],
  [0, 2_147_483_647],
  ['0', 2_147_483_647],
  [3e9, 2_147_483_647],
] as const)
  test(`ttl ${JSON.stringify(ttl)} is ${expiresIn} seconds`, async () => {
    const { body } = await ask({ ttl, timestamp: 1 })
    expect(body.expires_in).toBe(expiresIn)
    expect((await listWith(`Bearer ${body.access_token}`)).status).toBe(200)
  })

test('the app’s setting is the lifetime of a token whose request names none', async () => {
  await other.set({ tokenTtl: 77 })
  expect((await ask({}, other)).body.expires_in).toBe(77)
})

const badTtl = 'ttl must be a whole number of seconds, 0 or more'
for (const [title, extra, status, word, text] of [
  ['another client id', { client_id: 'x' }, 400, 'invalid_grant', 'client_id does not match'],
  ['another secret', { client_secret: 'x' }, 400, 'invalid_grant', 'client_secret does not match'],
  ['an empty secret', { client_secret: '' }, 400, 'invalid_grant', 'client_secret does not match'],
  ['no client id', { client_id: undefined }, 400, 'invalid_parameter', 'client_id must be provided'],
  ['no secret', { client_secret: undefined }, 400, 'invalid_parameter', 'client_secret must be provided'],
  ['a client id that is no text', { client_id: 1 }, 400, 'invalid_parameter', 'client_id must be a string'],
  [
    'a secret that is no text',
    { client_secret: {} },
    400,
    'invalid_parameter',
    'client_secret must be a string',
  ],
  ['no grant type', { grant_type: undefined }, 400, 'invalid_grant', 'grant_type null is not supported'],
  ['an unknown grant type', { grant_type: 'x"' }, 400, 'invalid_grant', 'grant_type x" is not supported'],
  ['a negative ttl', { ttl: -1 }, 400, 'illegal_argument', badTtl],
  ['a ttl with a fraction', { ttl: 1.5 }, 400, 'illegal_argument', badTtl],
  ['a ttl that is no number', { ttl: 'soon' }, 400, 'illegal_argument', badTtl],
  ['a ttl that is neither', { ttl: true }, 400, 'invalid_parameter', 'ttl must be a number or a string'],
] as const)
  test(`refuses ${title}`, async () => expectRefusal(await ask(extra), status, word, text))

test('the credentials of one app are worth nothing in another', async () => {
  const { clientId: client_id, clientSecret: client_secret } = other
  expectRefusal(await ask({ client_id, client_secret }), 400, 'invalid_grant', 'client_id does not match')
  expectRefusal(await ask({ client_secret }), 400, 'invalid_grant', 'client_secret does not match')
})

test('every token that is not this app’s own, whole and as issued, is refused', async () => {
  const { token } = app
  const body = Buffer.from(token.slice(4), 'base64url')
  const forged = (at: number) => {
    const bytes = Buffer.from(body)
    bytes[at] = (bytes[at] as number) ^ 1
    return `YWMt${bytes.toString('base64url')}`
  }
  const jwt = (header: object, claims: object) =>
    [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  for (const text of [
    other.token,
    token.slice(0, -1),
    token.slice(0, 30),
    token.slice(4),
    `${token}A`,
    `${token}!`,
    `${token}=`,
    token.toUpperCase(),
    'YWMt',
    'x',
    forged(0),
    forged(31),
    forged(33),
    forged(body.length - 1),
    `YWMt${Buffer.concat([Buffer.alloc(32), body.subarray(32)]).toString('base64url')}`,
    `${jwt({ alg: 'none' }, { holder: { kind: 'app' }, expires: 0 })}.`,
    'A'.repeat(8000),
  ])
    expectUnauthorized(await listWith(`Bearer ${text}`))
})

test('a good token counts only behind "Bearer" and exactly one space', async () => {
  for (const header of [
    '',
    'Bearer',
    `bearer ${app.token}`,
    `Bearer  ${app.token}`,
    `Bearer\t${app.token}`,
    app.token,
  ])
    expectUnauthorized(await listWith(header))
  expectUnauthorized(await listWith(`Bearer ${app.token} x`))
  for (const path of ['/chatrooms', `/chatrooms?access_token=${app.token}`]) {
    const response = await fetch(app.url + path)
    expectUnauthorized({ status: response.status, body: await response.json(), headers: response.headers })
  }
})

test('a token ends when its time is over', async () => {
  const { body } = await ask({ ttl: 1 })
  const header = `Bearer ${body.access_token}`
  let reply = await listWith(header)
  while (reply.status === 200) reply = await listWith(header)
  expectUnauthorized(reply)
})

test('a new secret ends the old one and every token at once, of that app only', async () => {
  const rotated = await server.app('acme#rotated')
  const header = `Bearer ${rotated.token}`
  expect((await listWith(header, rotated)).status).toBe(200)
  await rotated.rotateSecret()
  expectUnauthorized(await listWith(header, rotated))
  expectRefusal(await ask({}, rotated), 400, 'invalid_grant', 'client_secret does not match')
  expect((await listWith(`Bearer ${app.token}`)).status).toBe(200)
})

test('an unknown org or app is refused before anything else, with the path of the call', async () => {
  const body = '{'
  for (const [method, path] of [
    ['GET', 'nobody/lounge/chatrooms'],
    ['POST', 'acme/nothing/token'],
    ['PUT', '%22/%5C/chatrooms/1'],
  ] as const) {
    const response = await fetch(`${server.url}/${path}`, method === 'GET' ? { method } : { method, body })
    const [org, name] = path.split('/').map(decodeURIComponent)
    expectRefusal(
      { status: response.status, body: await response.json(), headers: response.headers },
      404,
      'organization_application_not_found',
      `Could not find application for ${org}/${name} from URI: ${path}`,
    )
  }
})
