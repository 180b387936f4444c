import { afterAll, beforeAll, expect, test } from 'bun:test'
import { limits } from '../../src/domain/limits.ts'
import { offerSetup } from '../../src/operator/first-start.ts'
import { aLog } from '../support/log.ts'
import { anOperator, type Browser, browserOf, fetchJson, password, signIn } from '../support/operators.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

const { log, lines } = aLog()
let server: TestServer
let app: TestApp
let ann: Browser

beforeAll(async () => {
  server = await aServer({}, log)
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob')
  ann = await anOperator(server, 'ann', 'admin')
})
afterAll(() => server.stop())

const session = '/console/api/session'

test('15 an operator signs in by name and password, and the cookie then says who that is', async () => {
  const { status, body, headers } = await signIn(server.url, 'Ann')
  expect(status).toBe(200)
  expect(body).toEqual({
    operator: { name: 'ann', role: 'admin' },
    csrf_token: expect.any(String),
    first_start: false,
  })
  expect(headers.get('set-cookie')).toMatch(
    /^chatroomd_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
  )
  expect(headers.get('cache-control')).toBe('no-store')
  const again = await browserOf(server.url, { headers, body }).call('GET', session)
  expect(again.body).toEqual(body)
})

test('15 without a session, or with another cookie, the answer is 401', async () => {
  for (const cookie of ['', 'chatroomd_session=', `chatroomd_session=${'a'.repeat(43)}`, 'other=1']) {
    const { status, body } = await fetchJson(server.url + session, 'GET', undefined, { cookie })
    expect([cookie, status, body.error]).toEqual([cookie, 401, 'unauthorized'])
  }
  expect((await fetchJson(`${app.url}/chatrooms`, 'GET')).status).toBe(401)
})

test('15 the cookie is for TLS alone where the server is reached by it', async () => {
  const behind = await aServer({ trusted_proxies: '127.0.0.1' })
  try {
    await behind.admin.addOperator('ann', 'admin', password)
    const cookieBy = async (proto: string) =>
      (await signIn(behind.url, 'ann', password, { 'x-forwarded-proto': proto })).headers.get('set-cookie')
    expect(await cookieBy('https')).toEndWith('; Secure')
    expect(await cookieBy('http')).not.toInclude('Secure')
  } finally {
    await behind.stop()
  }
})

test('15 a wrong password and a name that nobody has are refused alike', async () => {
  const refusals = [await signIn(server.url, 'ann', 'wrong password'), await signIn(server.url, 'nobody')]
  for (const { status, body, headers } of refusals) {
    expect([status, body.error, body.error_description]).toEqual([
      401,
      'unauthorized',
      'the name or the password is wrong',
    ])
    expect(headers.get('set-cookie')).toBeNull()
  }
})

test('15 after five failures a name is locked, also for the right password and for many at once', async () => {
  await server.admin.addOperator('lock', 'viewer', password)
  const most = limits.operatorFailures.value
  const tries = await Promise.all(
    Array.from({ length: most + 3 }, () => signIn(server.url, 'lock', 'wrong password')),
  )
  const statuses = tries.map(({ status }) => status).sort()
  expect(statuses).toEqual([...Array(most).fill(401), 429, 429, 429])
  const { status, body } = await signIn(server.url, 'lock')
  expect([status, body.error]).toEqual([429, 'reach_limit'])
  // Others are not locked by it.
  expect((await signIn(server.url, 'ann')).status).toBe(200)
}, 30_000)

test('15 an address that fails with many names is locked', async () => {
  const other = await aServer({ trusted_proxies: '127.0.0.1' })
  try {
    await other.admin.addOperator('ann', 'admin', password)
    const from = { 'x-forwarded-for': '203.0.113.7' }
    const most = limits.operatorFailuresOfAddress.value
    await Promise.all(
      Array.from({ length: most }, (_, n) => signIn(other.url, `n${n}`, 'wrong password', from)),
    )
    expect((await signIn(other.url, 'ann', password, from)).status).toBe(429)
    expect((await signIn(other.url, 'ann', password, { 'x-forwarded-for': '203.0.113.8' })).status).toBe(200)
  } finally {
    await other.stop()
  }
}, 30_000)

test('15 a call that writes without the CSRF token does nothing', async () => {
  const path = '/acme/lounge/chatrooms'
  const draft = { name: 'r', description: 'd', owner: 'alice' }
  for (const headers of [{ 'x-csrf-token': '' }, { 'x-csrf-token': 'a'.repeat(43) }]) {
    const { status, body } = await ann.call('POST', path, draft, headers)
    expect([status, body.error]).toEqual([403, 'forbidden_op'])
  }
  expect(
    (await ann.call('POST', '/acme/lounge/explain', { action: 'listRooms' }, { 'x-csrf-token': '' })).status,
  ).toBe(403)
  // It is got, and does something.
  expect((await ann.call('GET', '/acme/lounge/users/alice/disconnect')).status).toBe(403)
  expect((await ann.call('DELETE', session, undefined, { 'x-csrf-token': '' })).status).toBe(403)
  expect((await ann.call('GET', path)).body.data).toEqual([])
})

test('15 a page of another site can use no session', async () => {
  const path = '/acme/lounge/chatrooms'
  const foreign = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: server.url },
    { origin: 'https://evil.example.com' },
    { origin: 'null' },
  ]
  for (const headers of foreign) {
    for (const [method, at] of [
      ['GET', path],
      ['GET', session],
      ['DELETE', '/console/api/sessions'],
    ] as const)
      expect([headers, (await ann.call(method, at, undefined, headers)).status]).toEqual([headers, 403])
    expect((await signIn(server.url, 'ann', password, headers)).status).toBe(403)
  }
  for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: server.url }])
    expect((await ann.call('GET', path, undefined, headers)).status).toBe(200)
})

test('15 the cookie counts only where no Authorization is sent', async () => {
  const { status } = await ann.call('GET', '/acme/lounge/chatrooms', undefined, {
    authorization: 'Bearer no',
  })
  expect(status).toBe(401)
})

test('15 signing out ends one session, and signing out everywhere all of an operator', async () => {
  const [first, second, third] = await Promise.all(
    [1, 2, 3].map(async () => browserOf(server.url, await signIn(server.url, 'ann'))),
  )
  const statusOf = async (browser: Browser | undefined) => (await browser?.call('GET', session))?.status
  const out = await first?.call('DELETE', session)
  expect(out?.headers.get('set-cookie')).toInclude('chatroomd_session=; ')
  expect(out?.headers.get('set-cookie')).toInclude('Max-Age=0')
  expect([await statusOf(first), await statusOf(second)]).toEqual([401, 200])
  expect((await second?.call('DELETE', '/console/api/sessions'))?.status).toBe(200)
  expect([await statusOf(second), await statusOf(third), await statusOf(ann)]).toEqual([401, 401, 401])
  ann = browserOf(server.url, await signIn(server.url, 'ann'))
})

test('15 a session ends with a new password, and with its operator', async () => {
  const mia = await anOperator(server, 'mia', 'viewer')
  await server.admin.setOperatorPassword('mia', 'another long password')
  expect((await mia.call('GET', session)).status).toBe(401)
  const again = browserOf(server.url, await signIn(server.url, 'mia', 'another long password'))
  expect((await again.call('GET', session)).status).toBe(200)
  await server.admin.removeOperator('mia')
  expect((await again.call('GET', session)).status).toBe(401)
})

test('15 of too many sessions of one operator the first ends', async () => {
  const nia = await anOperator(server, 'nia', 'viewer')
  for (let n = 1; n < limits.operatorSessions.value; n += 1) await signIn(server.url, 'nia')
  expect((await nia.call('GET', session)).status).toBe(200)
  await signIn(server.url, 'nia')
  expect((await nia.call('GET', session)).status).toBe(401)
}, 30_000)

test('15 the audit trail and the feed name the operator', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const muted = await ann.call('POST', `/acme/lounge/chatrooms/${room}/mute`, {
    usernames: ['bob'],
    mute_duration: 60_000,
  })
  expect(muted.status).toBe(200)
  const { body } = await ann.call('GET', `/acme/lounge/chatrooms/${room}/audit`)
  expect(
    body.data.map(({ operator, operation }: { operator: string; operation: string }) => [
      operator,
      operation,
    ]),
  ).toEqual([
    ['operator:ann', 'muteMembers'],
    ['@ppAdmin', 'createRoom'],
  ])
})

test('15 an event stream that was opened with a session ends with it', async () => {
  const browser = await anOperator(server, 'sue', 'viewer')
  const stream = await fetch(`${app.url}/events`, { headers: { cookie: browser.cookie } })
  expect(stream.status).toBe(200)
  const reader = stream.body?.getReader()
  await reader?.read()
  await browser.call('DELETE', session)
  await app.room({ owner: 'alice' })
  let read = await reader?.read()
  while (read && !read.done) read = await reader?.read()
  expect(read?.done).toBe(true)
})

test('15 the link of the first start makes the first admin, once', async () => {
  const fresh = await aServer()
  try {
    const printed: string[] = []
    const say = (line: string) => void printed.push(line)
    for (const _ of [1, 2]) await offerSetup(fresh.admin, say, fresh.url, log)
    expect(printed).toHaveLength(1)
    const token = /\/console\/setup#([\w-]+)/.exec(printed[0] ?? '')?.[1]
    const setUp = (given: string | undefined, name: string, chosen = password) =>
      fetchJson(`${fresh.url}/console/api/setup`, 'POST', { token: given, name, password: chosen })
    expect((await setUp('x'.repeat(43), 'ann')).status).toBe(401)
    expect((await setUp(token, 'ann', 'short')).status).toBe(400)
    const made = await Promise.all([setUp(token, 'ann'), setUp(token, 'eve')])
    expect(made.map(({ status }) => status).sort()).toEqual([200, 401])
    const done = made.find(({ status }) => status === 200)
    expect(done?.body).toMatchObject({ operator: { role: 'admin' }, first_start: true })
    expect((await setUp(token, 'eve')).status).toBe(401)
    expect(await fresh.admin.listOperators()).toHaveLength(1)
    expect(await fresh.admin.beginSetup()).toBeNull()
  } finally {
    await fresh.stop()
  }
})

test('15 no secret is in the log, and no name that may be a password', async () => {
  await signIn(server.url, 'my secret password', 'wrong password')
  const text = JSON.stringify(lines)
  expect(text).toInclude('"operator":"ann"')
  for (const secret of [
    password,
    'wrong password',
    'my secret password',
    ann.cookie.split('=')[1] ?? '',
    ann.csrf,
  ])
    expect(text).not.toInclude(secret)
})
