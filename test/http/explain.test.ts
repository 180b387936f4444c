import { afterAll, beforeAll, expect, test } from 'bun:test'
import { refusal } from '../support/bodies.ts'
import { asUser, connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let app: TestApp
let room: string
const users = ['alice', 'bob', 'carol', 'dave'] as const
const calls = {} as Record<string, TestApp['call']>

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register(...users, 'erin')
  room = await app.room({ owner: 'alice', members: ['bob', 'carol'], maxusers: 4 })
  await app.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'bob' })
  await app.call('POST', `/chatrooms/${room}/blocks/users/erin`)
  for (const user of users) calls[user] = await asUser(app, user)
})
afterAll(() => server.stop())

const explain = async (asked: object) => app.call('POST', '/explain', asked)

/** Calls as `[method, path below the room, operationId, params, body]`. */
const tries: [string, string, string, Record<string, string>?, object?][] = [
  ['POST', '/mute', 'muteMembers', {}, { usernames: ['carol'], mute_duration: 1000 }],
  ['POST', '/mute', 'muteMembers', {}, { usernames: ['nobody'], mute_duration: 1000 }],
  ['POST', '/mute', 'muteMembers', {}, { usernames: 'carol' }],
  ['PUT', '', 'changeRoom', {}, { groupname: 'new' }],
  ['PUT', '', 'changeRoom', {}, { maxusers: 1 }],
  ['PUT', '', 'changeRoom', {}, { newowner: 'dave' }],
  ['DELETE', '', 'dissolveRoom'],
  ['POST', '/admin', 'addAdmin', {}, { newadmin: 'bob' }],
  ['DELETE', '/admin/carol', 'removeAdmin', { username: 'carol' }],
  ['POST', '/users/dave', 'addMember', { username: 'dave' }],
  ['POST', '/users/erin', 'addMember', { username: 'erin' }],
  ['GET', '/mute', 'listMuted'],
  ['POST', '/announcement', 'setAnnouncement', {}, { announcement: 'hello' }],
]

test('14.8 every refusal is explained by the very rule that refuses, and what is allowed by what would happen', async () => {
  const before = (await app.call('GET', `/chatrooms/${room}`)).body.data
  let refusals = 0
  for (const user of users) {
    for (const [method, path, action, params, body] of tries) {
      const said = await explain({ action, user, room, params, body })
      expect(said.status).toBe(200)
      const at = `/chatrooms/${room}${path}`
      const dry = method === 'GET' ? '' : '?dry_run=true'
      const real = await (calls[user] as TestApp['call'])(method, at + dry, body)
      const { allowed, status, error, error_description, why } = said.body.data
      expect([action, user, allowed]).toEqual([action, user, real.status === 200])
      if (real.status === 200) continue
      refusals += 1
      expect([status, error, error_description]).toEqual([
        real.status,
        real.body.error,
        real.body.error_description,
      ])
      expect(why).toEqual({ en: expect.stringMatching(/\w/), zh: expect.stringMatching(/[一-鿿]/) })
    }
  }
  expect(refusals).toBeGreaterThan(20)
  expect((await app.call('GET', `/chatrooms/${room}`)).body.data).toEqual(before)
})

test('14.8 an allowed call shows what would happen', async () => {
  const { body } = await explain({ action: 'dissolveRoom', user: 'alice', room })
  expect(body.data).toEqual({
    allowed: true,
    events: [expect.objectContaining({ type: 'room.dissolved', room })],
  })
})

test('14.8 an action that there is not, or that only users do, is refused', async () => {
  for (const action of ['speak', 'joinRoom', 'storeMessages', 'nothing', 'constructor', '']) {
    const { status, body } = await explain({ action, room })
    expect(status).toBe(400)
    expect(body).toMatchObject(
      refusal(
        'illegal_argument',
        `action ${action} cannot be explained; give the operationId of a call, or speak, joinRoom or leaveRoom with a user`,
      ),
    )
  }
})

test('an action that is nearly the name of a call is refused with that name', async () => {
  for (const [action, near] of [
    ['muteMember', 'muteMembers'],
    ['Dissolveroom', 'dissolveRoom'],
    ['speek', 'speak'],
  ] as const) {
    const { status, body } = await explain({ action, room, user: 'bob' })
    expect(status).toBe(400)
    expect(body.error_description).toMatch(new RegExp(`; did you mean (.* or )?${near}( or .*)?\\?$`))
  }
})

test('14.8 only the app may call it', async () => {
  const reply = await (calls.alice as TestApp['call'])('POST', '/explain', { action: 'getRooms', room })
  expect(reply.status).toBe(401)
})

test('14.8 "speak" says why a user cannot send a message, in the words that its client gets', async () => {
  const quiet = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
  const speak = async (user: string) => {
    const { status, body } = await explain({ action: 'speak', user, room: quiet })
    expect(status).toBe(200)
    return body.data
  }
  /** What a client gets that sends a message. */
  const sends = async (user: string) => {
    const socket = await connectAs(app, user)
    const { status } = await socket.say(quiet, 'hello')
    socket.close()
    return status
  }
  const agree = async (user: string) => {
    const { allowed, code, error_description } = await speak(user)
    const status = await sends(user)
    expect([user, code ?? 0, error_description ?? '']).toEqual([
      user,
      status?.errorCode ?? 0,
      status?.reason ?? '',
    ])
    return allowed
  }
  expect(await agree('carol')).toBe(true)
  expect(await agree('dave')).toBe(false)
  expect((await speak('dave')).change.en).toContain('has to join')
  await app.call('POST', `/chatrooms/${quiet}/mute`, { usernames: ['carol'], mute_duration: 60_000 })
  expect(await agree('carol')).toBe(false)
  await app.call('POST', `/chatrooms/${quiet}/ban`)
  expect(await agree('bob')).toBe(false)
  expect(await agree('alice')).toBe(true)
  await app.call('POST', '/mutes', { username: 'alice', chatroom: 60 })
  expect(await agree('alice')).toBe(false)
  await app.call('POST', `/chatrooms/${quiet}/disable`)
  expect(await agree('bob')).toBe(false)
  expect((await explain({ action: 'speak', user: 'bob', room: 'none' })).body.data.error_description).toBe(
    'group not found',
  )
  expect((await explain({ action: 'speak', room: quiet })).status).toBe(400)
})

test('14.8 "speak" explains keywords, slow mode and rates, and uses none of them up', async () => {
  const busy = await app.room({ owner: 'dave', members: ['bob', 'carol'] })
  await app.set({ userMessageRate: 1, roomMessageRate: 50 })
  const speak = async (user: string, text?: string) => {
    const body = text === undefined ? {} : { body: { text } }
    const reply = await explain({ action: 'speak', user, room: busy, ...body })
    expect(reply.status).toBe(200)
    return reply.body.data
  }
  expect(await speak('carol')).toEqual({
    allowed: true,
    speaking: {
      words: [],
      limits: { slow_mode: 0, user_message_rate: 1, room_message_rate: 50 },
      asks_callback: false,
    },
  })
  const lists: string[] = []
  for (const [name, action, word] of [
    ['bad', 'refuse', 'spam'],
    ['rude', 'replace', 'darn'],
  ]) {
    const { id } = (await app.call('POST', '/moderation/keyword_lists', { name, action })).body.data
    await app.call('POST', `/moderation/keyword_lists/${id}/words`, { words: [word] })
    lists.push(id)
  }
  // Lists are taken over within seconds.
  await until(async () => (await speak('carol', 'spam darn')).speaking.words.length === 2)
  const refused = await speak('carol', 'no spam here')
  expect(refused.speaking.words).toEqual([{ word: 'spam', list: lists[0], action: 'refuse' }])
  expect([refused.why.en, refused.why.zh]).toEqual([
    expect.stringContaining('keyword'),
    expect.stringContaining('词表'),
  ])
  const carol = await connectAs(app, 'carol')
  const { status } = await carol.say(busy, 'spam')
  expect([status?.errorCode, status?.reason]).toEqual([refused.code, refused.error_description])
  const replaced = await speak('dave', 'darn it')
  expect([replaced.allowed, replaced.speaking.text]).toEqual([true, '*** it'])

  // One message a second: a slow machine may need several to see it used up.
  await until(async () => {
    await carol.say(busy, 'hello')
    return (await speak('carol')).allowed === false
  })
  carol.close()
  await app.set({ userMessageRate: 100, roomMessageRate: null })
  await app.call('PUT', `/chatrooms/${busy}/slow_mode`, { slowMode: 30 })
  const bob = await connectAs(app, 'bob')
  expect((await bob.say(busy, 'hello')).status?.errorCode ?? 0).toBe(0)
  const slow = await speak('bob')
  expect([slow.allowed, slow.why.en, slow.speaking.limits.slow_mode]).toEqual([
    false,
    expect.stringContaining('slow mode'),
    30,
  ])
  expect((await speak('dave')).allowed).toBe(true)
  bob.close()
})

test('14.8 joining and leaving through an SDK are explained in the words that the client gets', async () => {
  const here = await app.room({ owner: 'alice', members: ['bob'], maxusers: 2 })
  const shut = await app.room({ owner: 'alice' })
  await app.call('POST', `/chatrooms/${shut}/disable`)
  const socket = await connectAs(app, 'carol')
  for (const [room, lifted] of [
    [here, 'changeRoom'],
    [shut, 'enableRoom'],
    ['none', 'createRoom'],
  ] as const) {
    const said = (await explain({ action: 'joinRoom', user: 'carol', room })).body.data
    const { status } = await socket.join(room)
    expect([room, said.allowed, said.error_description]).toEqual([room, false, status?.reason])
    expect(said.lifted_by.calls).toContain(lifted)
    expect(said.change).toEqual({
      en: expect.stringMatching(/\w/),
      zh: expect.stringMatching(/[一-鿿]/),
    })
  }
  socket.close()
  const joins = (await explain({ action: 'joinRoom', user: 'dave', room })).body.data
  expect(joins).toMatchObject({ allowed: true, events: [{ type: 'member.joined', room }] })
  const left = (await explain({ action: 'leaveRoom', user: 'bob', room: here })).body.data
  expect(left).toMatchObject({ allowed: true, events: [{ type: 'member.left', room: here }] })
  expect((await app.call('GET', `/chatrooms/${here}`)).body.data.affiliations_count).toBe(2)
  expect((await explain({ action: 'joinRoom', user: 'nobody', room: here })).body.data.status).toBe(401)
})

test('14.8 an action is explained and not done: nothing is sent, taken, counted or cut off', async () => {
  const here = await app.room({ owner: 'alice', members: ['bob'] })
  const bob = await connectAs(app, 'bob')
  const sent = () => server.count(({ messages }) => messages)
  const before = await sent()
  const txt = { type: 'txt', body: { msg: 'hi' } }
  const posts = [
    ['sendRoomMessage', { to: [here], ...txt }],
    ['sendUserMessage', { to: ['bob'], ...txt }],
    ['broadcastToRooms', { msg: { type: 'txt', msg: 'hi' } }],
    ['uploadAttachment', { name: 'a.png', bytes: 1000 }],
  ] as const
  for (const [action, body] of posts)
    expect([action, (await explain({ action, body })).body.data]).toEqual([
      action,
      { allowed: true, events: [] },
    ])
  const register = { grant_type: 'inherit', username: 'newcomer', autoCreateUser: true }
  expect((await explain({ action: 'issueToken', body: register })).body.data.allowed).toBe(true)
  expect((await app.call('GET', '/users/newcomer')).status).toBe(404)
  const cut = await explain({ action: 'disconnectUser', params: { username: 'bob' } })
  expect(cut.body.data.allowed).toBe(true)
  expect((await explain({ action: 'streamEvents', query: { type: 'message.sent' } })).body.data).toEqual({
    allowed: true,
  })
  expect(await sent()).toBe(before)
  expect((await bob.say(here, 'still here')).status?.errorCode ?? 0).toBe(0)
  bob.close()
  const { data } = (await app.call('GET', '/quotas')).body
  expect(data.find(({ quota }: { quota: string }) => quota === 'fileSpace').used).toBe(0)
})

test('14.8 what a user may change in a second is not used up by explaining it', async () => {
  await app.set({ userMessageRate: 1 })
  const here = await app.room({ owner: 'erin' })
  const asked = { action: 'changeRoom', user: 'erin', room: here, body: { groupname: 'new' } }
  for (let n = 0; n < 5; n += 1) expect((await explain(asked)).body.data.allowed).toBe(true)
  await app.set({ userMessageRate: 100 })
})
