import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { expectRefusal, expectSuccess } from '../support/bodies.ts'
import { asUser } from '../support/people.ts'
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

describe('the announcement', () => {
  const path = () => `/chatrooms/${id}/announcement`
  const set = (announcement: unknown) => app.call('POST', path(), { announcement })

  test('is empty until it is set, and empty again once it is cleared', async () => {
    expectSuccess(await app.call('GET', path()), app, 'get', path(), { data: { announcement: '' } })
    expectSuccess(await set('be "kind" 🙂'), app, 'post', path(), { data: { id, result: true } })
    expect((await app.call('GET', path())).body.data).toEqual({ announcement: 'be "kind" 🙂' })
    await set('')
    expect((await app.call('GET', path())).body.data).toEqual({ announcement: '' })
  })

  test('holds 512 characters, whatever their size', async () => {
    expect((await set('🙂'.repeat(512))).status).toBe(200)
    expectRefusal(await set('x'.repeat(513)), 403, 'forbidden_op', 'announce info length exceeds limit!')
    expectRefusal(await set(undefined), 400, 'invalid_parameter', 'announcement must be provided')
    expect((await app.call('GET', path())).body.data).toEqual({ announcement: '🙂'.repeat(512) })
  })
})

describe('custom attributes', () => {
  const path = '/metadata/chatroom'
  const set = (username: string, metaData: object, rest: object = {}, forced = '') =>
    app.call('PUT', `${path}/${id}/user/${username}${forced}`, { metaData, ...rest })
  const remove = (username: string, keys: string[], forced = '') =>
    app.call('DELETE', `${path}/${id}/user/${username}${forced}`, { keys, autoDelete: 'DELETE' })
  const all = async () => (await app.call('POST', `${path}/${id}`)).body.data

  test('are set, read and removed', async () => {
    const done = await set('bob', { mood: 'calm', 'a.b-C_1': '' })
    const data = { successKeys: ['mood', 'a.b-C_1'], errorKeys: {} }
    expectSuccess(done, app, 'put', path, { data })
    expectSuccess(await app.call('POST', `${path}/${id}`), app, 'post', path, {
      data: { mood: 'calm', 'a.b-C_1': '' },
    })
    expect((await app.call('POST', `${path}/${id}`, { keys: ['mood', 'none'] })).body.data).toEqual({
      mood: 'calm',
    })
    expect((await app.call('POST', `${path}/${id}`, { keys: [] })).body.data).toEqual(await all())
    expectSuccess(await remove('bob', ['mood', 'none']), app, 'delete', path, {
      data: { successKeys: ['mood', 'none'], errorKeys: {} },
      status: 'ok',
    })
    expect(await all()).toEqual({ 'a.b-C_1': '' })
  })

  test('belong to who set them last; force overrides', async () => {
    await set('bob', { seat: '1' })
    const reason = 'others are not allowed to be set'
    const refused = await set('carol', { seat: '2', mood: 'calm' })
    expect(refused.body.data).toEqual({ successKeys: ['mood'], errorKeys: { seat: reason } })
    expect((await remove('carol', ['seat'])).body.data).toEqual({
      successKeys: [],
      errorKeys: { seat: reason },
    })
    expect((await set('carol', { seat: '2' }, {}, '/forced')).body.data.successKeys).toEqual(['seat'])
    expect((await set('bob', { seat: '3' })).body.data.errorKeys).toEqual({ seat: reason })
    // Server SDKs remove by force as a user that need not exist.
    expect((await remove('admin', ['seat'], '/forced')).body.data.successKeys).toEqual(['seat'])
    expect(await all()).toEqual({ mood: 'calm' })
  })

  test('go with their setter, however it goes, unless they are to stay', async () => {
    const goes = {
      leave: async () => (await asUser(app, 'bob'))('DELETE', `/chatrooms/${id}/users/bob`),
      remove: () => app.call('DELETE', `/chatrooms/${id}/users/bob`),
      block: () => app.call('POST', `/chatrooms/${id}/blocks/users/bob`),
    }
    for (const go of Object.values(goes)) {
      await set('bob', { brief: '1' })
      await set('bob', { lasting: '1' }, { autoDelete: 'NO_DELETE' })
      await set('carol', { hers: '1' })
      await go()
      expect(await all()).toEqual({ lasting: '1', hers: '1' })
      await app.call('DELETE', `/chatrooms/${id}/blocks/users/bob`)
      await app.call('POST', `/chatrooms/${id}/users/bob`)
    }
    await app.register('erin')
    await app.call('POST', `/chatrooms/${id}/users/erin`)
    await set('erin', { brief: '1' })
    await app.call('DELETE', '/users/erin')
    expect(await all()).toEqual({ lasting: '1', hers: '1' })
  })

  test('each key fares on its own', async () => {
    const long = 'k'.repeat(129)
    const { status, body } = await set('bob', {
      ['k'.repeat(128)]: 'x'.repeat(4096),
      [long]: '',
      'a b': '',
      '': '',
      big: 'x'.repeat(4097),
    })
    expect(status).toBe(200)
    expect(body.data).toEqual({
      successKeys: ['k'.repeat(128)],
      errorKeys: {
        [long]: `properties key '${long}' is exceeding maximum limit 128`,
        'a b': "properties key 'a b' is not Legal",
        '': "properties key '' is not Legal",
        big: "properties value of key 'big' is exceeding maximum limit 4096",
      },
    })
  })

  test('a room has a hundred at most', async () => {
    for (let batch = 0; batch < 10; batch++)
      await set('bob', Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`k${batch * 10 + n}`, ''])))
    const { body } = await set('bob', { k0: 'changed', more: '' })
    expect(body.data).toEqual({
      successKeys: ['k0'],
      errorKeys: { more: 'size of metadata for this single chatroom exceeds the user defined limit' },
    })
    expect(Object.keys(await all())).toHaveLength(100)
  })

  test('calls as a whole are refused in the words of the reference', async () => {
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`k${n}`, '']))
    const text = 'exceed allowed batch size 10'
    expectRefusal(await set('bob', eleven), 400, 'illegal_argument', text)
    expectRefusal(await remove('bob', Object.keys(eleven)), 400, 'illegal_argument', text)
    const number = await set('bob', { mood: 1 })
    expectRefusal(number, 400, 'invalid_parameter', 'metaData.mood must be a string')
    const unknown = await app.call('POST', `${path}/1`)
    expectRefusal(unknown, 404, 'resource_not_found', 'grpID 1 does not exist!')
    for (const outside of [await set('dora', { mood: '' }), await remove('dora', ['mood'])]) {
      expect(outside.status).toBe(401)
      expect(outside.body).toEqual({
        error: 'MetadataException',
        exception: expect.any(String),
        error_description: 'user is not in chatroom',
        error_code: 60011,
        desc: 'user is not in chatroom',
        timestamp: expect.any(Number),
        duration: 0,
        properties: {},
      })
    }
    expect(await all()).toEqual({})
  })

  test('names that JavaScript knows are names like others', async () => {
    const sent = '{"metaData":{"__proto__":"a","constructor":"b"}}'
    const { body } = await app.call('PUT', `${path}/${id}/user/bob`, sent)
    expect(body.data.successKeys).toEqual(['__proto__', 'constructor'])
    expect(JSON.stringify(await all())).toBe('{"__proto__":"a","constructor":"b"}')
  })
})
