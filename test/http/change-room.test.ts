import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { expectRefusal, expectSuccess, expectUnauthorized } from '../support/bodies.ts'
import { detailsOf, draft, everyRoom, refuses } from '../support/rooms.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
let sdk: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  sdk = await server.app('acme#sdk', { dialect: 'sdk' })
  await app.register('alice', 'bob', 'carol')
  await sdk.register('alice', 'bob', 'carol')
})
afterAll(() => server.stop())

describe('changing, transferring and dissolving a room', () => {
  let id: string
  let path: string
  beforeEach(async () => {
    id = await app.room({ ...draft, members: ['bob'], maxusers: 300 })
    path = `/chatrooms/${id}`
  })
  const put = (body: unknown) => app.call('PUT', path, body)

  for (const [title, body, data, kept] of [
    [
      'all three fields are changed, and the flag of the name is called groupname',
      { name: 'early birds', description: 'first light', maxusers: 2 },
      { groupname: true, description: true, maxusers: true },
      { name: 'early birds', description: 'first light', maxusers: 2 },
    ],
    [
      'the name alone',
      { name: '' },
      { groupname: true },
      { name: '', description: 'late talk', maxusers: 300 },
    ],
    ['the name as groupname', { groupname: 'g' }, { groupname: true }, { name: 'g' }],
    ['the name by both of its names', { name: 'g', groupname: 'g' }, { groupname: true }, { name: 'g' }],
    [
      'the description alone',
      { description: '/' },
      { description: true },
      { name: 'night owls', description: '/' },
    ],
    ['the ceiling alone, up to 10,000', { maxusers: 10_000 }, { maxusers: true }, { maxusers: 10_000 }],
    ['to what it is already', { name: 'night owls' }, { groupname: true }, { name: 'night owls' }],
  ] as const) {
    test(`changes ${title}`, async () => {
      const before = await detailsOf(app, id)
      expectSuccess(await put(body), app, 'put', path, { data })
      expect(await detailsOf(app, id)).toEqual({ ...before, ...kept })
    })
  }

  refuses(
    [
      [
        'a name of 129 characters',
        { name: 'x'.repeat(129) },
        403,
        'exceed_limit',
        'title cannot exceed to 128',
      ],
      [
        'a groupname of 129 characters',
        { groupname: 'x'.repeat(129) },
        403,
        'exceed_limit',
        'title cannot exceed to 128',
      ],
      [
        'a description of 513 characters',
        { description: 'x'.repeat(513) },
        403,
        'exceed_limit',
        'desc cannot exceed to 512',
      ],
      ['maxusers 10,001', { maxusers: 10_001 }, 403, 'exceed_limit', 'maxUsers cannot exceed 10000'],
      [
        'one good and one bad field, whole',
        { name: 'new', maxusers: 10_001 },
        403,
        'exceed_limit',
        'maxUsers cannot exceed 10000',
      ],
      [
        'maxusers below the members',
        { maxusers: 1 },
        403,
        'forbidden_op',
        'current user count is larger than the maxUsers that you want to update !',
      ],
      ['maxusers 0', { maxusers: 0 }, 400, 'invalid_parameter', 'maxusers must be an integer of at least 1'],
      ['maxusers as text', { maxusers: '5' }, 400, 'invalid_parameter', 'maxusers must be an integer'],
      [
        'a name that is null',
        { name: null },
        400,
        'invalid_parameter',
        'at least one of name, description, maxusers must be provided',
      ],
      [
        'a field that cannot be changed',
        { chatroom_id: '1' },
        400,
        'invalid_parameter',
        'some of [chatroom_id] are not valid fields',
      ],
      [
        'several such fields',
        { owner: 'bob', name: 'x', mute: true },
        400,
        'invalid_parameter',
        'some of [owner,mute] are not valid fields',
      ],
      [
        'custom and need_verify',
        { custom: '', need_verify: false },
        400,
        'invalid_parameter',
        'some of [custom,need_verify] are not valid fields',
      ],
      [
        '__proto__',
        '{"__proto__":{"name":"x"}}',
        400,
        'invalid_parameter',
        'some of [__proto__] are not valid fields',
      ],
      [
        'constructor',
        { constructor: 1 },
        400,
        'invalid_parameter',
        'some of [constructor] are not valid fields',
      ],
      [
        'two different names',
        { name: 'a', groupname: 'b' },
        400,
        'invalid_parameter',
        'name and groupname are the same field, but differ',
      ],
      [
        'no field at all',
        {},
        400,
        'invalid_parameter',
        'at least one of name, description, maxusers must be provided',
      ],
      [
        'no body',
        undefined,
        400,
        'invalid_parameter',
        'at least one of name, description, maxusers must be provided',
      ],
      [
        'a transfer with other fields',
        { newowner: 'bob', name: 'x' },
        400,
        'invalid_parameter',
        'some of [newowner] are not valid fields',
      ],
      [
        'a transfer to nobody who is registered',
        { newowner: 'nobody' },
        404,
        'resource_not_found',
        "username nobody doesn't exist!",
      ],
      [
        'a transfer to the owner',
        { newowner: 'ALICE' },
        403,
        'forbidden_op',
        'new owner and old owner are the same',
      ],
      [
        'a transfer to a value that is no text',
        { newowner: true },
        400,
        'invalid_parameter',
        'newowner must be a string',
      ],
    ],
    () => app,
    (body) => put(body),
  )

  test('refuses a transfer to a registered user who is not a member', async () => {
    const text = `user: carol doesn't exist in group: ${id}`
    expectRefusal(await put({ newowner: 'carol' }), 403, 'forbidden_op', text)
    expect((await detailsOf(app, id)).owner).toBe('alice')
  })

  test('a transfer makes a member the owner, and the owner a member', async () => {
    const before = await detailsOf(app, id)
    expectSuccess(await put({ newowner: 'Bob' }), app, 'put', path, { data: { newowner: true } })
    const affiliations = [{ member: 'alice' }, { owner: 'bob' }]
    expect(await detailsOf(app, id)).toEqual({ ...before, owner: 'bob', affiliations })
    expect((await put({ newowner: 'alice' })).body.data).toEqual({ newowner: true })
    expect(await detailsOf(app, id)).toEqual(before)
  })

  test('in the sdk dialect a user who is not a member takes the room over, if there is space', async () => {
    const room = await sdk.room({ ...draft, maxusers: 2 })
    const transfer = (newowner: string) => sdk.call('PUT', `/chatrooms/${room}`, { newowner })
    expect((await transfer('bob')).body.data).toEqual({ newowner: true })
    const full = 'members size is greater than max user size !'
    expectRefusal(await transfer('carol'), 403, 'exceed_limit', full)
    expect(await detailsOf(sdk, room)).toMatchObject({
      owner: 'bob',
      affiliations_count: 2,
      affiliations: [{ member: 'alice' }, { owner: 'bob' }],
    })
  })

  test('in the sdk dialect custom is stored, and need_verify and null fields are ignored', async () => {
    const room = await sdk.room(draft)
    const change = (body: unknown) => sdk.call('PUT', `/chatrooms/${room}`, body)
    const reply = await change({ custom: 'tag', maxusers: 9, name: null, need_verify: true })
    expectSuccess(reply, sdk, 'put', `/chatrooms/${room}`, { data: { maxusers: true, custom: true } })
    expect(await detailsOf(sdk, room)).toMatchObject({ custom: 'tag', maxusers: 9, name: 'night owls' })
    expectRefusal(
      await change({ custom: 'x'.repeat(8193) }),
      403,
      'exceed_limit',
      'custom cannot exceed to 8192',
    )
    expectRefusal(await change({ foo: 1 }), 400, 'invalid_parameter', 'some of [foo] are not valid fields')
  })

  test('a dissolved room is gone from every list, and dissolving it again is refused', async () => {
    expectSuccess(await app.call('DELETE', path), app, 'delete', path, { data: { success: true, id } })
    expectRefusal(
      await app.call('GET', path),
      404,
      'service_resource_not_found',
      `do not find this group:${id}`,
    )
    expectRefusal(await app.call('DELETE', path), 404, 'resource_not_found', `grpID ${id} does not exist!`)
    for (const list of ['/chatrooms?limit=1000', '/users/bob/joined_chatrooms']) {
      const { body } = await app.call('GET', list)
      expect(body.data.map((room: { id: string }) => room.id)).not.toContain(id)
    }
  })

  for (const [segment, named] of [
    ['1', '1'],
    ['a%2Fb', 'a/b'],
    ['%25', '%'],
    ['1,2', '1,2'],
    ['__proto__', '__proto__'],
  ] as const)
    test(`an unknown room "${segment}" is refused by change, transfer and dissolve`, async () => {
      const unknown = `/chatrooms/${segment}`
      for (const call of [
        app.call('PUT', unknown, { name: 'x' }),
        app.call('PUT', unknown, { newowner: 'nobody' }),
        app.call('DELETE', unknown),
      ])
        expectRefusal(await call, 404, 'resource_not_found', `grpID ${named} does not exist!`)
    })

  test('every write refuses a call without a good token, whatever its body, and stores nothing', async () => {
    const before = await everyRoom(app)
    for (const [method, to, body] of [
      ['POST', '/chatrooms', draft],
      ['POST', '/chatrooms', '{'],
      ['POST', '/chatrooms', 'x'.repeat(1024 * 1024 + 1)],
      ['PUT', path, { name: 'x' }],
      ['PUT', path, { newowner: 'bob' }],
      ['PUT', '/chatrooms/1', []],
      ['DELETE', path, undefined],
    ] as const)
      expectUnauthorized(await app.call(method, to, body, { authorization: 'Bearer nonsense' }))
    expect(await everyRoom(app)).toEqual(before)
  })
})
