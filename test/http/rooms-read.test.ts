import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { aRoomId, expectRefusal, expectSuccess, expectUnauthorized } from '../support/bodies.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
/** Twelve rooms of alice, the newest first; bob is in the newest. */
const ids: string[] = []

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol')
  for (let n = 1; n <= 12; n++)
    ids.unshift(await app.room({ name: `room ${n}`, owner: 'alice', ...(n === 12 && { members: ['bob'] }) }))
})
afterAll(() => server.stop())

const idsOf = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id)

describe('listing the rooms of an app', () => {
  const row = (id: string, place: number) => ({
    id,
    name: `room ${12 - place}`,
    owner: 'alice',
    affiliations_count: place === 0 ? 2 : 1,
    disabled: false,
  })

  test('without parameters the first 10 rooms come, newest first, with a cursor for the rest', async () => {
    const data = ids.slice(0, 10).map(row)
    expectSuccess(await app.call('GET', '/chatrooms'), app, 'get', '/chatrooms', {
      data,
      count: 10,
      cursor: expect.any(String),
    })
  })

  test('limit bounds a page, and the cursor leads to the rest until there is none', async () => {
    const first = await app.call('GET', '/chatrooms?limit=5')
    expectSuccess(first, app, 'get', '/chatrooms', {
      params: { limit: ['5'] },
      data: ids.slice(0, 5).map(row),
      count: 5,
      cursor: expect.any(String),
    })
    const last = await app.call('GET', `/chatrooms?limit=7&cursor=${first.body.cursor}`)
    expectSuccess(last, app, 'get', '/chatrooms', {
      params: { limit: ['7'], cursor: [first.body.cursor] },
      data: ids.slice(5).map((id, place) => row(id, place + 5)),
      count: 7,
    })
  })

  test('a cursor without a limit goes on with 10 rooms', async () => {
    const { body } = await app.call('GET', '/chatrooms?limit=1')
    const rest = await app.call('GET', `/chatrooms?cursor=${body.cursor}`)
    expect([idsOf(rest.body), rest.body.cursor]).toEqual([ids.slice(1, 11), expect.any(String)])
  })

  test('a limit above 1000 is 1000, not an error', async () => {
    const big = await server.app('acme#big')
    await big.register('alice')
    await Promise.all(Array.from({ length: 1001 }, () => big.room({ owner: 'alice' })))
    for (const limit of ['1000', '1001', '99999999999999999999']) {
      const { status, body } = await big.call('GET', `/chatrooms?limit=${limit}`)
      expect([status, body.count, body.data.length, body.cursor]).toEqual([
        200,
        1000,
        1000,
        expect.any(String),
      ])
    }
  })

  for (const limit of ['0', '-1', 'ten', '', '1.5', '1e2', '%20', '+1']) {
    test(`limit "${limit}" is refused`, async () => {
      const reply = await app.call('GET', `/chatrooms?limit=${limit}`)
      expectRefusal(reply, 400, 'invalid_parameter', 'limit must be a whole number of at least 1')
    })
  }

  for (const cursor of ['', 'undefined', 'null']) {
    test(`cursor "${cursor}" is the start of the list`, async () => {
      const { body } = await app.call('GET', `/chatrooms?limit=3&cursor=${cursor}`)
      expect(idsOf(body)).toEqual(ids.slice(0, 3))
    })
  }

  test('a cursor that this list did not issue is refused', async () => {
    const other = (await app.call('GET', '/users?limit=1')).body.cursor
    const own = (await app.call('GET', '/chatrooms?limit=1')).body.cursor
    for (const cursor of [other, 'x', '0', '%00', `${own.slice(0, -4)}AAAA`, own.slice(4), 'A'.repeat(4096)])
      expectRefusal(
        await app.call('GET', `/chatrooms?cursor=${cursor}`),
        400,
        'invalid_parameter',
        'cursor was not issued by this list',
      )
  })

  test('rooms created or dissolved between two pages make no page repeat or skip one', async () => {
    const lively = await server.app('acme#lively')
    await lively.register('alice')
    const before: string[] = []
    for (let n = 0; n < 9; n++) before.unshift(await lively.room({ owner: 'alice' }))
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await lively.call('GET', `/chatrooms?limit=2&cursor=${cursor}`)
      seen.push(...idsOf(body))
      cursor = body.cursor
      await lively.room({ owner: 'alice' })
      await lively.call('DELETE', `/chatrooms/${seen.at(-1)}`)
    } while (cursor)
    expect(seen).toEqual(before)
  })

  test('the older pagenum and pagesize work, by default page 1 of 20', async () => {
    const reply = await app.call('GET', '/chatrooms?pagenum=2&pagesize=5&_v=1')
    expectSuccess(reply, app, 'get', '/chatrooms', {
      params: { pagenum: ['2'], pagesize: ['5'], _v: ['1'] },
      data: ids.slice(5, 10).map((id, place) => row(id, place + 5)),
      count: 5,
    })
    const lengths: Record<string, number> = {
      'pagenum=1': 12,
      'pagesize=5': 5,
      'pagenum=0&pagesize=5': 5,
      'pagenum=-1&pagesize=0': 12,
      'pagesize=-1': 12,
      'pagesize=2000': 12,
      'pagenum=x&pagesize=y': 12,
      'pagenum=999999999&pagesize=1000': 0,
      'pagenum=1&pagesize=5&limit=3': 3,
      'pagenum=1&pagesize=5&cursor=': 10,
    }
    for (const [query, length] of Object.entries(lengths)) {
      const { status, body } = await app.call('GET', `/chatrooms?${query}`)
      expect([query, status, body.data?.length]).toEqual([query, 200, length])
    }
  })

  test('unknown query parameters are ignored and echoed, each with all of its values', async () => {
    const { body } = await app.call('GET', '/chatrooms?limit=1&limit=x&resource=web&__proto__=1&%zz=%ff')
    expect(JSON.stringify(body.params)).toBe(
      '{"limit":["1","x"],"resource":["web"],"__proto__":["1"],"%zz":["\ufffd"]}',
    )
    expect(body.count).toBe(1)
  })
})

describe('listing the rooms that a user has joined', () => {
  const path = '/users/bob/joined_chatrooms'
  const joined: string[] = []

  beforeAll(async () => {
    joined.push(ids[0] as string)
    for (let n = 1; n <= 3; n++) joined.unshift(await app.room({ name: `with bob ${n}`, owner: 'bob' }))
  })

  test('the most recently joined come first, whether owned or not', async () => {
    const names = ['with bob 3', 'with bob 2', 'with bob 1', 'room 12']
    expectSuccess(await app.call('GET', path), app, 'get', path, {
      data: joined.map((id, place) => ({ id, name: names[place], disabled: 'false' })),
      count: 4,
    })
  })

  test('pagenum and pagesize page through them and are echoed', async () => {
    expectSuccess(await app.call('GET', `${path}?pagenum=2&pagesize=3`), app, 'get', path, {
      params: { pagenum: ['2'], pagesize: ['3'] },
      data: [{ id: joined[3], name: 'room 12', disabled: 'false' }],
      count: 1,
    })
    for (const [query, count] of [
      ['pagenum=1', 4],
      ['pagesize=2', 2],
      ['pagenum=0&pagesize=-5', 4],
      ['pagenum=9', 0],
    ])
      expect((await app.call('GET', `${path}?${query}`)).body.count).toBe(count)
  })

  test('without paging 500 come, with it 1000 by default and at most', async () => {
    const big = await server.app('acme#joiner')
    await big.register('alice', 'bob')
    await Promise.all(
      Array.from({ length: 1001 }, () => big.room({ owner: 'alice', members: ['bob'], maxusers: 2 })),
    )
    const newest = (await big.call('GET', '/chatrooms?limit=1000')).body
    for (const [query, count] of [
      ['', 500],
      ['?limit=3', 500],
      ['?pagenum=1', 1000],
      ['?pagesize=1001', 1000],
      ['?pagenum=2&pagesize=1000', 1],
    ] as const) {
      const { body } = await big.call('GET', path + query)
      expect([query, body.count, body.data.length]).toEqual([query, count, count])
      if (count > 1) expect(idsOf(body)).toEqual(idsOf(newest).slice(0, count))
    }
  })

  test('a user who is in no room has an empty list; the user id is compared in lower case', async () => {
    const nowhere = '/users/CAROL/joined_chatrooms'
    expectSuccess(await app.call('GET', nowhere), app, 'get', nowhere, { data: [], count: 0 })
  })

  test('an unknown user is refused', async () => {
    const reply = await app.call('GET', '/users/nobody/joined_chatrooms')
    expectRefusal(reply, 404, 'resource_not_found', "username nobody doesn't exist!")
  })
})

describe('details of rooms', () => {
  const details = (id: string, n: number) => ({
    id,
    name: `room ${n}`,
    description: 'for a test',
    membersonly: false,
    allowinvites: false,
    maxusers: 1000,
    owner: 'alice',
    created: expect.any(Number),
    custom: '',
    mute: false,
    affiliations_count: n === 12 ? 2 : 1,
    affiliations: n === 12 ? [{ member: 'bob' }, { owner: 'alice' }] : [{ owner: 'alice' }],
    public: true,
  })

  test('of one room: the object that the reference shows, every field of it', async () => {
    const path = `/chatrooms/${ids[0]}`
    const data = expectSuccess(await app.call('GET', path), app, 'get', path, {
      data: details(ids[0] as string, 12),
    })
    expect(Math.abs(data.created - Date.now())).toBeLessThan(600_000)
  })

  test('of several rooms: an array in the order of the request, commas encoded or not, each room once', async () => {
    const data = [details(ids[2] as string, 10), details(ids[0] as string, 12)]
    for (const comma of [',', '%2C', '%2c', ',,']) {
      const path = `/chatrooms/${[ids[2], ids[0], ids[2]].join(comma)}`
      expectSuccess(await app.call('GET', path), app, 'get', path, { data, count: 2 })
    }
  })

  test('an unknown id among known ones has an error in its place', async () => {
    const path = `/chatrooms/1,${ids[11]}`
    expectSuccess(await app.call('GET', path), app, 'get', path, {
      data: [{ id: '1', error: "group id doesn't exist" }, details(ids[11] as string, 1)],
      count: 2,
    })
  })

  test('an app in the sdk dialect has an array for one room, too', async () => {
    const sdk = await server.app('acme#sdk', { dialect: 'sdk' })
    await sdk.register('alice')
    const id = await sdk.room({ name: 'room 1', owner: 'alice', members: [] })
    const path = `/chatrooms/${id}`
    expectSuccess(await sdk.call('GET', path), sdk, 'get', path, { data: [details(id, 1)], count: 1 })
  })

  test('100 ids are served, 101 are refused; repeats do not count', async () => {
    const many = Array.from({ length: 99 }, (_, n) => `${n}`)
    const reply = await app.call('GET', `/chatrooms/${[...many, ids[0], ids[0], '0'].join()}`)
    expect([reply.status, reply.body.count]).toEqual([200, 100])
    expectRefusal(
      await app.call('GET', `/chatrooms/${[...many, ids[0], 'x'].join()}`),
      400,
      'invalid_parameter',
      'at most 100 chatroom ids can be queried at once',
    )
  })

  for (const [segment, named] of [
    ['1', '1'],
    ['1,2', '1,2'],
    ['%2F', '/'],
    ['a%2Fb', 'a/b'],
    ['%25', '%'],
    ['%22', '"'],
    [',', ','],
    ['__proto__', '__proto__'],
    ['%F0%9F%98%80', '😀'],
  ] as const) {
    test(`no known room in "${segment}" is refused with the requested ids`, async () => {
      const reply = await app.call('GET', `/chatrooms/${segment}`)
      expectRefusal(reply, 404, 'service_resource_not_found', `do not find this group:${named}`)
    })
  }
})

test('every read refuses a call without a good token', async () => {
  for (const path of ['/chatrooms', '/users/bob/joined_chatrooms', `/chatrooms/${ids[0]}`, '/chatrooms/1'])
    for (const authorization of ['', 'Bearer nonsense', app.token, `Basic ${app.token}`])
      expectUnauthorized(await app.call('GET', path, undefined, { authorization }))
})

test('a room id is a number of 15 or 16 digits below 2^53, a later one larger', async () => {
  expect(ids).toEqual(ids.map(() => aRoomId))
  expect(ids.map(Number)).toEqual(ids.map(Number).toSorted((a, b) => b - a))
  expect(Number(ids[0])).toBeLessThan(2 ** 53)
})

test('details of many large rooms come whole and in order, however long they are together', async () => {
  const crowd = await server.app('acme#crowd')
  const usernames = Array.from({ length: 700 }, (_, place) => `member-${String(place).padStart(3, '0')}`)
  for (let from = 0; from < usernames.length; from += 50)
    await crowd.register(...usernames.slice(from, from + 50))
  await crowd.register('alice')
  const asked: string[] = []
  for (let place = 0; place < 30; place++) {
    const members = usernames.slice(0, place % 3 === 0 ? 1 : 700 - place)
    asked.push(await crowd.room({ name: `room ${place}`, owner: 'alice', maxusers: 1000, members }))
  }
  asked.splice(20, 0, '404')
  const { body } = await crowd.call('GET', `/chatrooms/${asked.join(',')}`)
  expect(body).toMatchObject({ action: 'get', count: 31, properties: {}, duration: expect.any(Number) })
  expect(JSON.stringify(body).length).toBeGreaterThan(300_000)
  expect(idsOf(body)).toEqual(asked)
  expect(body.data[20]).toEqual({ id: '404', error: "group id doesn't exist" })
  const rooms = body.data.filter(({ id }: { id: string }) => id !== '404')
  for (const [place, room] of rooms.entries()) {
    const members = usernames.slice(0, place % 3 === 0 ? 1 : 700 - place)
    expect(room.affiliations.pop()).toEqual({ owner: 'alice' })
    expect(room.affiliations.map(({ member }: { member: string }) => member).sort()).toEqual(members)
    expect(room).toMatchObject({ name: `room ${place}`, affiliations_count: members.length + 1 })
  }
})
