import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { aReceiver, checkSigned } from '../support/receiver.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let skippedMs = 0
let apps = 0
const closing: (() => unknown)[] = []
const loopback = { callback_networks: '127.0.0.0/8' }

beforeAll(async () => {
  const terms = { lookMs: 30, gatherMs: 5, now: () => Date.now() + skippedMs, random: () => 0 }
  server = await aServer(loopback, undefined, { callbackTerms: terms })
})
afterAll(async () => {
  for (const close of closing) close()
  await server.stop()
})

async function anApp(settings = {}): Promise<TestApp> {
  apps += 1
  const app = await server.app(`calls#app${apps}`, settings)
  await app.register('alice', 'bob', 'carol')
  return app
}

function receiver(...given: Parameters<typeof aReceiver>) {
  const made = aReceiver(...given)
  closing.push(made.stop)
  return made
}

const roomEvents = [
  'chatroom.created',
  'chatroom.updated',
  'chatroom.owner_changed',
  'chatroom.destroyed',
  'chatroom.restored',
  'chatroom.member_joined',
  'chatroom.member_left',
  'chatroom.admin_added',
  'chatroom.admin_removed',
  'chatroom.member_muted',
  'chatroom.member_unmuted',
  'chatroom.all_muted',
  'chatroom.all_unmuted',
  'chatroom.member_blocked',
  'chatroom.member_unblocked',
  'chatroom.member_allowed',
  'chatroom.member_disallowed',
  'chatroom.announcement_changed',
  'chatroom.attributes_changed',
]

let rules = 0
async function aRule(app: TestApp, url: string, more: object = {}) {
  rules += 1
  const draft = { name: `rule_${rules}`, url, events: roomEvents, enabled: true }
  const { body } = await app.call('POST', '/callbacks', { ...draft, ...more })
  return body.data as { id: string; secret: string }
}

/** The delivery log of a rule, once it holds so many attempts. */
async function logged(app: TestApp, id: string, count: number) {
  let rows: object[] = []
  await until(async () => {
    rows = (await app.call('GET', `/callbacks/${id}/deliveries`)).body.data
    return rows.length >= count
  })
  return rows
}

for (const auditDays of [90, 0]) {
  test(`13.2 what is done to a room comes in its order, in the reference's words and signed twice, with auditDays=${auditDays}`, async () => {
    const app = await anApp({ auditDays })
    const got = receiver()
    const { secret } = await aRule(app, got.url)
    const room = await app.room({ name: 'night owls', owner: 'alice', members: ['bob'], maxusers: 10 })
    await app.call('PUT', `/chatrooms/${room}`, { name: 'early birds' })
    await app.call('POST', `/chatrooms/${room}/users/carol`)
    await app.call('POST', `/chatrooms/${room}/mute`, { usernames: ['bob'], mute_duration: 60_000 })
    await app.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'carol' })
    await app.call('POST', `/chatrooms/${room}/announcement`, { announcement: 'be kind' })
    await app.call('PUT', `/metadata/chatroom/${room}/user/bob`, { metaData: { mood: 'calm' } })
    await app.call('POST', `/chatrooms/${room}/blocks/users/bob`)
    await app.call('DELETE', `/chatrooms/${room}/users/carol`)
    await app.call('DELETE', `/chatrooms/${room}`)
    await got.wait(13)
    const bodies = got.got.map(({ body }) => body)
    const callId = new RegExp(`^${app.key}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
    expect(bodies[0]).toEqual({
      callId: expect.stringMatching(callId),
      id: room,
      type: 'CHATROOM',
      event: 'group_op_event',
      operation: 'CREATE',
      operator: '@ppAdmin',
      payload: {
        role: { alice: 'owner' },
        member: ['alice', 'bob'],
        info: expect.objectContaining({ owner: `${app.key}_alice`, title: 'night owls', max_users: '10' }),
      },
      appkey: app.key,
      timestamp: expect.any(Number),
      security: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    const delivered = bodies.map(({ operation, payload, member_count }) =>
      [operation ?? payload?.operation, payload?.type, member_count].filter((each) => each !== undefined),
    )
    expect(delivered).toEqual([
      ['CREATE'],
      ['UPDATE', 'INFO'],
      ['JOIN', 'DIRECT', 3],
      ['MUTE', 'ADD'],
      ['ADMIN', 'ADD'],
      ['UPDATE', 'ANNOUNCEMENT'],
      ['set_metadata'],
      ['delete_metadata'],
      ['BLOCK', 'ADD'],
      ['LEAVE', 'BLOCK', 2],
      ['LEAVE', 'KICK', 1],
      ['LEAVE', 'DELETE', 0],
      ['DELETE'],
    ])
    expect(bodies[11].payload).toEqual({ member: ['alice'], type: 'DELETE' })
    for (const received of got.got) checkSigned(received, secret)
    expect(new Set(got.got.map(({ headers }) => headers.get('webhook-id'))).size).toBe(13)
  })
}

test('13.2 filters leave out what a rule does not select, and another app receives nothing', async () => {
  const [app, other] = [await anApp(), await anApp()]
  const [one, two, three] = [receiver(), receiver(), receiver()]
  const quiet = await app.room({ owner: 'alice' })
  const loud = await app.room({ owner: 'alice' })
  await aRule(app, one.url, { rooms: [loud] })
  await aRule(app, two.url, { sources: ['client'] })
  await aRule(other, three.url)
  for (const room of [quiet, loud]) await app.call('POST', `/chatrooms/${room}/users/bob`)
  await app.call('DELETE', `/chatrooms/${loud}/users/bob`)
  await one.wait(2)
  expect(one.got.map(({ body }) => [body.id, body.operation])).toEqual([
    [loud, 'JOIN'],
    [loud, 'LEAVE'],
  ])
  expect([two.got, three.got]).toEqual([[], []])
})

test('13.2 while two secrets are there both sign, and security is made with the older one', async () => {
  const app = await anApp()
  const got = receiver()
  const { id, secret: older } = await aRule(app, got.url)
  const { body } = await app.call('POST', `/callbacks/${id}/secrets`)
  const newer = body.data.secret
  const room = await app.room({ owner: 'alice' })
  await got.wait(1)
  for (const secret of [older, newer]) checkSigned(got.got[0] as never, secret, older)
  await app.call('DELETE', `/callbacks/${id}/secrets`)
  await app.call('DELETE', `/chatrooms/${room}`)
  await got.wait(2)
  checkSigned(got.got.at(-1) as never, newer)
})

test('13.2 a callback that fails is retried after longer and longer pauses, delays its room alone, and has the same id', async () => {
  const app = await anApp()
  let isBroken = true
  const rooms = [await app.room({ owner: 'alice' }), await app.room({ owner: 'alice' })]
  const got = receiver(
    ({ body }) => new Response('', { status: isBroken && body.id === rooms[0] ? 500 : 200 }),
  )
  const { id, secret } = await aRule(app, got.url)
  for (const user of ['bob', 'carol'])
    for (const room of rooms) await app.call('POST', `/chatrooms/${room}/users/${user}`)
  // Two attempts at once in the broken room, and both joins in the other one.
  await got.wait(4)
  const of = (room: string | undefined) => got.got.filter(({ body }) => body.id === room)
  expect(of(rooms[1]).map(({ body }) => body.payload.member[0])).toEqual(['bob', 'carol'])
  expect(of(rooms[0]).map(({ body }) => body.payload.member[0])).toEqual(['bob', 'bob'])
  await logged(app, id, 4)
  skippedMs += 5000
  await logged(app, id, 5)
  isBroken = false
  skippedMs += 300_000
  await got.wait(7)
  expect(of(rooms[0]).map(({ body }) => body.payload.member[0])).toEqual([
    'bob',
    'bob',
    'bob',
    'bob',
    'carol',
  ])
  expect(
    new Set(
      of(rooms[0])
        .slice(0, 4)
        .map(({ headers }) => headers.get('webhook-id')),
    ).size,
  ).toBe(1)
  for (const received of got.got) checkSigned(received, secret)
  expect((await logged(app, id, 7))[1]).toMatchObject({
    attempt: 4,
    status: 200,
    error: '',
    chatroomid: rooms[0],
  })
})

test('13.2 what failed for three days is a dead letter: it is listed, what is queued behind it goes on, and it can be retried', async () => {
  const app = await anApp()
  const room = await app.room({ owner: 'alice' })
  const broken = new Set(['bob'])
  const got = receiver(
    ({ body }) => new Response('', { status: broken.has(body.payload.member[0]) ? 503 : 200 }),
  )
  const { id } = await aRule(app, got.url)
  for (const user of ['bob', 'carol']) await app.call('POST', `/chatrooms/${room}/users/${user}`)
  for (let attempt = 2; attempt <= 11; attempt++) {
    await logged(app, id, attempt)
    skippedMs += 24 * 3_600_000
  }
  await got.wait(12)
  expect(got.got.map(({ body }) => body.payload.member[0])).toEqual([...Array(11).fill('bob'), 'carol'])
  const dead = async () => (await app.call('GET', `/callbacks/${id}/dead`)).body.data
  await until(async () => (await dead()).length === 1)
  expect(await dead()).toEqual([
    {
      timestamp: expect.any(Number),
      failed: expect.any(Number),
      event: 'chatroom.member_joined',
      chatroomid: room,
      callId: got.got[0]?.body.callId,
      error: 'answered with status 503',
      attempts: 11,
    },
  ])
  broken.clear()
  expect((await app.call('POST', `/callbacks/${id}/dead/retry`)).body.data).toEqual({ count: 1 })
  await got.wait(13)
  expect(got.got.at(-1)?.body.callId).toBe(got.got[0]?.body.callId)
  await until(async () => (await dead()).length === 0)
})

test('13.2 what the log still has is delivered again from a time on, under the same ids', async () => {
  const app = await anApp()
  const got = receiver()
  const { id } = await aRule(app, got.url)
  const room = await app.room({ owner: 'alice' })
  await app.call('POST', `/chatrooms/${room}/users/bob`)
  await got.wait(2)
  const since = got.got[1]?.body.timestamp
  expect((await app.call('POST', `/callbacks/${id}/replay`, { since })).status).toBe(200)
  await got.wait(3)
  expect(got.got[2]?.body).toEqual(got.got[1]?.body)
  expect((await app.call('POST', `/callbacks/${id}/replay`, { since, after: 'x' })).status).toBe(400)
})

test('14.4 a room that is restored is told of in one call, with who is in it', async () => {
  const app = await anApp({})
  const got = receiver()
  await aRule(app, got.url, { events: ['chatroom.restored'] })
  const room = await app.room({ name: 'night owls', owner: 'alice', members: ['bob'] })
  await app.call('DELETE', `/chatrooms/${room}`)
  await app.call('POST', `/chatrooms/${room}/restore`)
  await got.wait(1)
  expect(got.got[0]?.body).toMatchObject({
    id: room,
    operation: 'RESTORE',
    payload: { role: { alice: 'owner' }, member: ['alice', 'bob'], info: { title: 'night owls' } },
  })
})

test('15 what an attempt sent and was answered is shown where it is asked for, without its signature', async () => {
  const app = await anApp()
  const answers = [new Response(`no such\0hook ${'x'.repeat(5000)}`, { status: 404 }), new Response('fine')]
  const got = receiver(() => answers.shift() ?? new Response())
  const { id, secret } = await aRule(app, got.url, { events: ['chatroom.created'] })
  const room = await app.room({ owner: 'alice' })
  await logged(app, id, 2)
  const { body } = await app.call('GET', `/callbacks/${id}/deliveries?bodies=true`)
  const [later, first] = body.data
  expect(later).toMatchObject({ status: 200, request: first.request, response: 'fine' })
  expect(first).toMatchObject({ status: 404, error: 'answered with status 404' })
  expect(JSON.parse(first.request)).toMatchObject({ id: room, callId: first.callId })
  expect(first.request).not.toContain('"security"')
  expect(first.response).toBe(`no such\ufffdhook ${'x'.repeat(4083)}`)
  expect(JSON.stringify(body)).not.toContain(secret)
  const [without] = (await app.call('GET', `/callbacks/${id}/deliveries`)).body.data
  expect(Object.keys(without)).not.toContain('request')
})
