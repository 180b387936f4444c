import { afterAll, beforeAll, expect, test } from 'bun:test'
import { refusal } from '../support/bodies.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol')
})
afterAll(() => server.stop())

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const of = (username: string) => `/metadata/user/${username}`
const read = async (username: string) => (await app.call('GET', of(username))).body.data

test('attributes are set as a form, read, cleared by an empty text and deleted', async () => {
  const set = await app.call('PUT', of('Alice'), 'nickname=%E6%99%9A%20%E5%AE%89&sign=a%26b', form)
  expect(set.status).toBe(200)
  expect(set.body).toEqual({
    timestamp: expect.any(Number),
    data: { nickname: '晚 安', sign: 'a&b' },
    duration: expect.any(Number),
  })
  await app.call('PUT', of('alice'), { avatarurl: 'https://x.test/a.png', sign: '' })
  expect(await read('alice')).toEqual({ avatarurl: 'https://x.test/a.png', nickname: '晚 安' })
  expect((await app.call('DELETE', of('alice'))).body.data).toBe(true)
  expect((await app.call('DELETE', of('alice'))).body.data).toBe(true)
  expect(await read('alice')).toEqual({})
})

test('text that no client has escaped is read as it is', async () => {
  await app.call('PUT', of('alice'), 'nickname=小明', form)
  expect(await read('alice')).toEqual({ nickname: '小明' })
})

test('several users are read at once, and only those with attributes are returned', async () => {
  await app.call('PUT', of('alice'), { nickname: 'Alice', mail: 'a@x.test' })
  await app.call('PUT', of('bob'), { nickname: 'Bob' })
  const ask = async (body: object) => (await app.call('POST', '/metadata/user/get', body)).body.data
  expect(await ask({ targets: ['alice', 'bob', 'carol', 'ghost'], properties: ['nickname'] })).toEqual({
    alice: { nickname: 'Alice' },
    bob: { nickname: 'Bob' },
  })
  expect(await ask({ targets: ['alice'] })).toEqual({ alice: { mail: 'a@x.test', nickname: 'Alice' } })
  const targets = Array.from({ length: 101 }, (_, place) => `user-${place}`)
  const tooMany = await app.call('POST', '/metadata/user/get', { targets })
  expect([tooMany.status, tooMany.body]).toEqual([
    400,
    refusal('BAD_REQUEST', 'exceed allowed batch size 100'),
  ])
})

test('a user reads everybody, and writes itself alone', async () => {
  const bob = await asUser(app, 'bob')
  expect((await bob('PUT', of('bob'), 'nickname=Bobby', form)).body.data).toEqual({ nickname: 'Bobby' })
  expect((await bob('GET', of('alice'))).body.data).toMatchObject({ nickname: 'Alice' })
  for (const method of ['PUT', 'DELETE']) {
    const refused = await bob(method, of('alice'), method === 'PUT' ? { nickname: 'x' } : undefined)
    expect([refused.status, refused.body]).toEqual([401, refusal('metadata_error', 'auth error')])
  }
  expect(await read('alice')).toMatchObject({ nickname: 'Alice' })
})

test('2 KiB fit, one byte more does not, and nothing is stored then', async () => {
  const limit = 'size of metadata for this single user exceeds the user defined limit, 2048Bytes'
  expect((await app.call('PUT', of('carol'), { ext: 'x'.repeat(2045) })).status).toBe(200)
  const refused = await app.call('PUT', of('carol'), { a: '', sign: 'y' })
  expect([refused.status, refused.body]).toEqual([403, refusal('FORBIDDEN', limit)])
  expect(await read('carol')).toEqual({ ext: 'x'.repeat(2045) })
})

test('the capacity counts the bytes of all users, and nobody but the app may read it', async () => {
  const other = await server.app('acme#annex')
  await other.register('alice')
  expect((await other.call('GET', '/metadata/user/capacity')).body.data).toBe(0)
  await other.call('PUT', of('alice'), { nickname: '你' })
  expect((await other.call('GET', '/metadata/user/capacity')).body.data).toBe(11)
  expect((await (await asUser(other, 'alice'))('GET', '/metadata/user/capacity')).status).toBe(401)
})

test('the attributes of a deleted user are gone, also when its name is taken again', async () => {
  await app.call('PUT', of('bob'), { nickname: 'Bob' })
  await app.call('DELETE', '/users/bob')
  await app.register('bob')
  expect(await read('bob')).toEqual({})
  expect((await app.call('PUT', of('ghost'), { nickname: 'x' })).status).toBe(404)
})
