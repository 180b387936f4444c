import { afterAll, beforeAll, expect, test } from 'bun:test'
import { asUser } from '../support/people.ts'
import { detailsOf } from '../support/rooms.ts'
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

const names = [
  '',
  ' ',
  '\u0000',
  '"',
  "'; --",
  '%',
  '../x',
  '你好',
  'İ',
  '__proto__',
  'x'.repeat(70_000),
  'a,b',
]
const values = [null, 1, 1e308, -1, 1.5, true, '', [], [[]], {}, [null], [1], ['ghost'], ...names, names]

const calls = [
  ['POST', '/chatrooms/ID/users', 'usernames'],
  ['POST', '/chatrooms/ID/admin', 'newadmin'],
  ['POST', '/chatrooms/super_admin', 'superadmin'],
  ['POST', '/chatrooms/ID/mute', 'usernames'],
  ['POST', '/chatrooms/ID/mute', 'mute_duration'],
  ['POST', '/chatrooms/ID/blocks/users', 'usernames'],
  ['POST', '/chatrooms/ID/white/users', 'usernames'],
  ['POST', '/metadata/chatroom/ID', 'keys'],
  ['PUT', '/metadata/chatroom/ID/user/bob', 'metaData'],
  ['PUT', '/metadata/chatroom/ID/user/bob/forced', 'autoDelete'],
  ['DELETE', '/metadata/chatroom/ID/user/bob', 'keys'],
  ['PUT', '/users/bob/password', 'newpassword'],
  ['POST', '/users/batch/status', 'usernames'],
  ['POST', '/token', 'username'],
  ['POST', '/token', 'password'],
  ['POST', '/token', 'ttl'],
  ['POST', '/token', 'autoCreateUser'],
] as const

const usual = {
  usernames: ['ghost'],
  mute_duration: 1,
  metaData: { ok: 'yes' },
  grant_type: 'password',
  username: 'ghost',
  password: 'x',
}

for (const [method, path, field] of calls) {
  test(`${method} ${path} responds to every ${field} with its own text, and the room stays intact`, async () => {
    const before = await detailsOf(app, id)
    for (const value of values) {
      const { status } = await app.call(method, path.replace('ID', id), { ...usual, [field]: value })
      expect([JSON.stringify(value)?.slice(0, 40), status]).not.toContain(500)
    }
    for (const body of ['', 'null', '[]', '"x"', '{', '{}']) {
      const { status } = await app.call(method, path.replace('ID', id), body)
      expect([body, status]).not.toContain(500)
    }
    expect(await detailsOf(app, id)).toEqual(before)
  }, 30_000)
}

const paths = [
  ['POST', '/chatrooms/ID/users/NAME'],
  ['DELETE', '/chatrooms/ID/users/NAME'],
  ['DELETE', '/chatrooms/ID/admin/NAME'],
  ['DELETE', '/chatrooms/super_admin/NAME'],
  ['DELETE', '/chatrooms/ID/mute/NAME'],
  ['GET', '/sdk/chatrooms/ID/mute/NAME'],
  ['POST', '/chatrooms/ID/blocks/users/NAME'],
  ['DELETE', '/chatrooms/ID/blocks/users/NAME'],
  ['POST', '/chatrooms/ID/white/users/NAME'],
  ['DELETE', '/chatrooms/ID/white/users/NAME'],
  ['GET', '/chatrooms/ID/white/users/NAME'],
  ['PUT', '/metadata/chatroom/ID/user/NAME'],
  ['DELETE', '/metadata/chatroom/ID/user/NAME/forced'],
  ['GET', '/users/NAME/status'],
  ['GET', '/users/NAME/joined_chatrooms'],
  ['GET', '/sdk/users/NAME/token/expires'],
  ['GET', '/chatrooms/NAME/audit'],
  ['GET', '/chatrooms/NAME/users'],
] as const

for (const [method, path] of paths) {
  test(`${method} ${path} responds to every name with its own text`, async () => {
    const bob = await asUser(app, 'bob')
    const before = await detailsOf(app, id)
    for (const name of [
      ...names.filter((each) => each !== '' && each.length < 1000),
      '%ff',
      '%00',
      ',',
      ',,',
    ]) {
      const given = name.startsWith('%') && name.length > 1 ? name : encodeURIComponent(name)
      const filled = path.replace('ID', id).replace('NAME', given)
      const body =
        method === 'PUT' || path.includes('metadata') ? { metaData: { a: 'b' }, keys: ['a'] } : undefined
      for (const call of [app.call, bob]) {
        const { status } = await call(method, filled, body)
        expect([filled, status]).not.toContain(500)
      }
    }
    expect(await detailsOf(app, id)).toEqual(before)
  }, 30_000)
}

test('paging parameters of every kind get a documented response', async () => {
  for (const path of ['users', 'users?version=v3&x=1', 'users?joined_time=true', 'audit', 'mute', 'admin'])
    for (const value of ['0', '-1', '1.5', 'x', '', 'null', '9'.repeat(30), '%00', '%ff', 'a'.repeat(2000)])
      for (const name of ['limit', 'cursor', 'pagenum', 'pagesize', 'sort']) {
        const mark = path.includes('?') ? '&' : '?'
        const { status } = await app.call('GET', `/chatrooms/${id}/${path}${mark}${name}=${value}`)
        expect([path, name, value.slice(0, 20), status]).not.toContain(500)
      }
})
