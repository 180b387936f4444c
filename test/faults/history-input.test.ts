import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { MessageBody, MessageBody_Type, Meta_NameSpace } from '../../src/realtime/generated/protocol.ts'
import { expectRefusal } from '../support/bodies.ts'
import { asUser, connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
let other: TestApp
const bob: Record<string, TestApp['call']> = {}

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#history')
  other = await server.app('acme#elsewhere')
  for (const each of [app, other]) {
    await each.register('alice', 'bob', 'carol')
    bob[each.key] = await asUser(each, 'bob')
  }
})
afterAll(() => server.stop())

const aRoom = (of: TestApp) => of.room({ owner: 'alice', members: ['bob'] })

async function said(of: TestApp, room: string, count = 3): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n += 1) {
    const message = { to: [room], type: 'txt', body: { msg: `${of.key} ${n}` } }
    ids.push((await of.call('POST', '/messages/chatrooms', message)).body.data[room])
  }
  return ids
}

const listed = (of: TestApp, room: string, query = '') =>
  of.call('GET', `/chatrooms/${room}/messages${query}`)
const pages = (of: TestApp, room: string, more: object, user = 'bob') =>
  (bob[of.key] as TestApp['call'])('POST', `/users/${user}/messageroaming`, {
    queue: `${room}@conference.easemob.com`,
    ...more,
  })

test('13 a page of a room for servers has at least one message and at most fifty', async () => {
  const room = await aRoom(app)
  const ids = await said(app, room, 52)
  for (const limit of ['0', '-1', '1.5', 'x'])
    expectRefusal(
      await listed(app, room, `?limit=${limit}`),
      400,
      'invalid_parameter',
      'limit must be a whole number of at least 1',
    )
  const { body } = await listed(app, room, `?order=up&limit=${1e9}`)
  expect(body.data.map(({ msg_id }: { msg_id: string }) => msg_id)).toEqual(ids.slice(0, 50))
})

test('13 a cursor of another room, another app or nobody is refused', async () => {
  const [room, second] = [await aRoom(app), await aRoom(app)]
  const elsewhere = await aRoom(other)
  for (const [of, each] of [
    [app, room],
    [app, second],
    [other, elsewhere],
  ] as const)
    await said(of, each)
  const cursorOf = async (of: TestApp, each: string) => (await listed(of, each, '?limit=1')).body.cursor
  const wrong = 'cursor was not issued by this list'
  for (const cursor of [
    await cursorOf(app, second),
    await cursorOf(other, elsewhere),
    `${await cursorOf(app, room)}x`,
    '1e9',
  ])
    expectRefusal(await listed(app, room, `?cursor=${cursor}`), 400, 'invalid_parameter', wrong)
})

test('13 a message id of another app is a place in the order, and shows nothing of that app', async () => {
  const [room, elsewhere] = [await aRoom(app), await aRoom(other)]
  await said(app, room)
  const [id] = await said(other, elsewhere)
  await said(app, room)
  for (const is_positive of [true, false]) {
    const { status, body } = await pages(app, room, { start: id, is_positive })
    expect([status, body.data.msgs.length]).toEqual([200, 3])
    for (const { msg } of body.data.msgs)
      expect(Buffer.from(msg, 'base64').toString('latin1')).toContain('acme#history')
  }
  expect((await pages(app, elsewhere, {})).status).toBe(404)
})

test('13 nobody reads or changes the view of another user', async () => {
  const room = await aRoom(app)
  const [id] = await said(app, room)
  expect((await pages(app, room, {}, 'alice')).status).toBe(403)
  const call = bob[app.key] as TestApp['call']
  for (const [method, path] of [
    ['DELETE', `/sdk/message/roaming/group/user/alice?groupId=${room}&msgIdList=${id}`],
    ['DELETE', `/sdk/message/roaming/group/user/alice/time?groupId=${room}&delTime=${Date.now()}`],
    ['POST', '/sdk/message/roaming/user/alice/delete/all'],
  ] as const)
    expect([path, (await call(method, path)).status]).toEqual([path, 401])
  const { body } = await app.call('POST', '/users/alice/messageroaming', {
    queue: `${room}@conference.easemob.com`,
  })
  expect(body.data.msgs).toHaveLength(3)
})

test('13 a time up to which messages are removed is one, and removes nothing that is yet to come', async () => {
  const room = await aRoom(app)
  await said(app, room)
  const remove = (delTime: string) =>
    app.call('DELETE', `/rest/message/roaming/group/user/bob/time?groupId=${room}&delTime=${delTime}`)
  for (const delTime of ['', '-1', '1.5', 'now', '99999999999999999'])
    expectRefusal(await remove(delTime), 400, 'param exception', 'delTime is illegal')
  const count = async () => (await pages(app, room, {})).body.data.msgs.length
  expect([(await remove('0')).status, await count()]).toEqual([200, 3])
  expect([(await remove('9007199254740991')).status, await count()]).toEqual([200, 0])
  await Bun.sleep(2)
  await said(app, room, 1)
  expect(await count()).toBe(1)
})

/** Contents of a message as no client sends them: bytes in the place of what the fields of `Content` are. */
test.each([
  ['a negative type', [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ['a type beyond 31 bits', [0x08, 0xff, 0xff, 0xff, 0xff, 0x0f]],
  ['no type and a group that nobody knows', [0xa3, 0x06, 0x08, 0x05, 0xa4, 0x06]],
  ['a group in a group', [0xa3, 0x06, 0xab, 0x06, 0x0a, 0x01, 0x41, 0xac, 0x06, 0xa4, 0x06]],
])('20.5 a message with %s is stored, and keeps none of the others from it', async (_, content) => {
  const room = await aRoom(app)
  const sender = await connectAs(app, 'bob')
  const body = MessageBody.encode({ type: MessageBody_Type.CHATROOM }).finish()
  const payload = Buffer.concat([body, new Uint8Array([0x22, content.length, ...content])])
  const { status } = await sender.sync({ ns: Meta_NameSpace.CHAT, to: { name: room }, payload })
  expect(status?.errorCode).toBe(0)
  const [id] = await said(app, room, 1)
  // A read waits for half a second at most for what is not stored yet.
  await until(async () => (await listed(app, room)).body.data.length === 2)
  const { data } = (await listed(app, room)).body
  expect(data.map(({ msg_id }: { msg_id: string }) => msg_id)).toContain(id)
  expect((await pages(app, room, {})).body.data.msgs).toHaveLength(2)
  sender.close()
})
