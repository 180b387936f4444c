import { afterAll, beforeAll, expect, test } from 'bun:test'
import { expectRefusal } from '../support/bodies.ts'
import { connectAs } from '../support/people.ts'
import { aReceiver } from '../support/receiver.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer({ callback_networks: '127.0.0.0/8' })
  app = await server.app('acme#lounge')
  await app.register('alice', 'al', 'albert', 'bob', 'al_2')
})
afterAll(() => server.stop())

const read = async (path: string) => (await app.call('GET', path)).body

test('15 users are found by the beginning of their ids, by id and page by page', async () => {
  const named = ({ entities }: { entities: { username: string }[] }) => entities.map((each) => each.username)
  expect(named(await read('/users?limit=100&prefix=AL'))).toEqual(['al', 'al_2', 'albert', 'alice'])
  const first = await read('/users?limit=3&prefix=al')
  expect(named(first)).toEqual(['al', 'al_2', 'albert'])
  const second = await read(`/users?limit=3&prefix=al&cursor=${first.cursor}`)
  expect([named(second), second.cursor]).toEqual([['alice'], undefined])
  expect(named(await read('/users?prefix=%25'))).toEqual([])
  expect(named(await read('/users?prefix=al%00'))).toEqual([])
  const other = await app.call('GET', `/users?prefix=b&cursor=${first.cursor}`)
  expectRefusal(other, 400, 'invalid_parameter', 'cursor was not issued by this list')
})

test('15 the sanctions of a user are listed over all chat rooms, and go when they are lifted', async () => {
  const [loud, quiet] = [
    await app.room({ name: 'loud', owner: 'alice', members: ['bob'] }),
    await app.room({ name: 'quiet', owner: 'alice', members: ['bob'] }),
  ]
  await app.call('POST', `/chatrooms/${loud}/mute`, { usernames: ['bob'], mute_duration: 600_000 })
  await app.call('POST', `/chatrooms/${quiet}/bans`, {
    usernames: ['bob'],
    ban_duration: -1,
    reason: 'it insults',
  })
  const of = async (query = '') => read(`/users/BOB/sanctions${query}`)
  const { data } = await of()
  expect(data).toEqual([
    { kind: 'muted', chatroom: loud, name: 'loud', expire: expect.any(Number), reason: '' },
    { kind: 'blocked', chatroom: quiet, name: 'quiet', expire: 4638873600000, reason: 'it insults' },
  ])
  const first = await of('?limit=1')
  const second = await of(`?limit=1&cursor=${first.cursor}`)
  expect([...first.data, ...second.data]).toEqual(data)
  expect(second.cursor).toBeUndefined()
  await app.call('DELETE', `/chatrooms/${loud}/mute/bob`)
  await app.call('DELETE', `/chatrooms/${quiet}/blocks/users/bob`)
  expect((await of()).data).toEqual([])
  const unknown = await app.call('GET', '/users/nobody/sanctions')
  expectRefusal(unknown, 404, 'service_resource_not_found', 'Service resource not found')
})

test('15 devices show since when they are connected, to those who ask for it', async () => {
  const before = Date.now()
  const client = await connectAs(app, 'bob')
  const plain = (await read('/users/bob/resources')).data
  expect(Object.keys(plain[0]).sort()).toEqual(['device_name', 'device_uuid', 'res'])
  const [device] = (await read('/users/bob/resources?times=true')).data
  expect(device.connected).toBeGreaterThanOrEqual(before - 1000)
  expect(device.connected).toBeLessThanOrEqual(Date.now() + 1000)
  client.close()
})

test('15 the audit trail has what was before a change, and which of the removed were admins', async () => {
  const room = await app.room({ name: 'club', owner: 'alice', members: ['bob', 'al'] })
  await app.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'bob' })
  await app.call('PUT', `/chatrooms/${room}`, { name: 'pub' })
  await app.call('DELETE', `/chatrooms/${room}/users/bob,al`)
  const { data } = await read(`/chatrooms/${room}/audit?limit=2`)
  expect(data.map(({ changes }: { changes: object[] }) => changes)).toEqual([
    [{ type: 'member.removed', usernames: ['bob', 'al'], memberCount: 1, before: { admins: ['bob'] } }],
    [{ type: 'room.changed', name: 'pub', before: { name: 'club' } }],
  ])
})

test('15 a callback that succeeded is kept with request and answer, and delivered again alone', async () => {
  const receiver = aReceiver(() => new Response('thanks'))
  const rule = { name: 'rooms', url: receiver.url, events: ['chatroom.created'], enabled: true }
  const { id } = (await app.call('POST', '/callbacks', rule)).body.data
  const [first] = [await app.room({ owner: 'alice' }), await app.room({ owner: 'bob' })]
  await receiver.wait(2)
  const list = `/callbacks/${id}/deliveries?bodies=true`
  const logged = async (count: number) => {
    await until(async () => (await read(list)).count >= count)
    return (await read(list)).data
  }
  const attempts = await logged(2)
  const one = attempts.find(({ chatroomid }: { chatroomid: string }) => chatroomid === first)
  expect(one).toMatchObject({ error: '', status: 200, response: 'thanks' })
  expect(JSON.parse(one.request)).toMatchObject({ id: first, operation: 'CREATE' })
  const resend = (delivery: string) => app.call('POST', `/callbacks/${id}/deliveries/${delivery}/resend`)
  expect((await resend(one.id)).body.data).toEqual({ result: 'ok' })
  const again = await logged(3)
  expect(again.length).toBe(3)
  expect(again[0]).toMatchObject({ callId: one.callId, request: one.request, attempt: 1 })
  expect(receiver.got.map(({ body }) => body.id).filter((room) => room === first)).toHaveLength(2)
  for (const unknown of ['999999', 'x', '-1'])
    expectRefusal(await resend(unknown), 404, 'resource_not_found', `delivery ${unknown} does not exist!`)
  receiver.stop()
})

test('15 of a busy rule ten deliveries a second are kept whole, and one that is not is not sent again', async () => {
  const receiver = aReceiver()
  const rule = { name: 'busy', url: receiver.url, events: ['chatroom.announcement_changed'], enabled: true }
  const { id } = (await app.call('POST', '/callbacks', rule)).body.data
  const room = await app.room({ owner: 'alice' })
  const calls = 60
  for (let call = 0; call < calls; call += 1)
    await app.call('POST', `/chatrooms/${room}/announcement`, { announcement: `${call}` })
  const list = `/callbacks/${id}/deliveries?bodies=true&limit=100`
  await until(async () => (await read(list)).count >= calls)
  const attempts: { id: string; request: string; timestamp: number }[] = (await read(list)).data
  const kept = Map.groupBy(
    attempts.filter(({ request }) => request !== ''),
    ({ timestamp }) => Math.floor(timestamp / 1000),
  )
  for (const each of kept.values()) expect(each.length).toBeLessThanOrEqual(10)
  expect(kept.size).toBeGreaterThan(0)
  const left = attempts.find(({ request }) => request === '')
  if (left)
    expectRefusal(
      await app.call('POST', `/callbacks/${id}/deliveries/${left.id}/resend`),
      403,
      'forbidden_op',
      `delivery ${left.id} is not stored whole`,
    )
  receiver.stop()
})
