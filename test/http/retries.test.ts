import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { limits } from '../../src/domain/limits.ts'
import { refusal } from '../support/bodies.ts'
import { asUser, connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let app: TestApp
let other: TestApp
beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge', { userMessageRate: null })
  other = await server.app('acme#other')
  for (const each of [app, other]) await each.register('alice', 'bob', 'carol')
})
afterAll(() => server.stop())

let count = 0
const aKey = (): Record<string, string> => ({ 'idempotency-key': `key-${count++}` })
const draft = (name = 'a') => ({ name, description: 'b', owner: 'alice' })
const create = (key: Record<string, string>, name?: string, of = app) =>
  of.call('POST', '/chatrooms', draft(name), key)
const roomCount = async () => (await app.call('GET', '/chatrooms?limit=1000')).body.count as number

const reused = refusal(
  'unprocessable_entity',
  'this Idempotency-Key was used for another call; choose a new one',
)

describe('14.5 an Idempotency-Key', () => {
  test('creates one room, however often and at once the call is repeated', async () => {
    const key = aKey()
    const before = await roomCount()
    const replies = await Promise.all(Array.from({ length: 12 }, () => create(key)))
    replies.push(await create(key))
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
    expect(new Set(replies.map(({ body }) => body.data.id)).size).toBe(1)
    expect(await roomCount()).toBe(before + 1)
  })

  test('gets the first response, also when the call could not be done again', async () => {
    const id = await app.room({ owner: 'alice' })
    const key = aKey()
    const dissolve = () => app.call('DELETE', `/chatrooms/${id}`, undefined, key)
    const replies = await Promise.all([dissolve(), dissolve(), dissolve()])
    replies.push(await dissolve())
    for (const { status, body } of replies) expect([status, body.data]).toEqual([200, { success: true, id }])
    expect((await app.call('DELETE', `/chatrooms/${id}`, undefined, aKey())).status).toBe(404)
  })

  test('is refused for another body, path or query', async () => {
    const key = aKey()
    expect((await create(key, 'one')).status).toBe(200)
    const before = await roomCount()
    const id = await app.room({ owner: 'alice' })
    for (const reply of [
      await create(key, 'two'),
      await app.call('POST', '/chatrooms?x=1', draft('one'), key),
      await app.call('DELETE', `/chatrooms/${id}`, undefined, key),
    ]) {
      expect(reply.status).toBe(422)
      expect(reply.body).toMatchObject(reused)
    }
    expect(await roomCount()).toBe(before + 1)
  })

  test('belongs to one caller of one app', async () => {
    const key = aKey()
    const first = (await create(key)).body.data.id
    expect((await create(key, 'b', other)).status).toBe(200)
    await app.call('POST', '/chatrooms/super_admin', { superadmin: 'bob' })
    const { body } = await app.call('POST', '/token', {
      grant_type: 'inherit',
      username: 'bob',
      autoCreateUser: false,
    })
    const asBob = await app.call('POST', '/chatrooms', draft(), {
      ...key,
      authorization: `Bearer ${body.access_token}`,
    })
    expect(asBob.status).toBe(200)
    expect(asBob.body.data.id).not.toBe(first)
  })

  test('is free again after a refusal', async () => {
    const key = aKey()
    const bad = await app.call('POST', '/chatrooms', { ...draft(), owner: 'nobody' }, key)
    expect(bad.status).toBe(404)
    expect((await create(key)).status).toBe(200)
  })

  test('sends a message once', async () => {
    const room = await app.room({ owner: 'alice', members: ['carol'] })
    const carol = await connectAs(app, 'carol')
    const key = aKey()
    const send = () =>
      app.call(
        'POST',
        '/messages/chatrooms',
        { from: 'alice', to: [room], type: 'txt', body: { msg: 'once' } },
        key,
      )
    const [first, second] = [await send(), await send()]
    expect(second.body.data).toEqual(first.body.data)
    await app.call('POST', '/messages/chatrooms', {
      from: 'alice',
      to: [room],
      type: 'txt',
      body: { msg: 'last' },
    })
    await carol.text('alice: last')
    expect(carol.texts).toEqual(['alice: once', 'alice: last'])
    carol.close()
  })

  test('of a message is refused while the first is under way, and never sent twice', async () => {
    const room = await app.room({ owner: 'alice' })
    const key = aKey()
    const replies = await Promise.all(
      Array.from({ length: 8 }, () =>
        app.call('POST', '/messages/chatrooms', { to: [room], type: 'txt', body: { msg: 'x' } }, key),
      ),
    )
    const ids = new Set(replies.filter(({ status }) => status === 200).map(({ body }) => body.data[room]))
    expect(ids.size).toBe(1)
    expect(replies.filter(({ status }) => status !== 200 && status !== 409)).toEqual([])
  })

  test('of one user ends at a ceiling, and nobody else suffers', async () => {
    await app.register('frank')
    const frank = await asUser(app, 'frank')
    const most = limits.retryKeysOfUser.value
    const room = await app.room({ owner: 'frank' })
    const say = (n: number) =>
      frank('PUT', `/chatrooms/${room}`, { description: String(n) }, { 'idempotency-key': `of-frank-${n}` })
    for (let from = 0; from < most; from += 50) {
      const replies = await Promise.all(Array.from({ length: 50 }, (_, n) => say(from + n)))
      expect(replies.filter(({ status }) => status !== 200)).toEqual([])
    }
    const { status, body } = await say(most)
    expect([status, body.error]).toEqual([429, 'reach_limit'])
    expect((await say(1)).status).toBe(200)
    expect((await frank('PUT', `/chatrooms/${room}`, { description: 'x' })).status).toBe(200)
    expect((await create(aKey())).status).toBe(200)
  })

  test('is 1 to 255 visible characters', async () => {
    for (const key of ['', 'a b', 'x'.repeat(limits.retryKey.value + 1)]) {
      const { status, body } = await create({ 'idempotency-key': key })
      expect([status, body.error]).toEqual([400, 'illegal_argument'])
    }
    expect((await create({ 'idempotency-key': 'y'.repeat(limits.retryKey.value) })).status).toBe(200)
  })
})

describe('14.5 If-Match', () => {
  const details = async (id: string) => app.call('GET', `/chatrooms/${id}`)

  test('lets a change pass that knows the room, and no other', async () => {
    const id = await app.room({ owner: 'alice' })
    const etag = (await details(id)).headers.get('etag') as string
    expect(etag).toMatch(/^"[a-z0-9]+"$/)
    // Also where the response is cached.
    for (let n = 0; n < 3; n += 1) expect((await details(id)).headers.get('etag')).toBe(etag)
    const change = (match: string, name: string) =>
      app.call('PUT', `/chatrooms/${id}`, { groupname: name }, { 'if-match': match })
    expect((await change(etag, 'one')).status).toBe(200)
    const late = await change(etag, 'two')
    const now = (await details(id)).headers.get('etag') as string
    expect(late.status).toBe(412)
    expect(late.body).toMatchObject(
      refusal('precondition_failed', `the chat room has changed since; its version is ${now} now`),
    )
    expect((await details(id)).body.data.name).toBe('one')
    expect((await app.call('DELETE', `/chatrooms/${id}`, undefined, { 'if-match': etag })).status).toBe(412)
    expect((await change('*', 'three')).status).toBe(200)
    const last = (await details(id)).headers.get('etag') as string
    expect((await app.call('DELETE', `/chatrooms/${id}`, undefined, { 'if-match': last })).status).toBe(200)
  })

  test('does not count who is in the room', async () => {
    const id = await app.room({ owner: 'alice' })
    const etag = (await details(id)).headers.get('etag')
    await app.call('POST', `/chatrooms/${id}/users/bob`)
    expect((await details(id)).headers.get('etag')).toBe(etag)
  })

  test('guards the transfer, too, and one of several changes at once is made', async () => {
    const id = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
    const etag = (await details(id)).headers.get('etag') as string
    const replies = await Promise.all(
      ['bob', 'carol', 'bob', 'carol'].map((newowner) =>
        app.call('PUT', `/chatrooms/${id}`, { newowner }, { 'if-match': etag }),
      ),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412])
  })
})

describe('14.5 dry_run=true', () => {
  test('shows what would happen, and changes nothing', async () => {
    const id = await app.room({ owner: 'alice', members: ['bob'] })
    const trial = await app.call('DELETE', `/chatrooms/${id}?dry_run=true`)
    expect([trial.status, trial.body.dry_run, trial.body.data]).toEqual([200, true, { success: true, id }])
    expect(trial.body.events).toEqual([
      {
        type: 'room.dissolved',
        room: id,
        before: { name: expect.any(String), owner: 'alice', memberCount: 2 },
      },
    ])
    expect((await app.call('GET', `/chatrooms/${id}`)).body.data.affiliations_count).toBe(2)
    const trail = await app.call('GET', `/chatrooms/${id}/audit`)
    expect(JSON.stringify(trail.body)).not.toContain('dissolve')
  })

  test('shows which rooms would be dissolved with a user', async () => {
    await app.register('dave')
    const id = await app.room({ owner: 'dave', members: ['carol'] })
    const trial = await app.call('DELETE', '/users/dave?dry_run=true')
    expect(trial.body.events).toContainEqual(expect.objectContaining({ type: 'room.dissolved', room: id }))
    expect((await app.call('GET', '/users/dave')).status).toBe(200)
  })

  test('fails as the call would', async () => {
    expect((await app.call('DELETE', '/chatrooms/none?dry_run=true')).status).toBe(404)
    expect((await app.call('POST', '/chatrooms?dry_run=true', { ...draft(), owner: 'nobody' })).status).toBe(
      404,
    )
  })

  test('is true or false, and whoever means it so changes nothing', async () => {
    const id = await app.room({ owner: 'alice' })
    for (const asked of ['1', 'True', 'yes', '']) {
      const { status, body } = await app.call('DELETE', `/chatrooms/${id}?dry_run=${asked}`)
      expect(status).toBe(400)
      expect(body).toMatchObject(refusal('illegal_argument', 'dry_run must be true or false'))
    }
    expect((await app.call('DELETE', `/chatrooms/${id}?dry_run=false`)).body.dry_run).toBeUndefined()
    expect((await app.call('GET', `/chatrooms/${id}`)).status).toBe(404)
  })

  test('beside other calls undoes itself alone', async () => {
    const id = await app.room({ owner: 'alice' })
    const before = await roomCount()
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        n % 3 === 0 ? app.call('DELETE', `/chatrooms/${id}?dry_run=true`) : create({}, `room ${n}`),
      ),
    )
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
    expect(await roomCount()).toBe(before + 20)
    expect((await app.call('GET', `/chatrooms/${id}`)).status).toBe(200)
  })

  test('of what is no transaction says what it would do, and does nothing', async () => {
    const room = await app.room({ owner: 'alice' })
    const message = { to: [room], type: 'txt', body: { msg: 'x' } }
    const sent = await app.call('POST', '/messages/chatrooms', message)
    const id: string = sent.body.data[room]
    const path = `/chatrooms/${room}/messages/${id}`
    // Another node finds it when it is stored, with who sent it.
    await until(async () => {
      const { body } = await app.call('DELETE', `${path}?dry_run=true`)
      return body.events?.[0].username === 'admin'
    })
    const tried = await app.call('DELETE', `${path}?dry_run=true`)
    expect([tried.status, tried.body.dry_run, tried.body.data]).toEqual([200, true, { deleted: 1 }])
    expect(tried.body.events).toEqual([
      { type: 'message.deleted', room, username: 'admin', messages: [id], count: 1 },
    ])
    // It is there still.
    expect((await app.call('DELETE', path)).body.data).toEqual({ deleted: 1 })
    expect((await app.call('DELETE', `${path}?dry_run=true`)).status).toBe(403)
    const refused = await app.call('POST', '/messages/chatrooms?dry_run=true', { ...message, body: {} })
    expect(refused.status).toBe(400)
    const alone = await app.call('POST', '/messages/chatrooms?dry_run=true', message)
    expect([alone.status, alone.body.dry_run, alone.body.events]).toEqual([200, true, []])
  })
})
