import { afterAll, beforeAll, expect, test } from 'bun:test'
import { expectRefusal } from '../support/bodies.ts'
import { aLog } from '../support/log.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
const { log, lines } = aLog()
beforeAll(async () => {
  server = await aServer({}, log)
})
afterAll(() => server.stop())

let apps = 0
async function anApp(): Promise<TestApp> {
  apps += 1
  return server.app(`rules#app${apps}`)
}

const draft = { name: 'to_backend', url: 'https://chat.example.com/hook', events: ['message.sent'] }

test('13.2 a callback rule is created disabled, listed, changed and deleted; its secret is returned once', async () => {
  const app = await anApp()
  const { body: made } = await app.call('POST', '/callbacks', { ...draft, users: ['Alice'] })
  expect(made.data.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  const { secret, ...rule } = made.data
  expect(rule).toEqual({
    ...draft,
    id: expect.stringMatching(/^\d+$/),
    when: 'after',
    rooms: [],
    users: ['alice'],
    kinds: [],
    sources: [],
    enabled: false,
    secrets: [rule.created],
    created: expect.any(Number),
  })
  expect((await app.call('GET', '/callbacks')).body).toMatchObject({ data: [rule], count: 1 })
  const path = `/callbacks/${rule.id}`
  const change = { events: ['user.online', 'chatroom.created'], enabled: true, sources: ['rest'] }
  const { body: changed } = await app.call('PUT', path, change)
  expect(changed.data).toEqual({ ...rule, ...change, events: ['chatroom.created', 'user.online'] })
  expect((await app.call('GET', path)).body.data).toEqual(changed.data)
  const { body: audit } = await app.call('GET', '/audit')
  expect(audit.data.map(({ changes }: { changes: object[] }) => changes[0])).toEqual([
    { type: 'callback.changed', callback: rule.id, change: 'changed' },
    { type: 'callback.changed', callback: rule.id, change: 'created' },
  ])
  expect((await app.call('DELETE', path)).status).toBe(200)
  expectRefusal(await app.call('GET', path), 404, 'resource_not_found', `callback ${rule.id} does not exist!`)
  expect(JSON.stringify(lines)).not.toContain(secret)
})

test('13.2 a rule has two secrets while they are rotated, and never none', async () => {
  const app = await anApp()
  const { body } = await app.call('POST', '/callbacks', {
    ...draft,
    secret: 'a secret-of-ours'.replace(' ', '-'),
  })
  expect(body.data.secret).toBe('a-secret-of-ours')
  const path = `/callbacks/${body.data.id}/secrets`
  const { body: second } = await app.call('POST', path)
  expect(second.data.secret).toMatch(/^whsec_/)
  expect((await app.call('POST', path)).status).toBe(403)
  const { body: left } = await app.call('DELETE', path)
  expect(left.data.secrets).toHaveLength(1)
  expect((await app.call('DELETE', path)).status).toBe(400)
})

test('13.2 an app has at most four rules, with names of their own; another app has its own', async () => {
  const app = await anApp()
  for (const n of [1, 2, 3, 4]) await app.call('POST', '/callbacks', { ...draft, name: `rule_${n}` })
  expectRefusal(
    await app.call('POST', '/callbacks', { ...draft, name: 'rule_5' }),
    403,
    'exceed_limit',
    'an app has at most 4 callbacks',
  )
  const [first] = (await app.call('GET', '/callbacks')).body.data
  expect((await app.call('PUT', `/callbacks/${first.id}`, { name: 'rule_2' })).status).toBe(400)
  const other = await anApp()
  expect((await other.call('GET', `/callbacks/${first.id}`)).status).toBe(404)
  expect((await other.call('DELETE', `/callbacks/${first.id}`)).status).toBe(404)
  expect((await other.call('POST', '/callbacks', draft)).status).toBe(200)
})

for (const [title, change] of [
  ['no name', { name: '' }],
  ['a name with a space', { name: 'to backend' }],
  ['a name of 33 characters', { name: 'x'.repeat(33) }],
  ['a file', { url: 'file:///etc/passwd' }],
  ['gopher', { url: 'gopher://chat.example.com/' }],
  ['a URL that is none', { url: 'chat.example.com' }],
  ['a URL with a password', { url: 'https://me:secret@chat.example.com/' }],
  ['a URL of 3000 characters', { url: `https://chat.example.com/${'x'.repeat(3000)}` }],
  ['the metadata service', { url: 'http://169.254.169.254/latest/meta-data' }],
  ['loopback', { url: 'http://127.0.0.1/' }],
  ['loopback, as a number', { url: 'http://2130706433/' }],
  ['loopback, in octal', { url: 'http://0177.0.0.1/' }],
  ['loopback in IPv6', { url: 'http://[::1]/' }],
  ['loopback as an IPv4 address in IPv6', { url: 'http://[::ffff:127.0.0.1]/' }],
  ['a private address', { url: 'https://10.1.2.3/' }],
  ['an unknown event', { events: ['message.sent', 'message.read'] }],
  ['no event', { events: [] }],
  ['an event before sending', { when: 'before' }],
  ['another time', { when: 'during' }],
  ['an unknown kind', { kinds: ['smell'] }],
  ['an unknown source', { sources: ['console'] }],
  ['51 rooms', { rooms: Array.from({ length: 51 }, (_, n) => `${n}`) }],
  ['a short secret', { secret: 'short' }],
  ['a secret that is not base64', { secret: 'whsec_not base64' }],
] as const) {
  test(`13.2 a callback rule with ${title} is refused, and nothing is stored`, async () => {
    const app = await anApp()
    expect((await app.call('POST', '/callbacks', { ...draft, ...change })).status).toBe(400)
    expect((await app.call('GET', '/callbacks')).body.data).toEqual([])
  })
}

test('13.2 the name of a rule before sending may be Chinese', async () => {
  const app = await anApp()
  const { body } = await app.call('POST', '/callbacks', {
    ...draft,
    name: '审核',
    when: 'before',
    events: [],
  })
  expect(body.data).toMatchObject({ name: '审核', when: 'before', events: [] })
  expect((await app.call('POST', '/callbacks', { ...draft, name: '通知' })).status).toBe(400)
})
