import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { expectRefusal } from '../support/bodies.ts'
import { asUser, connectAs } from '../support/people.ts'
import { sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge', { historyDays: 0 })
  await app.register('alice', 'adam', 'bob', 'carol', 'dave')
})
afterAll(() => server.stop())

async function aRoom(of = app): Promise<string> {
  const room = await of.room({ owner: 'alice', members: ['adam', 'bob', 'carol', 'dave'] })
  await of.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'adam' })
  return room
}

const lastChange = async (room: string) => {
  const { body } = await app.call('GET', `/chatrooms/${room}/audit?limit=1`)
  return body.data[0]
}

test('13.3 a member that is banned for a time comes back when it is over, and not before', async () => {
  const room = await aRoom()
  const adam = await asUser(app, 'adam')
  const [bob, carol] = [await connectAs(app, 'bob'), await connectAs(app, 'carol')]
  const body = { usernames: ['bob', 'alice', 'nobody'], ban_duration: 1500, reason: '刷屏' }
  const banned = await adam('POST', `/chatrooms/${room}/bans`, body)
  expect(banned.body.data).toEqual([
    { user: 'bob', result: true, expire: expect.any(Number) },
    { user: 'alice', result: false, reason: 'forbidden operation on group owner!' },
    { user: 'nobody', result: false, reason: `user: nobody doesn't exist in chatroom: ${room}` },
  ])
  const { expire } = banned.body.data[0]
  await bob.find(({ events }) => events.length > 0)
  expect((await bob.join(room)).status?.reason).toContain('is in the blacklist')
  // The list of the reference has its form; ours has the end and the reason.
  expect((await app.call('GET', `/chatrooms/${room}/blocks/users`)).body.data).toEqual(['bob'])
  const bans = await app.call('GET', `/chatrooms/${room}/bans`)
  expect(bans.body).toMatchObject({ data: [{ user: 'bob', expire, reason: '刷屏' }], count: 1 })
  expect(await lastChange(room)).toMatchObject({
    operator: 'adam',
    operation: 'banMembers',
    changes: [{ type: 'member.blocked', usernames: ['bob'], expires: expire, reason: '刷屏' }],
  })
  await until(async () => (await bob.join(room)).status?.errorCode === 0)
  expect(Date.now()).toBeGreaterThanOrEqual(expire)
  expect((await app.call('GET', `/chatrooms/${room}/blocks/users`)).body.data).toEqual([])
  expect((await app.call('GET', `/chatrooms/${room}/bans`)).body.data).toEqual([])

  // For ever, as the reference blocks; and a ban is lifted as any other.
  await app.call('POST', `/chatrooms/${room}/bans`, { usernames: ['bob'], ban_duration: 3_600_000 })
  await app.call('DELETE', `/chatrooms/${room}/blocks/users/bob`)
  expect((await bob.join(room)).status?.errorCode).toBe(0)
  await app.call('POST', `/chatrooms/${room}/blocks/users/bob?reason=again`)
  expect((await app.call('GET', `/chatrooms/${room}/bans`)).body.data).toEqual([
    { user: 'bob', expire: 4_638_873_600_000, reason: 'again' },
  ])
  for (const ban_duration of [0, -2])
    expect(
      (await app.call('POST', `/chatrooms/${room}/bans`, { usernames: ['carol'], ban_duration })).status,
    ).toBe(400)
  for (const socket of [bob, carol]) socket.close()
})

test('13.3 whatever a moderator does has its reason in the trail', async () => {
  const room = await aRoom()
  const adam = await asUser(app, 'adam')
  const at = `/chatrooms/${room}`
  const mute = { usernames: ['bob'], mute_duration: 60_000, reason: 'rude' }
  await adam('POST', `${at}/mute`, mute)
  expect(await lastChange(room)).toMatchObject({ changes: [{ type: 'member.muted', reason: 'rude' }] })
  const said = encodeURIComponent(`吵 ${'x'.repeat(600)}`)
  for (const [method, path] of [
    ['DELETE', '/mute/bob'],
    ['POST', '/ban'],
    ['POST', '/white/users/bob'],
    ['DELETE', '/users/bob'],
    ['POST', '/blocks/users/carol'],
    ['DELETE', '/blocks/users/carol'],
  ] as const) {
    expect((await adam(method, `${at}${path}?reason=${said}`)).status).toBe(200)
    const { operator, changes } = await lastChange(room)
    expect([path, operator, changes[0].reason]).toEqual([path, 'adam', `吵 ${'x'.repeat(510)}`])
  }
})

test('20.8 NUL in a query, which no database takes, counts as a character that cannot be read', async () => {
  const room = await aRoom()
  const at = `/chatrooms/${room}`
  expect((await app.call('POST', `${at}/blocks/users/bob?reason=a%00b`)).status).toBe(200)
  const { changes } = await lastChange(room)
  expect([changes[0].type, changes[0].reason]).toEqual(['member.blocked', 'a\ufffdb'])
  expectRefusal(
    await app.call('GET', '/events?type=message.sent&room=%00'),
    404,
    'resource_not_found',
    'grpID \ufffd does not exist!',
  )
  await app.call('DELETE', at)
  const restored = await app.call('POST', `${at}/restore?owner=%00`)
  expectRefusal(restored, 404, 'resource_not_found', "username \ufffd doesn't exist!")
})

test('13.3 a moderator deletes one message, or what a user sent in the last minutes, and clients receive recalls', async () => {
  for (const historyDays of [0, 3]) {
    await app.set({ historyDays })
    const room = await aRoom()
    const [bob, carol] = [await connectAs(app, 'bob'), await connectAs(app, 'carol')]
    const ids: string[] = []
    for (const text of ['one', 'two', 'three']) ids.push(String((await bob.say(room, text)).serverId))
    const kept = String((await carol.say(room, 'mine')).serverId)
    const adam = await asUser(app, 'adam')
    const recalls = () =>
      carol.got.flatMap(({ sync }) => sync?.metas ?? []).filter(({ ns, payload }) => ns === 1 && payload)
    const before = recalls().length

    const one = await adam('DELETE', `/chatrooms/${room}/messages/${ids[0]}?reason=spam`)
    expect(one.body.data).toEqual({ deleted: 1 })
    await until(async () => (await lastChange(room)).operation === 'deleteMessages')
    expect(await lastChange(room)).toMatchObject({
      operator: 'adam',
      changes: [{ type: 'message.deleted', messages: [ids[0]], count: 1, reason: 'spam' }],
    })
    const again = await adam('DELETE', `/chatrooms/${room}/messages/${ids[0]}`)
    expectRefusal(again, 403, 'message_recall_error', 'not_found msg')
    const other = await aRoom()
    expect((await adam('DELETE', `/chatrooms/${other}/messages/${ids[1]}`)).status).toBe(400)

    let deleted = 0
    await until(async () => {
      const { body } = await adam('DELETE', `/chatrooms/${room}/users/bob/messages?minutes=2`)
      deleted += body.data.deleted
      return deleted >= 2
    })
    expect(deleted).toBe(2)
    await carol.settled()
    expect(recalls().length - before).toBe(3)
    // Messages of others stay.
    expect((await adam('DELETE', `/chatrooms/${room}/messages/${kept}`)).body.data).toEqual({ deleted: 1 })
    for (const socket of [bob, carol]) socket.close()
  }
  const room = await aRoom()
  for (const minutes of ['0', '-1', '1441', 'x', '999999999999'])
    expect(
      (await app.call('DELETE', `/chatrooms/${room}/users/bob/messages?minutes=${minutes}`)).status,
    ).toBe(400)
  const member = await asUser(app, 'carol')
  expect((await member('DELETE', `/chatrooms/${room}/users/bob/messages?minutes=1`)).status).toBe(401)
})

for (const name of sdkNames)
  test(`13.3 ${name} receives a recall for a deleted message`, async () => {
    const room = await aRoom()
    const { token } = await asUser(app, 'carol')
    const carol = await sdkInBun(name, {
      url: server.url,
      appKey: app.key,
      user: 'carol',
      accessToken: token,
    })
    const bob = await connectAs(app, 'bob')
    const id = String((await bob.say(room, 'oops')).serverId)
    await carol.receives('onTextMessage', { id })
    await app.call('DELETE', `/chatrooms/${room}/messages/${id}`)
    await carol.receives('onRecallMessage', { mid: id })
    await carol.close()
    bob.close()
  })
