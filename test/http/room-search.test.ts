import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import pino from 'pino'
import { startChatroomd } from '../../src/chatroomd.ts'
import { readConfig } from '../../src/config.ts'
import { limits } from '../../src/domain/limits.ts'
import { refusal } from '../support/bodies.ts'
import { aDatabase } from '../support/database.ts'
import { storeRooms } from '../support/many-rooms.ts'
import { asUser } from '../support/people.ts'
import { aDirectory } from '../support/process.ts'
import { aServer, type Reply, request, type TestApp, type TestServer } from '../support/server.ts'

const runs = Number(process.env.SEARCH_RUNS ?? 120)

let server: TestServer
let app: TestApp
beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol')
})
afterAll(() => server.stop())

interface Known {
  id: string
  name: string
  owner: string
  members: string[]
  custom: string
  created: number
  /** Its place among those that were created, and among those that users were added to. */
  place: number
}

const names = [
  'Night Owls',
  'night',
  '夜猫子直播',
  'ＮＩＧＨＴ',
  'straße',
  'Ночь',
  '直播',
  'a_b%c',
  '🦉 owls',
]
const parts = ['night', 'OWLS', '直', '直播', 'ночь', 'ｏｗｌｓ', '%', '_', '🦉', 'e']
const people = ['alice', 'bob', 'carol']
const known: Known[] = []

beforeAll(async () => {
  for (let place = 0; place < 36; place++) {
    const owner = people[place % 2] as string
    const members = people.filter((name, nth) => name !== owner && (place + nth) % 3 === 0)
    const name = names[(place * 7) % names.length] as string
    const custom = place % 4 === 0 ? `{"Kind":${place % 3}}` : ''
    const id = await app.room({ name, owner, custom, ...(members.length > 0 && { members }) })
    known.push({ id, name, owner, members: [owner, ...members], custom, created: 0, place })
  }
  for (const room of known)
    room.created = (await app.call('GET', `/chatrooms/${room.id}`)).body.data.created as number
})

type Query = Record<string, string>

const fold = (text: string) => text.normalize('NFKC').toLowerCase()

/** What the reference of the test says: every condition by itself. */
const meets = (room: Known, query: Query): boolean =>
  (query.owner === undefined || room.owner === query.owner) &&
  (query.member === undefined || room.members.includes(query.member)) &&
  (query.name === undefined || fold(room.name).includes(fold(query.name))) &&
  (query.custom === undefined || room.custom.includes(query.custom)) &&
  (query.created_after === undefined || room.created > Number(query.created_after)) &&
  (query.created_before === undefined || room.created < Number(query.created_before)) &&
  (query.members_min === undefined || room.members.length >= Number(query.members_min)) &&
  (query.members_max === undefined || room.members.length <= Number(query.members_max))

const compare = (a: string | number, b: string | number): number => {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(String(b)))
  return a - Number(b)
}

/** Nothing has happened in these rooms since they were created: `activity` and `joined` are their order, too. */
const keyOf = (room: Known, sort: string): string | number => {
  if (sort === 'members') return room.members.length
  return sort === 'name' ? room.name : room.place
}

function expectedOf(query: Query, usual: string): string[] {
  const sort = query.sort ?? usual
  const sign = (query.direction ?? (sort === 'name' ? 'asc' : 'desc')) === 'asc' ? 1 : -1
  return known
    .filter((room) => meets(room, query))
    .sort((a, b) => sign * (compare(keyOf(a, sort), keyOf(b, sort)) || compare(a.id, b.id)))
    .map(({ id }) => id)
}

/** Every page of a list. */
async function walk(
  path: string,
  query: Query,
  limit: number,
  between?: (page: number) => Promise<unknown>,
): Promise<{ ids: string[]; totals: (number | undefined)[] }> {
  const ids: string[] = []
  const totals: (number | undefined)[] = []
  let cursor: string | undefined
  for (let page = 0; page < 1000; page++) {
    const asked = new URLSearchParams({ ...query, limit: String(limit), ...(cursor && { cursor }) })
    const { status, body } = await app.call('GET', `${path}?${asked}`)
    expect([status, body.count]).toEqual([200, body.data?.length])
    ids.push(...body.data.map(({ id }: { id: string }) => id))
    totals.push(body.total)
    cursor = body.cursor
    if (cursor === undefined) return { ids, totals }
    await between?.(page)
  }
  throw new Error('the list does not end')
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
const moment = fc.nat(35).map((place) => () => String((known[place] as Known).created))
const count = fc.integer({ min: 0, max: 4 }).map(String)
const asked = fc.record({
  owner: optional(fc.constantFrom('alice', 'BOB', 'nobody')),
  member: optional(fc.constantFrom(...people)),
  name: optional(fc.constantFrom(...parts)),
  custom: optional(fc.constantFrom('"Kind":1', '"kind"', '{')),
  created_after: optional(moment),
  created_before: optional(moment),
  members_min: optional(count),
  members_max: optional(count),
  sort: optional(fc.constantFrom('created', 'members', 'activity', 'name')),
  direction: optional(fc.constantFrom('asc', 'desc')),
  total: optional(fc.constantFrom('true', 'false')),
})

const queryOf = (given: Record<string, string | (() => string) | undefined>): Query =>
  Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === 'string' ? value : value()]],
    ),
  )

const folded = (query: Query): Query => ({
  ...query,
  ...(query.owner && { owner: query.owner.toLowerCase() }),
})

test('14.1 every list is what a filter by hand finds, in its order, on pages of any size', async () => {
  const rooms = fc.asyncProperty(asked, fc.integer({ min: 1, max: 12 }), async (given, limit) => {
    const query: Query = { sort: 'created', ...queryOf(given) }
    const { ids, totals } = await walk('/chatrooms', query, limit)
    const expected = expectedOf(folded(query), 'created')
    expect(ids).toEqual(expected)
    const total = query.total === 'true' ? expected.length : undefined
    expect(totals).toEqual(totals.map(() => total))
  })
  await fc.assert(rooms, { numRuns: runs })

  const joined = fc.asyncProperty(asked, fc.integer({ min: 1, max: 12 }), async (given, limit) => {
    const { member = 'carol', ...query } = queryOf(given)
    const { ids } = await walk(`/users/${member}/joined_chatrooms`, query, limit)
    expect(ids).toEqual(expectedOf({ ...folded(query), member }, 'joined'))
  })
  await fc.assert(joined, { numRuns: Math.ceil(runs / 3) })
}, 120_000)

describe('14.1 while rooms come and go', () => {
  for (const sort of ['created', 'members', 'activity', 'name', 'owner', 'part of the name']) {
    test(`those that stay are listed once each, by ${sort}`, async () => {
      const lively = await server.app(`acme#lively-${sort.replaceAll(' ', '-')}`)
      await lively.register('alice')
      const make = (n: number) => lively.room({ name: `room ${n}`, owner: 'alice' })
      const stay = new Set(await Promise.all(Array.from({ length: 20 }, (_, n) => make(n))))
      const go = await Promise.all(Array.from({ length: 10 }, (_, n) => make(n)))
      const query: Query =
        sort === 'owner'
          ? { owner: 'alice' }
          : sort === 'part of the name'
            ? { name: 'ROOM' }
            : { sort, direction: 'asc' }
      const before = app
      app = lively
      const { ids } = await walk('/chatrooms', query, 3, async (page) => {
        const gone = go.pop()
        if (gone !== undefined) await lively.call('DELETE', `/chatrooms/${gone}`)
        if (page < 8) await make(page * 3)
      }).finally(() => {
        app = before
      })
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.filter((id) => stay.has(id)).length).toBe(stay.size)
    })
  }
})

describe('14.1 what is asked for', () => {
  const expectRefused = ({ status, body }: Reply, code: number, said: object) =>
    expect([status, body]).toEqual([code, expect.objectContaining(said)])

  test('is refused where it is empty, no number or no order', async () => {
    const bad = ['owner=', 'name=%E2%80%8B', 'created_after=x', 'members_min=-1', 'sort=size', 'sort=joined']
    for (const query of [...bad, 'direction=up', 'total=yes', 'custom='])
      expectRefused(
        await app.call('GET', `/chatrooms?${query}`),
        400,
        refusal('invalid_parameter', `${query.split('=')[0]} is not valid`),
      )
    expect((await app.call('GET', '/chatrooms?members_min=999999999999')).body.count).toBe(0)
    expect((await app.call('GET', '/chatrooms?created_before=999999999999999&limit=1')).body.count).toBe(1)
  })

  test('is refused with the cursor of another question', async () => {
    const { body } = await app.call('GET', '/chatrooms?owner=alice&limit=1')
    const reply = await app.call('GET', `/chatrooms?owner=bob&limit=1&cursor=${body.cursor}`)
    expectRefused(reply, 400, refusal('invalid_parameter', 'cursor was not issued by this list'))
  })

  test('shows users no rooms that others have joined', async () => {
    const bob = await asUser(app, 'bob')
    expect((await bob('GET', '/chatrooms?member=bob')).status).toBe(200)
    const reply = await bob('GET', '/chatrooms?member=alice')
    expectRefused(reply, 401, refusal('group_authorization', 'you have no permission to do this.'))
  })

  test('keeps the form of the joined rooms, and a missing user is missing', async () => {
    const { body } = await app.call(
      'GET',
      '/users/bob/joined_chatrooms?detail=true&sort=name&limit=1&total=true',
    )
    expect([body.data[0].owner, body.total > 1]).toEqual([expect.stringMatching(/^acme#lounge_/), true])
    expect((await app.call('GET', '/users/nobody/joined_chatrooms?sort=name')).status).toBe(404)
  })
})

describe('14.1 among more rooms than are searched for one call', () => {
  const many = limits.roomsSearched.value + 1
  let large: TestApp
  beforeAll(async () => {
    large = await server.app('acme#large')
    await large.register('alice', 'bob')
    await storeRooms(server, large, { prefix: 'a', count: many - 1, owner: 'alice' })
  })

  test('what has no index is searched up to the limit, then refused; an index has no limit', async () => {
    const searched = [
      'sort=members',
      'sort=name',
      'name=ROOM%2077',
      'custom=x',
      'members_min=1',
      'total=true',
    ]
    for (const query of searched) expect((await large.call('GET', `/chatrooms?${query}`)).status).toBe(200)
    const { body } = await large.call('GET', '/chatrooms?name=ROOM%20777&total=true&limit=1')
    expect(body.total).toBe(11)
    const one = await large.room({ owner: 'bob' })
    for (const query of searched)
      expect(await large.call('GET', `/chatrooms?${query}`)).toEqual(
        expect.objectContaining({
          status: 403,
          body: expect.objectContaining(
            refusal(
              'exceed_limit',
              `more than ${many - 1} chat rooms would have to be searched; narrow them by owner, member, created_after or created_before`,
            ),
          ),
        }),
      )
    for (const query of ['owner=alice', 'member=alice&sort=joined', 'sort=activity', 'created_after=1'])
      expect((await large.call('GET', `/chatrooms?${query}`)).body.count).toBe(10)
    // A quota has counted all of them.
    await large.set({ rooms: 1_000_000 })
    expect((await large.call('GET', '/chatrooms?total=true')).body).toMatchObject({ count: 10, total: many })
    expect((await large.call('GET', '/chatrooms?total=true&sort=name')).status).toBe(403)
    await large.set({ rooms: null })
    // Narrowed, the same is searched again.
    const { body: narrowed } = await large.call(
      'GET',
      '/chatrooms?owner=bob&sort=members&name=ROOM&total=true',
    )
    expect([narrowed.data[0].id, narrowed.total]).toEqual([one, 1])
  })
})

test('14.1 a join, a message or a change makes a room the latest by activity, also after a restart', async () => {
  const { dir, remove } = aDirectory()
  const database = await aDatabase()
  const config = readConfig({ data_dir: dir, port: '0', database_url: database?.url ?? '' }, {}, '')
  const start = async () => {
    const { url, admin, stop } = await startChatroomd(config, pino({ level: 'silent' }))
    const token = await admin.issueToken('acme#lounge', 3600).catch(async () => {
      await admin.createApp({ key: 'acme#lounge' })
      return admin.issueToken('acme#lounge', 3600)
    })
    const call = async (method: string, path: string, body?: unknown) =>
      (await request(method, `${url}/acme/lounge${path}`, body, { authorization: `Bearer ${token}` })).body
    return { call, stop }
  }
  const first = await start()
  await first.call('POST', '/users', [{ username: 'alice' }, { username: 'bob' }])
  const make = async (name: string) =>
    (await first.call('POST', '/chatrooms', { name, description: 'd', owner: 'alice' })).data.id as string
  const [joined, spoken, changed, quiet] = [
    await make('j'),
    await make('s'),
    await make('c'),
    await make('q'),
  ]
  await first.call('POST', `/chatrooms/${joined}/users/bob`)
  const message = { from: 'alice', to: [spoken], type: 'txt', body: { msg: 'hello' } }
  await first.call('POST', '/messages/chatrooms', message)
  await first.call('POST', `/chatrooms/${changed}/announcement`, { announcement: 'soon' })
  await first.stop(1000)

  const second = await start()
  const list = await second.call('GET', '/chatrooms?sort=activity')
  const ids: string[] = list.data.map(({ id }: { id: string }) => id)
  expect(ids.at(-1)).toBe(quiet)
  expect(new Set(ids.slice(0, 3))).toEqual(new Set([joined, spoken, changed]))
  await second.stop(1000)
  await database?.remove()
  remove()
})
