import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { startChatroomd } from '../../src/chatroomd.ts'
import { readConfig } from '../../src/config.ts'
import { all, withRights } from '../../src/operations/index.ts'
import type { HttpOperation } from '../../src/operations/operation.ts'
import { changes, operatorRoleFor } from '../../src/operations/operator-role.ts'
import { aDatabase } from '../support/database.ts'
import { anOperator, type Browser, browserOf, password, signIn } from '../support/operators.ts'
import { aServer, type TestServer } from '../support/server.ts'

let server: TestServer
const browsers = {} as Record<'viewer' | 'moderator' | 'admin', Browser>

const lines = Array.from({ length: 3 }, (_, n) => `{"level":"info","time":${Date.now()},"msg":"line ${n}"}`)

beforeAll(async () => {
  server = await aServer({}, undefined, { recentLog: () => lines })
  await server.app('acme#lounge')
  for (const role of ['viewer', 'moderator', 'admin'] as const)
    browsers[role] = await anOperator(server, `a-${role}`, role)
})
afterAll(() => server.stop())

const called = all.filter(
  (each): each is HttpOperation => each.call !== undefined && each.call.withoutToken !== 'always',
)

/** The role that one call of an operation is refused for, over the wire; undefined where it is not. */
async function neededBy(browser: Browser, route: string): Promise<string | undefined> {
  const [method = '', path = ''] = route.split(' ')
  const at = `/acme/lounge${path.replace(/:\w+/g, 'nobody')}`
  const sent = method === 'GET' ? undefined : {}
  const { status, body } = await browser.call(method, at, sent, { 'x-csrf-token': browser.csrf })
  return status === 403 ? /it needs (\w+)$/.exec(body.error_description)?.[1] : undefined
}

test('15 every operation refuses the roles that do not suffice, and no others', async () => {
  expect(called.length).toBeGreaterThan(100)
  const order = ['viewer', 'moderator', 'admin'] as const
  for (const operation of called) {
    if (operation.id === 'streamEvents') continue
    const needed = operatorRoleFor(operation)
    for (const role of order.slice(0, 2)) {
      const isEnough = order.indexOf(role) >= order.indexOf(needed)
      const refused = await neededBy(browsers[role], operation.call.routes[0] ?? '')
      expect([operation.id, role, refused]).toEqual([operation.id, role, isEnough ? undefined : needed])
    }
  }
})

test('15 viewers change nothing, and moderators what the guide says', () => {
  const of = (role: string) => called.filter((each) => operatorRoleFor(each) === role)
  expect(of('viewer').filter(changes)).toEqual([])
  expect(of('viewer').filter(({ kind }) => kind === 'write')).toEqual([])
  const moderation = of('moderator').map(({ id }) => id)
  for (const id of [
    'muteMembers',
    'muteRoom',
    'muteUser',
    'removeMembers',
    'banMembers',
    'blockUsers',
    'allowMembers',
    'deleteMessage',
    'recallMessage',
    'setAnnouncement',
    'forceAttributes',
    'decideReport',
    'checkText',
    'setSlowMode',
    'disableRoom',
  ])
    expect(moderation).toContain(id)
  for (const id of [
    'dissolveRoom',
    'createRoom',
    'deleteUsers',
    'disconnectUser',
    'createCallback',
    'addKeywords',
  ])
    expect(moderation).not.toContain(id)
})

test('15, 17.5 operators are managed by admins alone, no name or password is taken that is none, and it is recorded who did what', async () => {
  const { viewer, moderator, admin } = browsers
  const path = '/console/api/operators'
  for (const browser of [viewer, moderator]) {
    expect((await browser.call('GET', path)).status).toBe(403)
    expect((await browser.call('POST', path, { name: 'x', password, role: 'admin' })).status).toBe(403)
    expect((await browser.call('DELETE', `${path}/a-admin`)).status).toBe(403)
    expect((await browser.call('PUT', `${path}/a-admin/password`, { password })).status).toBe(403)
  }
  const bad = [
    { name: 'x y', password, role: 'viewer' },
    { name: 'x', password: 'nine char', role: 'viewer' },
    { name: 'x', password: 'x'.repeat(129), role: 'viewer' },
    { name: 'x', password, role: 'root' },
    { name: 'x', password },
  ]
  for (const draft of bad) expect((await admin.call('POST', path, draft)).status).toBe(400)
  const made = await admin.call('POST', path, { name: 'Zoe', password, role: 'viewer' })
  expect(made.body.operator).toMatchObject({ name: 'zoe', role: 'viewer' })
  expect((await admin.call('POST', path, { name: 'zoe', password, role: 'viewer' })).status).toBe(409)
  const listed = await admin.call('GET', path)
  expect(listed.body.operators.map(({ name }: { name: string }) => name)).toEqual([
    'a-admin',
    'a-moderator',
    'a-viewer',
    'zoe',
  ])
  expect(JSON.stringify(listed.body)).not.toInclude('argon2')
  const zoe = browserOf(server.url, await signIn(server.url, 'zoe'))
  expect((await admin.call('PUT', `${path}/zoe/password`, { password: 'another long one' })).status).toBe(200)
  expect((await zoe.call('GET', '/console/api/session')).status).toBe(401)
  expect((await admin.call('DELETE', `${path}/zoe`)).status).toBe(200)
  expect((await admin.call('DELETE', `${path}/zoe`)).status).toBe(404)
  expect((await admin.call('DELETE', `${path}/a-admin`)).status).toBe(409)
  const settings = `/console/api/apps/${encodeURIComponent('acme#lounge')}/settings`
  expect((await admin.call('PUT', settings, { rooms: '1000' })).status).toBe(200)
  const recorded = (await server.admin.listCommands(100)).map(
    ({ command, subject, actor }) => `${actor} ${command} ${subject}`,
  )
  expect(recorded.toSorted()).toEqual([
    'operator:a-admin addOperator zoe',
    'operator:a-admin changeApp acme#lounge',
    'operator:a-admin removeOperator zoe',
    'operator:a-admin setOperatorPassword zoe',
  ])
})

test('15 operators are of the server: they see every app, and one that was not is 404', async () => {
  await server.app('other#app')
  const { body } = await browsers.viewer.call('GET', '/console/api/apps')
  expect(body.apps).toEqual([
    { key: 'acme#lounge', org: 'acme', app: 'lounge', rooms: 0, users: 0, created: expect.any(Number) },
    { key: 'other#app', org: 'other', app: 'app', rooms: 0, users: 0, created: expect.any(Number) },
  ])
  for (const app of ['acme/lounge', 'other/app'])
    expect((await browsers.viewer.call('GET', `/${app}/chatrooms`)).status).toBe(200)
  expect((await browsers.viewer.call('GET', '/no/app/chatrooms')).status).toBe(404)
})

test('15 the overview says what a node does, and admins read its log', async () => {
  const { body } = await browsers.viewer.call('GET', '/console/api/overview')
  expect(body.nodes).toHaveLength(1)
  expect(body.nodes[0]).toMatchObject({
    version: expect.any(String),
    uptime_seconds: expect.any(Number),
    requests_per_second: expect.any(Number),
    errors_per_second: 0,
    p99_ms: expect.any(Number),
    connections: 0,
    messages_out_per_second: 0,
    store_up: true,
    is_lost: false,
    event_loop_lag_ms: expect.any(Number),
    disk: { free_bytes: expect.any(Number), total_bytes: expect.any(Number) },
  })
  expect((await browsers.moderator.call('GET', '/console/api/logs')).status).toBe(403)
  const logs = await browsers.admin.call('GET', '/console/api/logs')
  expect(logs.body.lines.map(({ msg }: { msg: string }) => msg)).toEqual(['line 0', 'line 1', 'line 2'])
})

test('15 who may do what is served as it is enforced', async () => {
  expect((await fetch(`${server.url}/console/api/permissions`)).status).toBe(401)
  const { body } = await browsers.viewer.call('GET', '/console/api/permissions')
  const served = new Map(body.permissions.map((each: { operation: string }) => [each.operation, each]))
  expect(served.size).toBe(withRights.length)
  for (const operation of withRights) {
    const { status, word } = operation.allowed.refusal
    expect(served.get(operation.id)).toMatchObject({
      call: expect.stringMatching(/^(GET|POST|PUT|DELETE) \/[\w/{}-]+$/),
      rights: operation.allowed.rights,
      operator: operatorRoleFor(operation),
      refusal: { status, word },
    })
  }
})

test('15 unknown calls of the console are 404, other methods 405', async () => {
  expect((await browsers.admin.call('GET', '/console/api/nothing')).status).toBe(404)
  expect((await browsers.admin.call('PUT', '/console/api/session', {})).status).toBe(405)
})

test('15 a session outlives the process', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const database = await aDatabase()
  const config = readConfig({ data_dir: dir, port: '0', database_url: database?.url ?? '' }, {}, '')
  const start = () => startChatroomd(config, pino({ level: 'silent' }))
  try {
    const first = await start()
    const { cookie } = await anOperator(first, 'vic', 'viewer')
    await first.stop(0)
    const second = await start()
    const response = await fetch(`${second.url}/console/api/session`, { headers: { cookie } })
    expect(await response.json()).toMatchObject({ operator: { name: 'vic', role: 'viewer' } })
    await second.stop(0)
  } finally {
    await database?.remove()
    rmSync(dir, { recursive: true })
  }
})
