import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { aRoomId, expectRefusal, expectSuccess } from '../support/bodies.ts'
import { detailsOf, draft, type Refused, refuses } from '../support/rooms.ts'
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

describe('creating a room', () => {
  const create = (body: unknown) => app.call('POST', '/chatrooms', body)

  test('returns its id, and stores every field', async () => {
    const reply = await create({ ...draft, maxusers: 300, members: ['bob', 'carol'], custom: '{"vip":true}' })
    const { id } = expectSuccess(reply, app, 'post', '/chatrooms', { data: { id: aRoomId } })
    const details = await detailsOf(app, id)
    expect(details).toEqual({
      id,
      ...draft,
      membersonly: false,
      allowinvites: false,
      maxusers: 300,
      created: expect.any(Number),
      custom: '{"vip":true}',
      mute: false,
      affiliations_count: 3,
      affiliations: expect.arrayContaining([{ owner: 'alice' }, { member: 'bob' }, { member: 'carol' }]),
      public: true,
    })
    expect(details.affiliations).toHaveLength(3)
  })

  for (const [title, extra, kept] of [
    ['maxusers is 1000 when left out', {}, { maxusers: 1000, custom: '', affiliations_count: 1 }],
    ['maxusers 1 holds the owner alone', { maxusers: 1 }, { maxusers: 1, affiliations_count: 1 }],
    ['maxusers can be 10,000', { maxusers: 10_000 }, { maxusers: 10_000 }],
    ['a whole number is whole however it is written', '{"maxusers":3e2}', { maxusers: 300 }],
    ['a name of 128 characters fits', { name: '😀'.repeat(128) }, { name: '😀'.repeat(128) }],
    [
      'a description of 512 characters fits',
      { description: '室'.repeat(512) },
      { description: '室'.repeat(512) },
    ],
    ['custom of 8192 bytes fits', { custom: `${'室'.repeat(2730)}ab` }, { custom: `${'室'.repeat(2730)}ab` }],
    [
      'name and description may be empty or hold "/"',
      { name: '', description: 'a/b' },
      { name: '', description: 'a/b' },
    ],
    [
      'texts come back as they were sent',
      { name: ' "\\\u2028\t<&>%00\u007f ' },
      { name: ' "\\\u2028\t<&>%00\u007f ' },
    ],
    [
      'the owner among the members, and repeats, are dropped',
      { members: ['bob', 'alice', 'BOB'], maxusers: 2 },
      { affiliations_count: 2, affiliations: [{ member: 'bob' }, { owner: 'alice' }] },
    ],
    ['user ids are kept in lower case', { owner: 'Alice' }, { owner: 'alice' }],
    [
      'fields that server SDKs always send are ignored',
      { scale: 'large', need_verify: true, constructor: 1, id: '1', created: 1, mute: true },
      { maxusers: 1000, mute: false },
    ],
    [
      'a __proto__ field is ignored',
      '{"__proto__":{"custom":"x","maxusers":2}}',
      { custom: '', maxusers: 1000 },
    ],
    ['of a repeated field the last counts', '{"name":"first","name":"last"}', { name: 'last' }],
    ['a chosen id is kept', { roomid: `lobby${'1'.repeat(59)}` }, { id: `lobby${'1'.repeat(59)}` }],
  ] as const) {
    test(title, async () => {
      const body =
        typeof extra === 'string'
          ? JSON.stringify(draft).replace('}', `,${extra.slice(1)}`)
          : { ...draft, ...extra }
      const reply = await create(body)
      const { id } = expectSuccess(reply, app, 'post', '/chatrooms', { data: { id: expect.any(String) } })
      expect(await detailsOf(app, id)).toMatchObject(kept)
    })
  }

  const parameter = (title: string, body: unknown, text: string): Refused => [
    title,
    body,
    400,
    'invalid_parameter',
    text,
  ]
  const limit = (title: string, body: unknown, text: string): Refused => [
    title,
    body,
    403,
    'exceed_limit',
    text,
  ]
  const missing = (title: string, body: unknown, name: string): Refused => [
    title,
    body,
    404,
    'resource_not_found',
    `username ${name} doesn't exist!`,
  ]

  refuses(
    [
      parameter('no name', { ...draft, name: undefined }, 'name must be provided'),
      parameter('no description', { ...draft, description: undefined }, 'description must be provided'),
      parameter('no owner', { ...draft, owner: undefined }, 'owner must be provided'),
      parameter('an empty object: the first field of the reference', {}, 'name must be provided'),
      parameter('no body', undefined, 'name must be provided'),
      parameter('a name that is no text', { ...draft, name: 1 }, 'name must be a string'),
      parameter('a name that is null', { ...draft, name: null }, 'name must be provided'),
      parameter(
        'a description that is no text',
        { ...draft, description: [] },
        'description must be a string',
      ),
      parameter('an owner that is no text', { ...draft, owner: ['alice'] }, 'owner must be a string'),
      parameter('a custom that is no text', { ...draft, custom: { a: 1 } }, 'custom must be a string'),
      parameter('a roomid that is no text', { ...draft, roomid: 1 }, 'roomid must be a string'),
      parameter('maxusers as text', { ...draft, maxusers: '300' }, 'maxusers must be an integer'),
      parameter('maxusers with a fraction', { ...draft, maxusers: 1.5 }, 'maxusers must be an integer'),
      parameter('maxusers true', { ...draft, maxusers: true }, 'maxusers must be an integer'),
      parameter(
        'maxusers beyond every number',
        '{"name":"","description":"","owner":"alice","maxusers":1e999}',
        'maxusers must be an integer',
      ),
      parameter('maxusers 0', { ...draft, maxusers: 0 }, 'maxusers must be an integer of at least 1'),
      parameter('maxusers below 0', { ...draft, maxusers: -1 }, 'maxusers must be an integer of at least 1'),
      parameter(
        'members that are no array',
        { ...draft, members: 'bob' },
        'members must be an array of strings',
      ),
      parameter(
        'members that are an object',
        { ...draft, members: { 0: 'bob' } },
        'members must be an array of strings',
      ),
      parameter('a member that is no text', { ...draft, members: ['bob', 7] }, 'members.1 must be a string'),
      parameter(
        'an empty list of members',
        { ...draft, members: [] },
        'members must hold at least one user, or be left out',
      ),
      limit('a name of 129 characters', { ...draft, name: '😀'.repeat(129) }, 'title cannot exceed to 128'),
      limit(
        'a description of 513 characters',
        { ...draft, description: 'x'.repeat(513) },
        'desc cannot exceed to 512',
      ),
      limit('custom of 8193 bytes', { ...draft, custom: '室'.repeat(2731) }, 'custom cannot exceed to 8192'),
      limit('maxusers 10,001', { ...draft, maxusers: 10_001 }, 'maxUsers cannot exceed 10000'),
      limit(
        'more members than maxusers',
        { ...draft, members: ['bob', 'carol'], maxusers: 2 },
        'members size is greater than max user size !',
      ),
      missing('an owner who is not registered', { ...draft, owner: 'nobody' }, 'nobody'),
      missing('an empty owner', { ...draft, owner: '' }, ''),
      missing('a member who is not registered', { ...draft, members: ['bob', 'x/%"', 'nobody'] }, 'x/%"'),
      [
        'a roomid in upper case',
        { ...draft, roomid: 'Lobby' },
        400,
        'illegal_argument',
        'group ID illegal, please check it',
      ],
      [
        'an empty roomid',
        { ...draft, roomid: '' },
        400,
        'illegal_argument',
        'group ID illegal, please check it',
      ],
      [
        'a roomid of 65 characters',
        { ...draft, roomid: 'a'.repeat(65) },
        400,
        'illegal_argument',
        'group ID illegal, please check it',
      ],
    ],
    () => app,
    create,
  )

  test('refuses a chosen id that is taken, also once its room is dissolved', async () => {
    await create({ ...draft, roomid: 'plaza' })
    const again = () => create({ ...draft, roomid: 'plaza', name: 'other' })
    expectRefusal(await again(), 400, 'illegal_argument', 'group ID plaza already exists!')
    expect((await detailsOf(app, 'plaza')).name).toBe('night owls')
    await app.call('DELETE', '/chatrooms/plaza')
    expectRefusal(await again(), 400, 'illegal_argument', 'group ID plaza already exists!')
  })

  test('in the sdk dialect an empty list of members and null fields are as if left out', async () => {
    const { body } = await sdk.call('POST', '/chatrooms', {
      ...draft,
      members: [],
      maxusers: null,
      custom: null,
    })
    expect(await detailsOf(sdk, body.data.id)).toMatchObject({
      affiliations_count: 1,
      maxusers: 1000,
      custom: '',
    })
    const unnamed = await sdk.call('POST', '/chatrooms', { ...draft, name: null })
    expectRefusal(unnamed, 400, 'invalid_parameter', 'name must be provided')
  })

  test('the body is read whatever its content type', async () => {
    for (const type of [
      '',
      'application/json; charset=gbk',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'x',
    ])
      expect((await app.call('POST', '/chatrooms', draft, { 'content-type': type })).status).toBe(200)
  })
})
