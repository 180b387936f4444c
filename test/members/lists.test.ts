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
})
beforeEach(async () => {
  id = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
})
afterAll(() => server.stop())

const many = Array.from({ length: 61 }, (_, n) => `user${n}`)
const forever = 4_638_873_600_000

describe('the mute list', () => {
  const path = () => `/chatrooms/${id}/mute`
  const mute = (usernames: string[], mute_duration: number) =>
    app.call('POST', path(), { usernames, mute_duration })
  const muted = async () => (await app.call('GET', path())).body.data

  test('a mute ends when its time is over', async () => {
    const before = Date.now()
    const reply = await mute(['bob'], 60_000)
    const data = [{ result: true, expire: expect.any(Number), user: 'bob' }]
    const [{ expire }] = expectSuccess(reply, app, 'post', path(), { data })
    expect(expire).toBeGreaterThanOrEqual(before + 60_000)
    expect(expire).toBeLessThanOrEqual(Date.now() + 60_000)
    expectSuccess(await app.call('GET', path()), app, 'get', path(), { data: [{ expire, user: 'bob' }] })
    await mute(['carol'], 1)
    const over = Date.now() + 1
    while (Date.now() <= over) await Bun.sleep(1)
    expect(await muted()).toEqual([{ expire, user: 'bob' }])
  })

  test('-1 mutes for ever, 0 unmutes', async () => {
    await mute(['bob', 'CAROL'], -1)
    expect(await muted()).toEqual([
      { expire: forever, user: 'bob' },
      { expire: forever, user: 'carol' },
    ])
    expect((await mute(['carol'], Number.MAX_SAFE_INTEGER)).body.data[0].expire).toBe(forever)
    expect((await mute(['bob'], 0)).body.data).toEqual([{ result: true, expire: 0, user: 'bob' }])
    expect(await muted()).toEqual([{ expire: forever, user: 'carol' }])
  })

  test('a mute outlasts leaving and coming back', async () => {
    await mute(['bob'], -1)
    await app.call('DELETE', `/chatrooms/${id}/users/bob`)
    await app.call('POST', `/chatrooms/${id}/users/bob`)
    expect(await muted()).toEqual([{ expire: forever, user: 'bob' }])
  })

  test('unmuting is always a success, and returns an array', async () => {
    await mute(['bob'], -1)
    const reply = await app.call('DELETE', `${path()}/bob%2Cghost`)
    const data = [
      { result: true, user: 'bob' },
      { result: true, user: 'ghost' },
    ]
    expectSuccess(reply, app, 'delete', `${path()}/bob%2Cghost`, { data })
    expect(await muted()).toEqual([])
  })

  test('nobody is muted when one is not a member, or there are too many', async () => {
    const outside = 'users [dora, ghost] are not members of this group!'
    expectRefusal(await mute(['bob', 'dora', 'ghost'], -1), 400, 'forbidden_op', outside)
    expectRefusal(await mute([], -1), 400, 'forbidden_op', 'users [] are not members of this group!')
    const tooMany = 'userNames size is more than max limit : 60'
    expectRefusal(await mute(many, -1), 400, 'invalid_parameter', tooMany)
    const duration = 'mute_duration must be -1, 0 or a number of ms'
    expectRefusal(await mute(['bob'], -2), 400, 'invalid_parameter', duration)
    const unmuting = await app.call('DELETE', `${path()}/${many.join(',')}`)
    const twoSpaces = 'removeMute member size more than max limit :  60'
    expectRefusal(unmuting, 400, 'invalid_parameter', twoSpaces)
    expect(await muted()).toEqual([])
  })

  test('a member reads whether it is muted itself', async () => {
    const bob = await asUser(app, 'bob')
    const own = async () => (await bob('GET', `/sdk/chatrooms/${id}/mute/bob?version=v3`)).body.data
    expect(await own()).toBe(false)
    await mute(['bob'], -1)
    expect(await own()).toBe(true)
  })

  test('muting everybody shows in the details, and leaves the list as it is', async () => {
    await mute(['bob'], -1)
    const ban = `/chatrooms/${id}/ban`
    const on = await app.call('POST', ban)
    expectSuccess(on, app, 'put', ban, { data: { mute: true } })
    expect((await detailsOf(app, id)).mute).toBe(true)
    const off = await app.call('DELETE', ban)
    expectSuccess(off, app, 'delete', ban, { data: { mute: false } })
    expect((await detailsOf(app, id)).mute).toBe(false)
    expect(await muted()).toEqual([{ expire: forever, user: 'bob' }])
  })
})

describe('the block list', () => {
  const path = () => `/chatrooms/${id}/blocks/users`
  const blocked = async () => (await app.call('GET', path())).body.data
  const row = (user: string, action = 'add_blocks') => ({
    result: true,
    action,
    user,
    chatroomid: id,
    id,
  })

  test('a blocked member is out at once, and cannot come back by any path until it is unblocked', async () => {
    const reply = await app.call('POST', `${path()}/bob`)
    expectSuccess(reply, app, 'post', `${path()}/bob`, { data: row('bob') })
    expectSuccess(await app.call('GET', path()), app, 'get', path(), { data: ['bob'], count: 1 })
    expect((await detailsOf(app, id)).affiliations).toEqual([{ member: 'carol' }, { owner: 'alice' }])
    const text = 'can not join this group, reason:user bob is in the blacklist'
    const bob = await asUser(app, 'bob')
    for (const come of [
      () => bob('POST', `/chatrooms/${id}/users/bob`),
      () => app.call('POST', `/chatrooms/${id}/users/bob`),
      () => app.call('POST', `/chatrooms/${id}/users`, { usernames: ['dora', 'bob'] }),
      () => app.call('POST', `/chatrooms/${id}/admin`, { newadmin: 'bob' }),
    ])
      expectRefusal(await come(), 403, 'forbidden_op', text)
    const back = await app.call('DELETE', `${path()}/bob`)
    expectSuccess(back, app, 'delete', `${path()}/bob`, { data: row('bob', 'remove_blocks') })
    expect((await detailsOf(app, id)).affiliations_count).toBe(2)
    expect((await bob('POST', `/chatrooms/${id}/users/bob`)).status).toBe(200)
  })

  test('of several each fares on its own', async () => {
    const reply = await app.call('POST', path(), { usernames: ['bob', 'dora', 'alice'] })
    const failed = (user: string, reason: string) => ({ ...row(user), result: false, reason })
    const data = [
      row('bob'),
      failed('dora', `user: dora doesn't exist in chatroom: ${id}`),
      failed('alice', 'forbidden operation on group owner!'),
    ]
    expectSuccess(reply, app, 'post', path(), { data })
    expect(await blocked()).toEqual(['bob'])
  })

  test('unblocking is always a success; several return an array', async () => {
    await app.call('POST', path(), { usernames: ['bob', 'carol'] })
    const reply = await app.call('DELETE', `${path()}/bob,carol,ghost`)
    const data = ['bob', 'carol', 'ghost'].map((user) => row(user, 'remove_blocks'))
    expectSuccess(reply, app, 'delete', `${path()}/bob,carol,ghost`, { data })
    expect(await blocked()).toEqual([])
  })

  test('the web SDK (version=v3) gets an array for one, too', async () => {
    const one = await app.call('POST', `${path()}/bob?version=v3&resource=`)
    expect(one.body.data).toEqual([row('bob')])
    const back = await app.call('DELETE', `${path()}/bob?version=v3`)
    expect(back.body.data).toEqual([row('bob', 'remove_blocks')])
  })

  test('refusals come in the words of the reference', async () => {
    for (const [tail, body, status, word, text] of [
      ['/dora', undefined, 403, 'forbidden_op', 'users [dora] are not members of this group!'],
      ['/alice', undefined, 403, 'forbidden_op', 'forbidden operation on group owner!'],
      ['', { usernames: [] }, 400, 'invalid_parameter', 'usernames is null or empty!'],
      ['', { usernames: many }, 400, 'invalid_parameter', 'userNames is more than max limit : 60'],
      ['', {}, 400, 'invalid_parameter', 'usernames must be provided'],
      ['', { usernames: 'bob' }, 400, 'invalid_parameter', 'usernames must be an array of strings'],
    ] as const)
      expectRefusal(await app.call('POST', path() + tail, body), status, word, text)
    const tooMany = await app.call('DELETE', `${path()}/${many.join(',')}`)
    expectRefusal(tooMany, 400, 'invalid_parameter', 'removeBlacklist: list size more than max limit : 60')
    expect(await blocked()).toEqual([])
  })
})

describe('the allow list', () => {
  const path = () => `/chatrooms/${id}/white/users`
  const allowed = async () => (await app.call('GET', path())).body.data
  const row = (user: string, action = 'add_user_whitelist') => ({
    result: true,
    action,
    user,
    chatroomid: id,
    id,
  })

  test('members are put on it and taken off', async () => {
    const one = await app.call('POST', `${path()}/Bob`)
    expectSuccess(one, app, 'post', `${path()}/Bob`, { data: row('bob') })
    expect((await app.call('POST', `${path()}/bob?version=v3`)).body.data).toEqual([row('bob')])
    const both = await app.call('POST', path(), { usernames: ['bob', 'carol'] })
    expectSuccess(both, app, 'post', path(), { data: [row('bob'), row('carol')] })
    expectSuccess(await app.call('GET', path()), app, 'get', path(), {
      data: ['alice', 'bob', 'carol'],
      count: 3,
    })
    const off = await app.call('DELETE', `${path()}/bob`)
    const data = [row('bob', 'remove_user_whitelist')]
    expectSuccess(off, app, 'delete', `${path()}/bob`, { data })
    expect(await allowed()).toEqual(['alice', 'carol'])
  })

  test('a member reads whether it is on it itself', async () => {
    const bob = await asUser(app, 'bob')
    await app.call('POST', `${path()}/bob`)
    const own = await bob('GET', `${path()}/bob`)
    expectSuccess(own, app, 'get', `${path()}/bob`, { data: { member: 'bob', white: true } })
    await app.call('DELETE', `${path()}/bob`)
    expect((await bob('GET', `${path()}/bob`)).body.data.white).toBe(false)
  })

  test('who leaves is on it no more', async () => {
    await app.call('POST', `${path()}/bob`)
    await app.call('DELETE', `/chatrooms/${id}/users/bob`)
    await app.call('POST', `/chatrooms/${id}/users/bob`)
    expect(await allowed()).toEqual(['alice'])
  })

  test('nobody is put on it when one is not a member, or there are too many', async () => {
    const outside = 'users [dora] are not members of this group!'
    expectRefusal(await app.call('POST', `${path()}/dora`), 400, 'forbidden_op', outside)
    const both = await app.call('POST', path(), { usernames: ['bob', 'dora'] })
    expectRefusal(both, 400, 'forbidden_op', outside)
    const tooMany = await app.call('POST', path(), { usernames: many })
    expectRefusal(tooMany, 400, 'invalid_parameter', 'usernames size is more than max limit : 60')
    const off = await app.call('DELETE', `${path()}/${many.join(',')}`)
    expectRefusal(off, 400, 'invalid_parameter', 'removeWhitelist size is more than max limit : 60')
    expect(await allowed()).toEqual(['alice'])
  })
})

test('a deleted user is gone from every role and list, also when its name is taken again', async () => {
  await app.register('erin', 'frank')
  await app.call('POST', `/chatrooms/${id}/users`, { usernames: ['erin', 'frank'] })
  await app.call('POST', `/chatrooms/${id}/admin`, { newadmin: 'erin' })
  await app.call('POST', `/chatrooms/${id}/white/users/erin`)
  await app.call('POST', `/chatrooms/${id}/mute`, { usernames: ['erin'], mute_duration: -1 })
  await app.call('POST', `/chatrooms/${id}/blocks/users/frank`)
  for (const name of ['erin', 'frank']) await app.call('DELETE', `/users/${name}`)
  await app.register('erin', 'frank')
  for (const list of ['admin', 'white/users', 'mute', 'blocks/users'])
    expect([list, (await app.call('GET', `/chatrooms/${id}/${list}`)).body.data]).toEqual([
      list,
      list === 'white/users' ? ['alice'] : [],
    ])
  expect((await app.call('POST', `/chatrooms/${id}/users/frank`)).status).toBe(200)
})
