import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { expectRefusal, expectSuccess } from '../support/bodies.ts'
import { asUser } from '../support/people.ts'
import { detailsOf } from '../support/rooms.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
/** A room of alice with bob; dora is registered and not in it. */
let id: string

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'dora')
})
beforeEach(async () => {
  id = await app.room({ owner: 'alice', members: ['bob'] })
})
afterAll(() => server.stop())

describe('admins of a room', () => {
  const path = () => `/chatrooms/${id}/admin`

  test('are appointed, listed and dismissed', async () => {
    const added = await app.call('POST', path(), { newadmin: 'BOB' })
    expectSuccess(added, app, 'post', path(), { data: { result: 'success', newadmin: 'bob' } })
    expectSuccess(await app.call('GET', path()), app, 'get', path(), { data: ['bob'], count: 1 })
    const removed = await app.call('DELETE', `${path()}/bob`)
    const data = { result: 'success', oldadmin: 'bob' }
    expectSuccess(removed, app, 'delete', `${path()}/bob`, { data })
    expect((await app.call('GET', path())).body.data).toEqual([])
    expect((await detailsOf(app, id)).affiliations_count).toBe(2)
  })

  test('one who was not in the room comes into it', async () => {
    await app.call('POST', path(), { newadmin: 'dora' })
    expect((await detailsOf(app, id)).affiliations_count).toBe(3)
    expect((await app.call('GET', path())).body.data).toEqual(['dora'])
  })

  test('the role goes with leaving, with removal and with the room', async () => {
    const bob = await asUser(app, 'bob')
    await app.call('POST', path(), { newadmin: 'bob' })
    await bob('DELETE', `/chatrooms/${id}/users/bob`)
    await bob('POST', `/chatrooms/${id}/users/bob`)
    expect((await app.call('GET', path())).body.data).toEqual([])
  })

  test('an admin to whom the room is handed is its owner, and an admin no more', async () => {
    await app.call('POST', path(), { newadmin: 'bob' })
    await app.call('PUT', `/chatrooms/${id}`, { newowner: 'bob' })
    expect((await app.call('GET', path())).body.data).toEqual([])
  })

  test('there are at most 99 of them', async () => {
    const many = await server.app('acme#many')
    const names = Array.from({ length: 100 }, (_, n) => `user${n}`)
    await many.register('alice', ...names)
    const room = await many.room({ owner: 'alice', members: names })
    const appoint = (newadmin: string) => many.call('POST', `/chatrooms/${room}/admin`, { newadmin })
    await Promise.all(names.slice(0, 99).map(appoint))
    const text = 'admins size is greater than max admin size : 99'
    expectRefusal(await appoint('user99'), 403, 'exceed_limit', text)
    expect((await appoint('user0')).status).toBe(200)
  })

  test('refusals come in the words of the reference', async () => {
    for (const [method, tail, body, status, word, text] of [
      ['POST', '', { newadmin: 'ghost' }, 404, 'resource_not_found', "username ghost doesn't exist!"],
      ['POST', '', { newadmin: 'alice' }, 403, 'forbidden_op', 'forbidden operation on group owner!'],
      ['POST', '', {}, 400, 'invalid_parameter', 'newadmin must be provided'],
      ['DELETE', '/ghost', undefined, 404, 'resource_not_found', "username ghost doesn't exist!"],
      ['DELETE', '/bob', undefined, 403, 'forbidden_op', `user:bob is not admin of group:${id}`],
    ] as const)
      expectRefusal(await app.call(method, path() + tail, body), status, word, text)
    const unknown = await app.call('GET', '/chatrooms/1/admin')
    expectRefusal(unknown, 404, 'resource_not_found', 'grpID 1 does not exist!')
  })
})

describe('super admins', () => {
  const path = '/chatrooms/super_admin'

  test('are appointed, listed by page and dismissed; twice is no failure', async () => {
    for (let times = 0; times < 2; times++) {
      const added = await app.call('POST', path, { superadmin: 'Alice' })
      expectSuccess(added, app, 'post', path, { data: { result: 'success', resource: '' } })
    }
    await app.call('POST', path, { superadmin: 'bob' })
    expectSuccess(await app.call('GET', path), app, 'get', path, { data: ['alice', 'bob'], count: 2 })
    expectSuccess(await app.call('GET', `${path}?pagenum=2&pagesize=1`), app, 'get', path, {
      data: ['bob'],
      count: 1,
      params: { pagenum: ['2'], pagesize: ['1'] },
    })
    for (let times = 0; times < 2; times++) {
      const removed = await app.call('DELETE', `${path}/alice`)
      const data = { newSuperAdmin: 'alice', resource: '' }
      expectSuccess(removed, app, 'delete', `${path}/alice`, { data })
    }
    expect((await app.call('GET', path)).body.data).toEqual(['bob'])
    const unknown = await app.call('POST', path, { superadmin: 'ghost' })
    expectRefusal(unknown, 404, 'resource_not_found', "username ghost doesn't exist!")
  })

  test('create rooms, and no longer once they are dismissed or deleted', async () => {
    await app.register('erin')
    await app.call('POST', path, { superadmin: 'erin' })
    const erin = await asUser(app, 'erin')
    const create = () => erin('POST', '/chatrooms', { name: 'mine', description: '', owner: 'erin' })
    expect((await create()).status).toBe(200)
    await app.call('DELETE', `${path}/erin`)
    expectRefusal(await create(), 401, 'group_authorization', 'you have no permission to do this.')
    await app.call('POST', path, { superadmin: 'erin' })
    await app.call('DELETE', '/users/erin')
    expect((await app.call('GET', path)).body.data).not.toContain('erin')
  })
})

describe('joined rooms in the form that client SDKs read', () => {
  test('every value is a text, and the owner follows the app key', async () => {
    const bob = await asUser(app, 'bob')
    const { body } = await bob('GET', '/users/bob/joined_chatrooms?pagenum=1&pagesize=1&detail=true')
    expect(body.data).toEqual([
      {
        id,
        title: 'a room',
        owner: 'acme#lounge_alice',
        created: expect.stringMatching(/^\d{13}$/),
        last_modified: expect.stringMatching(/^\d{13}$/),
        description: 'for a test',
        custom: '',
        max_users: '1000',
        mute: 'false',
        mute_duration: '-1',
        members_only: 'false',
        public: 'true',
        allow_user_invites: 'false',
        invite_need_confirm: 'true',
        disabled: 'false',
        type: 'chatroom',
        scale: 'large',
        appkey: 'acme#lounge',
        owner_can_leave: 'true',
        curr_page: '1',
        pg_size: '1',
      },
    ])
  })
})
