import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { expectUnauthorized } from '../support/bodies.ts'
import { draft } from '../support/rooms.ts'
import { aServer, type Reply, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
let id: string

beforeAll(async () => {
  server = await aServer()
})
afterAll(() => server.stop())

/** Requests a URL often enough that a server which caches responses caches this one; returns the last reply. */
async function repeatedly(path: string): Promise<Reply> {
  for (let time = 0; time < 3; time++) await app.call('GET', path)
  return app.call('GET', path)
}

const apart = ({ body: { timestamp, duration, ...body } }: Reply) => body

describe('a read that is repeated', () => {
  let apps = 0
  beforeEach(async () => {
    app = await server.app(`acme#often${++apps}`)
    await app.register('alice', 'bob', 'carol')
    id = await app.room({ ...draft, members: ['bob'] })
  })

  test('gets the same response, at a later time and under another request id', async () => {
    for (const path of [
      `/chatrooms/${id}`,
      '/chatrooms',
      '/chatrooms?limit=1',
      '/chatrooms?limit=1&x=%C3%A9',
    ]) {
      const first = await app.call('GET', path)
      const last = await repeatedly(path)
      expect(apart(last)).toEqual(apart(first))
      expect(last.body.timestamp).toBeGreaterThanOrEqual(first.body.timestamp)
      expect(last.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
      expect(last.headers.get('content-type')).toBe('application/json')
    }
  })

  test('shows every acknowledged write to the room', async () => {
    const room = `/chatrooms/${id}`
    const writes: [string, string, unknown, Record<string, unknown>][] = [
      ['PUT', room, { name: 'early birds' }, { name: 'early birds' }],
      ['POST', `${room}/users/carol`, undefined, { affiliations_count: 3 }],
      ['DELETE', `${room}/users/carol`, undefined, { affiliations_count: 2 }],
      ['POST', `${room}/ban`, undefined, { mute: true }],
      ['PUT', room, { newowner: 'bob' }, { owner: 'bob' }],
    ]
    for (const [method, path, body, shown] of writes) {
      await repeatedly(room)
      expect((await app.call(method, path, body)).status).toBe(200)
      expect((await app.call('GET', room)).body.data).toMatchObject(shown)
    }
    await repeatedly(room)
    await app.call('DELETE', room)
    expect((await app.call('GET', room)).status).toBe(404)
  })

  test('of the list shows rooms that came, changed and went', async () => {
    const names = async () => {
      const { data } = (await app.call('GET', '/chatrooms')).body
      return data.map((room: { name: string }) => room.name)
    }
    await repeatedly('/chatrooms')
    const other = await app.room({ ...draft, name: 'newer' })
    expect(await names()).toEqual(['newer', draft.name])
    await repeatedly('/chatrooms')
    await app.call('PUT', `/chatrooms/${id}`, { name: 'early birds' })
    expect(await names()).toEqual(['newer', 'early birds'])
    await repeatedly('/chatrooms')
    await app.call('DELETE', `/chatrooms/${other}`)
    expect(await names()).toEqual(['early birds'])
  })

  test('16.4 of the rooms that a user has joined shows every acknowledged write', async () => {
    const second = await app.room({ ...draft, name: 'second', members: ['bob'] })
    const pages = ['', '?detail=true', '?pagesize=1', '?pagesize=1&pagenum=2']
    const joined = (query: string) => `/users/bob/joined_chatrooms${query}`
    const names = async () => {
      const found: string[][] = []
      for (const query of pages) {
        const { data } = (await app.call('GET', joined(query))).body
        found.push(data.map(({ name, title }: { name?: string; title?: string }) => name ?? title))
      }
      return found
    }
    const room = `/chatrooms/${second}`
    let third = ''
    const writes: [what: string, write: () => Promise<unknown>, shown: string[]][] = [
      ['renamed', () => app.call('PUT', room, { name: 'two' }), ['two', draft.name]],
      ['left', () => app.call('DELETE', `${room}/users/bob`), [draft.name]],
      ['joined', () => app.call('POST', `${room}/users/bob`), ['two', draft.name]],
      [
        'created',
        async () => (third = await app.room({ ...draft, name: 'third', members: ['bob'] })),
        ['third', 'two', draft.name],
      ],
      ['left another', () => app.call('DELETE', `${room}/users/bob`), ['third', draft.name]],
      [
        'created as its owner',
        () => app.room({ ...draft, name: 'own', owner: 'bob', members: ['carol'] }),
        ['own', 'third', draft.name],
      ],
      ['blocked', () => app.call('POST', `/chatrooms/${third}/blocks/users/bob`), ['own', draft.name]],
      ['joined again', () => app.call('POST', `${room}/users/bob`), ['two', 'own', draft.name]],
      ['dissolved', () => app.call('DELETE', room), ['own', draft.name]],
      ['restored', () => app.call('POST', `${room}/restore`), ['two', 'own', draft.name]],
    ]
    for (const [what, write, shown] of writes) {
      await Promise.all(pages.map((query) => repeatedly(joined(query))))
      const written = (await write()) as Reply | string
      if (typeof written !== 'string') expect([what, written.status]).toEqual([what, 200])
      expect([what, await names()]).toEqual([what, [shown, shown, shown.slice(0, 1), shown.slice(1, 2)]])
    }
    await Promise.all(pages.map((query) => repeatedly(joined(query))))
    expect((await app.call('POST', `/chatrooms/${id}/disable`)).status).toBe(200)
    expect((await app.call('GET', joined(''))).body.data.at(-1)).toMatchObject({ id, disabled: 'true' })
    await Promise.all(pages.map((query) => repeatedly(joined(query))))
    expect((await app.call('DELETE', '/users/bob')).status).toBe(200)
    for (const query of pages) expect((await app.call('GET', joined(query))).status).toBe(404)
  }, 30_000)

  test('still requires the token: no other, none, nor one that has ended since', async () => {
    const other = await server.app(`zenith#often${apps}`)
    for (const path of [`/chatrooms/${id}`, '/chatrooms']) {
      await repeatedly(path)
      for (const authorization of [`Bearer ${other.token}`, 'Bearer YWMtnone', `bearer ${app.token}`, ''])
        expectUnauthorized(await app.call('GET', path, undefined, { authorization }))
    }
    await app.rotateSecret()
    for (const path of [`/chatrooms/${id}`, '/chatrooms']) expectUnauthorized(await app.call('GET', path))
  })

  test('counts towards the limit of calls once the app has one', async () => {
    await repeatedly(`/chatrooms/${id}`)
    await app.set({ rateLimits: true })
    const path = `/chatrooms/${id}`
    expect((await app.call('GET', path)).headers.get('ratelimit-limit')).toBe('100')
    // So many at once that one second has more than it may, however slow the machine is.
    let refused = false
    for (let calls = 200; !refused && calls < 10_000; calls *= 2) {
      const replies = await Promise.all(Array.from({ length: calls }, () => app.call('GET', path)))
      refused = replies.some(({ status }) => status === 429)
    }
    expect(refused).toBe(true)
  }, 60_000)

  test('leaves other methods of the same path what they are', async () => {
    await repeatedly('/chatrooms')
    expect((await app.call('POST', '/chatrooms', draft)).body.data).toEqual({ id: expect.any(String) })
    expect((await app.call('PATCH', '/chatrooms')).status).toBe(405)
  })
})
