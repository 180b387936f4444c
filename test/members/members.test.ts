import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { expectRefusal, expectSuccess } from '../support/bodies.ts'
import { asUser } from '../support/people.ts'
import { detailsOf } from '../support/rooms.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
/** A room of alice with bob and carol; dora is registered and not in it. */
let id: string

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol', 'dora')
  await app.register(...Array.from({ length: 101 }, (_, n) => `guest${n}`))
})
beforeEach(async () => {
  id = await app.room({ owner: 'alice', members: ['bob', 'carol'], maxusers: 4 })
})
afterAll(() => server.stop())

const users = () => `/chatrooms/${id}/users`
const count = async () => (await detailsOf(app, id)).affiliations_count
const guests = (many: number) => Array.from({ length: many }, (_, n) => `guest${n}`)

describe('listing members', () => {
  test('by page, each row has one role', async () => {
    const data = [{ owner: 'alice' }, { member: 'bob' }, { member: 'carol' }]
    expectSuccess(await app.call('GET', users()), app, 'get', users(), { data, count: 3 })
    expectSuccess(await app.call('GET', `${users()}?pagenum=2&pagesize=2`), app, 'get', users(), {
      data: [{ member: 'carol' }],
      count: 1,
      params: { pagenum: ['2'], pagesize: ['2'] },
    })
    const odd = await app.call('GET', `${users()}?pagenum=0&pagesize=-1`)
    expect(odd.body.count).toBe(3)
  })

  test('by cursor for server SDKs: user ids without the owner, in the order of joining', async () => {
    await app.call('POST', `${users()}/dora`)
    const names: string[] = []
    let cursor: string | undefined = ''
    while (cursor !== undefined) {
      const { body }: { body: { data: string[]; cursor?: string } } = await app.call(
        'GET',
        `${users()}?version=v3&limit=2&sort=asc&cursor=${cursor}`,
      )
      names.push(...body.data)
      cursor = body.cursor
    }
    expect(names).toEqual(['bob', 'carol', 'dora'])
    const latest = await app.call('GET', `${users()}?version=v3&limit=1`)
    expect(latest.body.data).toEqual(['dora'])
  })

  test('by cursor for the web SDK: roles and times', async () => {
    await app.call('POST', `/chatrooms/${id}/admin`, { newadmin: 'bob' })
    const { body } = await app.call('GET', `${users()}?cursor=undefined&limit=50&joined_time=true&sort=asc`)
    const joined_time = expect.any(Number)
    expect(body.data).toEqual([
      { owner: 'alice', joined_time },
      { admin: 'bob', joined_time },
      { member: 'carol', joined_time },
    ])
    const first = await app.call('GET', `${users()}?limit=2&joined_time=true`)
    expect(first.body.count).toBe(2)
    const rest = await app.call('GET', `${users()}?limit=2&joined_time=true&cursor=${first.body.cursor}`)
    expect(rest.body.data).toEqual([{ owner: 'alice', joined_time }])
    expect(rest.body.cursor).toBeUndefined()
  })

  test('of an unknown room is refused in its own words', async () => {
    const reply = await app.call('GET', '/chatrooms/1/users')
    expectRefusal(reply, 404, 'service_resource_not_found', 'do not find this group:1')
  })

  test('a cursor of another room is refused', async () => {
    const other = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
    const { body } = await app.call('GET', `/chatrooms/${other}/users?limit=1&joined_time=true`)
    const reply = await app.call('GET', `${users()}?limit=1&joined_time=true&cursor=${body.cursor}`)
    expectRefusal(reply, 400, 'invalid_parameter', 'cursor was not issued by this list')
  })
})

describe('adding members', () => {
  test('one comes in, once', async () => {
    for (let times = 0; times < 2; times++) {
      const reply = await app.call('POST', `${users()}/DORA`)
      const data = { result: true, action: 'add_member', id, user: 'dora' }
      expectSuccess(reply, app, 'post', `${users()}/DORA`, { data })
    }
    expect(await count()).toBe(4)
  })

  test('several come in, those present counting as done', async () => {
    const reply = await app.call('POST', users(), { usernames: ['bob', 'Dora', 'dora'] })
    const data = { newmembers: ['bob', 'dora'], action: 'add_member', id }
    expectSuccess(reply, app, 'post', users(), { data })
    expect(await count()).toBe(4)
  })

  test('a hundred fit into one call, one more does not', async () => {
    const room = await app.room({ owner: 'alice', maxusers: 200 })
    const many = await app.call('POST', `/chatrooms/${room}/users`, { usernames: guests(101) })
    const text = 'addMembers: addMembers number more than maxSize : 100'
    expectRefusal(many, 400, 'invalid_parameter', text)
    const full = await app.call('POST', `/chatrooms/${room}/users`, { usernames: guests(100) })
    expect(full.status).toBe(200)
    expect((await detailsOf(app, room)).affiliations_count).toBe(101)
  })

  test('nobody is added when one of several is unknown or does not fit', async () => {
    const unknown = await app.call('POST', users(), { usernames: ['dora', 'ghost'] })
    expectRefusal(unknown, 404, 'resource_not_found', "username ghost doesn't exist!")
    const tooMany = await app.call('POST', users(), { usernames: ['dora', 'guest0'] })
    expectRefusal(tooMany, 403, 'forbidden_op', 'group member list is full!')
    expect(await count()).toBe(3)
  })

  test('a full room takes nobody, but whoever is in it is no failure', async () => {
    await app.call('POST', `${users()}/dora`)
    expectRefusal(
      await app.call('POST', `${users()}/guest0`),
      403,
      'forbidden_op',
      'group member list is full!',
    )
    expect((await app.call('POST', `${users()}/dora`)).status).toBe(200)
  })

  test('a hundred users who race for the last places fill the room exactly', async () => {
    const room = await app.room({ owner: 'alice', maxusers: 31 })
    const replies = await Promise.all(
      guests(100).map((guest) => app.call('POST', `/chatrooms/${room}/users/${guest}`)),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(30)
    expect((await detailsOf(app, room)).affiliations_count).toBe(31)
  })

  test('a user who is in as many rooms as the app allows is refused', async () => {
    const small = await server.app('acme#small', { roomsPerUser: 1 })
    await small.register('alice', 'bob', 'carol')
    await small.room({ owner: 'bob' })
    const room = await small.room({ owner: 'alice' })
    const reply = await small.call('POST', `/chatrooms/${room}/users/bob`)
    const text = 'can not join this group, reason:user bob has joined too many chatrooms!'
    expectRefusal(reply, 403, 'exceeded_limit', text)
    const admin = await small.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'bob' })
    expectRefusal(admin, 403, 'exceeded_limit', text)
    expect((await small.call('POST', `/chatrooms/${room}/users/carol`)).status).toBe(200)
  })
})

describe('removing members', () => {
  test('one goes', async () => {
    const data = { result: true, action: 'remove_member', user: 'bob', id }
    expectSuccess(await app.call('DELETE', `${users()}/bob`), app, 'delete', `${users()}/bob`, { data })
    expect(await count()).toBe(2)
  })

  for (const [title, name, status, word, text] of [
    ['a user who is not in', 'dora', 400, 'forbidden_op', 'users [dora] are not members of this group!'],
    ['an unknown user', 'ghost', 404, 'resource_not_found', "username ghost doesn't exist!"],
    ['the owner', 'alice', 403, 'forbidden_op', 'forbidden operation on group owner!'],
  ] as const) {
    test(`removing ${title} is refused`, async () => {
      expectRefusal(await app.call('DELETE', `${users()}/${name}`), status, word, text)
      expect(await count()).toBe(3)
    })
  }

  test('of several each fares on its own', async () => {
    const reply = await app.call('DELETE', `${users()}/bob%2Cdora%2Calice`)
    expect(reply.status).toBe(200)
    expect(reply.body.data).toEqual([
      { result: true, action: 'remove_member', user: 'bob', id },
      {
        result: false,
        action: 'remove_member',
        reason: `user: dora doesn't exist in group: ${id}`,
        user: 'dora',
        id,
      },
      {
        result: false,
        action: 'remove_member',
        reason: 'forbidden operation on group owner!',
        user: 'alice',
        id,
      },
    ])
    expect(await count()).toBe(2)
    const many = await app.call('DELETE', `${users()}/${guests(61).join(',')}`)
    const text = 'kickMember: kickMembers number more than maxSize : 60'
    expectRefusal(many, 400, 'invalid_parameter', text)
  })
})

describe('joining and leaving', () => {
  test('a user joins and leaves with its own token', async () => {
    const dora = await asUser(app, 'dora')
    expect((await dora('POST', `${users()}/dora`)).status).toBe(200)
    expect((await dora('GET', `/users/dora/joined_chatrooms`)).body.data[0].id).toBe(id)
    expect((await dora('DELETE', `${users()}/dora`)).body.data.result).toBe(true)
    expect(await count()).toBe(3)
    // Leaving what one is not in changes nothing.
    expect((await dora('DELETE', `${users()}/dora`)).body.data.result).toBe(true)
    expect(await count()).toBe(3)
  })

  test('an owner who leaves stays the owner, and may come back', async () => {
    const alice = await asUser(app, 'alice')
    expect((await alice('DELETE', `${users()}/alice`)).status).toBe(200)
    const away = await detailsOf(app, id)
    expect([away.owner, away.affiliations_count]).toEqual(['alice', 2])
    expect(away.affiliations).toEqual([{ member: 'bob' }, { member: 'carol' }])
    expect((await alice('PUT', `/chatrooms/${id}`, { name: 'still mine' })).status).toBe(200)
    await alice('POST', `${users()}/alice`)
    const back = await detailsOf(app, id)
    expect(back.affiliations).toEqual([{ member: 'bob' }, { member: 'carol' }, { owner: 'alice' }])
  })

  test('deleting an owner who has left dissolves the room all the same', async () => {
    await app.register('erin')
    const room = await app.room({ owner: 'erin', members: ['bob'] })
    const erin = await asUser(app, 'erin')
    await erin('DELETE', `/chatrooms/${room}/users/erin`)
    await app.call('DELETE', '/users/erin')
    expect((await app.call('GET', `/chatrooms/${room}`)).status).toBe(404)
  })

  test('a room that was handed over while its owner was away goes with the new one', async () => {
    await app.register('frank')
    const room = await app.room({ owner: 'frank', members: ['bob'] })
    const frank = await asUser(app, 'frank')
    await frank('DELETE', `/chatrooms/${room}/users/frank`)
    await app.call('PUT', `/chatrooms/${room}`, { newowner: 'bob' })
    await app.call('DELETE', '/users/frank')
    const details = await detailsOf(app, room)
    expect([details.owner, details.affiliations]).toEqual(['bob', [{ owner: 'bob' }]])
  })
})
