import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import type { FailureWord } from '../../src/domain/failure.ts'
import { expectRefusal, expectSuccess, expectUnauthorized } from '../support/bodies.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
let apps = 0

beforeAll(async () => {
  server = await aServer()
})
beforeEach(async () => {
  app = await server.app(`acme#app${++apps}`)
})
afterAll(() => server.stop())

const user = (username: string, more: object = {}) => ({
  uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
  type: 'user',
  created: expect.any(Number),
  modified: expect.any(Number),
  username,
  activated: true,
  ...more,
})
const register = (body: unknown, headers = {}) => app.call('POST', '/users', body, headers)
const usernames = async () =>
  (await app.call('GET', '/users?limit=100')).body.entities.map((each: { username: string }) => each.username)
const notFound = ['service_resource_not_found', 'Service resource not found'] as const
const taken = (name: string) =>
  `Entity user requires that property named username be unique, value of ${name} exists`

describe('registering', () => {
  test('one user, as an object, is returned in entities', async () => {
    const reply = await register({ username: 'Alice', password: 'alice-1', nickname: 'Al "室"' })
    expectSuccess(reply, app, 'post', '/users', {
      path: '/users',
      entities: [user('alice', { nickname: 'Al "室"' })],
    })
  })

  test('one user, as an array, has data too; up to 60 at once', async () => {
    expectSuccess(await register([{ username: 'alice' }]), app, 'post', '/users', {
      path: '/users',
      entities: [user('alice')],
      data: [],
    })
    const sixty = Array.from({ length: 60 }, (_, n) => ({ username: `user-${n}` }))
    const reply = await register(sixty)
    expect([reply.status, reply.body.entities.length, reply.body.data]).toEqual([200, 60, []])
  })

  test('users who exist already are listed one by one, the others are registered', async () => {
    await app.register('bob')
    const reply = await register([{ username: 'alice' }, { username: 'BOB' }, { username: 'carol' }])
    expectSuccess(reply, app, 'post', '/users', {
      path: '/users',
      entities: [user('alice'), user('carol')],
      data: [{ username: 'bob', registerUserFailReason: 'the bob already exists' }],
    })
  })

  test('one who exists already is refused, alone or as an array of one', async () => {
    await app.register('alice')
    const { application } = (await app.call('GET', '/users')).body
    for (const body of [{ username: 'ALICE' }, [{ username: 'alice' }]])
      expectRefusal(
        await register(body),
        400,
        'duplicate_unique_property_exists',
        `Application ${application} ${taken('alice')}`,
      )
  })

  test('the same user twice in a batch is one user, unless the passwords differ', async () => {
    const twice = (second: string) => [
      { username: 'alice', password: 'a-1' },
      { username: 'Alice', password: second },
    ]
    const text = 'the same user alice has a different password'
    expectRefusal(await register(twice('a-2')), 400, 'duplicate_unique_property_exists', text)
    expect(await usernames()).toEqual([])
    expect((await register(twice('a-1'))).body.entities).toEqual([user('alice')])
  })

  const rows: [title: string, body: unknown, word: FailureWord, text: string][] = [
    [
      '61 users',
      Array.from({ length: 61 }, (_, n) => ({ username: `u${n}` })),
      'illegal_argument',
      'Request body array size[61] had almost reached or been greater than the upper range value[60]',
    ],
    ['no username', {}, 'illegal_argument', 'Entity user requires a property named username'],
    ['no body', undefined, 'illegal_argument', 'Entity user requires a property named username'],
    [
      'an empty username',
      { username: '' },
      'illegal_argument',
      'Entity user requires a property named username',
    ],
    ['a space in a username', { username: 'a b' }, 'illegal_argument', 'username [a b] is not legal'],
    ['a slash in a username', { username: 'a/b' }, 'illegal_argument', 'username [a/b] is not legal'],
    ['a percent sign in a username', { username: '%00' }, 'illegal_argument', 'username [%00] is not legal'],
    ['a username in Chinese', { username: '小明' }, 'illegal_argument', 'username [小明] is not legal'],
    [
      'a letter that only folds to a legal one',
      { username: '\u212a' },
      'illegal_argument',
      'username [\u212a] is not legal',
    ],
    [
      'a line end in a username',
      { username: 'alice\n' },
      'illegal_argument',
      'username [alice\n] is not legal',
    ],
    ['a username of 65 bytes', { username: 'a'.repeat(65) }, 'illegal_argument', 'USERNAME_TOO_LONG'],
    [
      'an empty password',
      { username: 'alice', password: '' },
      'illegal_argument',
      'password or pin must provided',
    ],
    [
      'a password of 65 characters',
      { username: 'alice', password: 'x'.repeat(65) },
      'illegal_argument',
      'password is longer than 64 characters',
    ],
    [
      'a nickname of 101 characters',
      { username: 'alice', nickname: 'x'.repeat(101) },
      'illegal_argument',
      'NICKNAME_TOO_LONG',
    ],
    ['a username that is no text', { username: 7 }, 'invalid_parameter', 'username must be a string'],
    [
      'a password that is no text',
      { username: 'alice', password: 7 },
      'invalid_parameter',
      'password must be a string',
    ],
    [
      'one bad user among several, whole',
      [{ username: 'alice' }, { username: 'b b' }],
      'illegal_argument',
      'username [b b] is not legal',
    ],
    [
      'one of several who is no object',
      [{ username: 'alice' }, 'bob'],
      'invalid_parameter',
      '1 must be an object',
    ],
    ['text', '"alice"', 'invalid_parameter', 'the body must be an object or an array of objects'],
    ['null', 'null', 'invalid_parameter', 'the body must be an object or an array of objects'],
  ]
  for (const [title, body, word, text] of rows)
    test(`refuses ${title}, and registers nobody`, async () => {
      expectRefusal(await register(body), 400, word, text)
      expect(await usernames()).toEqual([])
    })

  test('an empty array registers nobody', async () => {
    expectSuccess(await register([]), app, 'post', '/users', { path: '/users', data: [] })
  })

  test('every character of the account rules is legal, up to 64 bytes and 64 and 100 characters', async () => {
    const username = `0_-.az${'9'.repeat(58)}`
    const reply = await register({
      username,
      password: '室'.repeat(64),
      nickname: '😀'.repeat(100),
      other: 1,
    })
    expect(reply.body.entities).toEqual([user(username, { nickname: '😀'.repeat(100) })])
  })

  test('without a token it is refused, unless the app allows open registration', async () => {
    const open = (body: unknown) =>
      fetch(`${app.url}/users`, { method: 'POST', body: JSON.stringify(body) }).then(async (response) => ({
        status: response.status,
        body: await response.json(),
        headers: response.headers,
      }))
    const refused = "Open registration doesn't allow, so register user need token"
    expectRefusal(await open({ username: 'alice', password: 'a-1' }), 401, 'unauthorized', refused)
    await app.set({ openRegistration: true })
    expect((await open({ username: 'alice', password: 'a-1' })).body.entities).toEqual([user('alice')])
    expectRefusal(await open({ username: 'bob' }), 400, 'illegal_argument', 'password or pin must provided')
    expectUnauthorized(await register({ username: 'bob', password: 'b-1' }, { authorization: 'Bearer x' }))
    expect(await usernames()).toEqual(['alice'])
  })
})

describe('reading and deleting', () => {
  test('a user is found by its id, in upper case too', async () => {
    await app.register('alice')
    expectSuccess(await app.call('GET', '/users/ALICE'), app, 'get', '/users/ALICE', {
      path: '/users',
      entities: [user('alice')],
      count: 1,
    })
  })

  for (const segment of ['nobody', 'a%2Fb', '%25', '__proto__', '%F0%9F%98%80'])
    test(`an unknown user "${segment}" is refused by get and delete`, async () => {
      for (const method of ['GET', 'DELETE'])
        expectRefusal(await app.call(method, `/users/${segment}`), 404, ...notFound)
    })

  test('users are listed, the first registered first, 10 by default, 100 at most', async () => {
    const names = Array.from({ length: 101 }, (_, n) => `user-${String(n).padStart(3, '0')}`)
    await app.register(...names)
    const reply = await app.call('GET', '/users')
    expectSuccess(reply, app, 'get', '/users', {
      path: '/users',
      entities: names.slice(0, 10).map((name) => user(name)),
      count: 10,
      cursor: expect.any(String),
    })
    const all = await app.call('GET', '/users?limit=1000')
    expect([all.body.count, all.body.params]).toEqual([100, { limit: ['1000'] }])
    const rest = await app.call('GET', `/users?limit=100&cursor=${all.body.cursor}`)
    expect(rest.body.entities).toEqual([user('user-100')])
    expect(rest.body.cursor).toBeUndefined()
    for (const limit of ['0', '-1', 'x'])
      expectRefusal(
        await app.call('GET', `/users?limit=${limit}`),
        400,
        'invalid_parameter',
        'limit must be a whole number of at least 1',
      )
  })

  test('a list goes on where it was, though the user at its cursor is deleted meanwhile', async () => {
    await app.register('alice', 'bob', 'carol')
    const { cursor } = (await app.call('GET', '/users?limit=2')).body
    await app.call('DELETE', '/users/bob')
    const { body } = await app.call('GET', `/users?cursor=${cursor}`)
    expect(body.entities).toEqual([user('carol')])
  })

  test('a deleted user is returned as it was, its rooms are dissolved and it has left all others', async () => {
    await app.register('alice', 'bob')
    const own = await app.room({ owner: 'alice', members: ['bob'] })
    const joined = await app.room({ owner: 'bob', members: ['alice'] })
    expectSuccess(await app.call('DELETE', '/users/Alice'), app, 'delete', '/users/Alice', {
      path: '/users',
      entities: [user('alice')],
    })
    expectRefusal(await app.call('GET', '/users/alice'), 404, ...notFound)
    const gone = await app.call('GET', `/chatrooms/${own}`)
    expectRefusal(gone, 404, 'service_resource_not_found', `do not find this group:${own}`)
    const { data } = (await app.call('GET', `/chatrooms/${joined}`)).body
    expect([data.affiliations_count, data.affiliations]).toEqual([1, [{ owner: 'bob' }]])
    expect((await app.call('GET', '/users/bob/joined_chatrooms')).body.data).toHaveLength(1)
    await app.register('alice')
    expect((await app.call('GET', '/users/alice/joined_chatrooms')).body.data).toEqual([])
  })

  test('several are deleted, those registered first, with a cursor while more remain', async () => {
    await app.register('alice', 'bob', 'carol')
    await app.room({ owner: 'carol', members: ['alice', 'bob'] })
    const first = await app.call('DELETE', '/users?limit=2')
    expectSuccess(first, app, 'delete', '/users', {
      path: '/users',
      params: { limit: ['2'] },
      entities: [user('alice'), user('bob')],
      count: 2,
      cursor: expect.any(String),
    })
    expect((await app.call('GET', '/chatrooms')).body.data).toMatchObject([
      { owner: 'carol', affiliations_count: 1 },
    ])
    const last = await app.call('DELETE', `/users?cursor=${first.body.cursor}`)
    expect([last.body.entities, last.body.cursor]).toEqual([[user('carol')], undefined])
    expect((await app.call('GET', '/chatrooms')).body.data).toEqual([])
  })
})

test('every call on users refuses a bad token', async () => {
  for (const [method, path] of [
    ['POST', '/users'],
    ['GET', '/users'],
    ['GET', '/users/alice'],
    ['DELETE', '/users/alice'],
    ['DELETE', '/users'],
  ] as const)
    expectUnauthorized(await app.call(method, path, undefined, { authorization: 'Bearer x' }))
})
