import { afterAll, afterEach, beforeAll, expect, setSystemTime, test } from 'bun:test'
import { dayMs, hourMs } from '../../src/domain/time.ts'
import { expectRefusal } from '../support/bodies.ts'
import type { Json } from '../support/json.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { alterStore, tablesWith } from '../support/stored.ts'
import { until } from '../support/until.ts'

let server: TestServer
let app: TestApp
beforeAll(async () => {
  server = await aServer({}, undefined, { pruneEveryMs: 20 })
  app = await server.app('acme#lounge', { historyDays: 3 })
  await app.register('alice', 'bob', 'carol', 'dave')
})
afterEach(() => {
  setSystemTime()
})
afterAll(() => server.stop())

const minuteMs = 60_000

async function done(method: string, path: string, body?: object): Promise<Json> {
  const reply = await app.call(method, path, body)
  if (reply.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`)
  return reply.body.data
}

/** Makes what is stored of rooms and keys older. */
const age = (table: string, column: string, by: number, where: string) =>
  alterStore(server.dir, server.databaseUrl, [
    `update ${table} set ${column} = ${column} - ${by} where ${where}`,
  ])

const traces = (text: string) => tablesWith(server.dir, server.databaseUrl, text)

/** Everything that a room can leave behind. */
async function aFullRoom(): Promise<string> {
  const id = await app.room({ owner: 'alice', members: ['bob', 'carol', 'dave'], keep: true })
  const path = `/chatrooms/${id}`
  await done('POST', `${path}/admin`, { newadmin: 'bob' })
  await done('POST', `${path}/mute`, { usernames: ['carol'], mute_duration: -1 })
  await done('POST', `${path}/blocks/users/dave`)
  await done('POST', `${path}/white/users/carol`)
  await done('POST', `${path}/announcement`, { announcement: 'be kind' })
  await done('PUT', `/metadata/chatroom/${id}/user/bob`, { metaData: { k: 'v' } })
  const said = { from: 'bob', to: [id], type: 'txt', body: { msg: 'hi' } }
  const { [id]: message } = await done('POST', '/messages/chatrooms', said)
  // Messages are stored after they were delivered.
  const pin = { to: id, type: 'chatroom', pin_msg_id: message }
  await until(async () => (await app.call('POST', '/sdk/user/alice/user_channel/pin', pin)).status === 200)
  const report = `/user/carol/moderation/report/message/${message}`
  await until(async () => (await app.call('POST', report, { reportType: 'spam' })).status === 200)
  const body = new FormData()
  body.append('file', new File(['hi'], 'a.txt'))
  const headers = { authorization: `Bearer ${app.token}` }
  expect((await fetch(`${app.url}${path}/share_files`, { method: 'POST', headers, body })).status).toBe(200)
  const alice = await asUser(app, 'alice')
  expect((await alice('DELETE', `${path}/users/alice`)).status).toBe(200)
  return id
}

test('14.4 when undoHours are over nothing is left of a dissolved room but its id, which stays taken, its history and the log; a minute before all of it is', async () => {
  const [id, marker] = [await aFullRoom(), await app.room({ owner: 'bob' })]
  for (const each of [id, marker]) await done('DELETE', `/chatrooms/${each}`)
  const before = await traces(id)
  for (const table of [
    'absent_owners',
    'attributes',
    'blocks',
    'dissolved_rooms',
    'mutes',
    'pins',
    'room_files',
  ])
    expect(before).toContain(table)
  const [list] = (await app.call('GET', '/chatrooms/deleted')).body.data
  expect(list.restorable_until - list.dissolved).toBe(24 * hourMs)

  await age('dissolved_rooms', 'dissolved', (dayMs - minuteMs) * 1000, `id = '${id}'`)
  await age('dissolved_rooms', 'dissolved', (dayMs + minuteMs) * 1000, `id = '${marker}'`)
  // Both are looked at in one round.
  await until(async () => !(await traces(marker)).includes('dissolved_rooms'))
  expect(await traces(id)).toEqual(before)
  expect((await app.call('GET', '/chatrooms/deleted')).body.data.map((room: Json) => room.id)).toEqual([id])

  await age('dissolved_rooms', 'dissolved', 2 * minuteMs * 1000, `id = '${id}'`)
  expectRefusal(
    await app.call('POST', `/chatrooms/${id}/restore`),
    404,
    'resource_not_found',
    `no dissolved chat room ${id} can be restored`,
  )
  await until(async () => !(await traces(id)).includes('dissolved_rooms'))
  // What can be recalled is there for minutes, the history and the log as long as the app says.
  const others = /^(messages|history.*|events)$/
  expect((await traces(id)).filter((table) => !others.test(table))).toEqual(['used_ids'])
  expect((await app.call('GET', `/chatrooms/${id}`)).status).toBe(404)
  expect((await app.call('GET', '/chatrooms/deleted')).body.data).toEqual([])
  const again = { name: 'a', description: 'b', owner: 'alice', roomid: id }
  expectRefusal(
    await app.call('POST', '/chatrooms', again),
    400,
    'illegal_argument',
    `group ID ${id} already exists!`,
  )
})

test('14.5 a key acts again when its day is over, and not a minute before', async () => {
  const create = (key: string) =>
    app.call(
      'POST',
      '/chatrooms',
      { name: key, description: 'b', owner: 'alice' },
      { 'idempotency-key': key },
    )
  const first = (await create('young')).body.data.id
  const old = (await create('old')).body.data.id
  await age('retries', 'created', dayMs - minuteMs, `key = 'young'`)
  await age('retries', 'created', dayMs + minuteMs, `key = 'old'`)
  let second = old
  await until(async () => {
    second = (await create('old')).body.data.id
    return second !== old
  })
  expect((await create('old')).body.data.id).toBe(second)
  expect((await create('young')).body.data.id).toBe(first)
  const rooms = await app.call('GET', '/chatrooms?limit=1000')
  expect(rooms.body.data.map(({ name }: Json) => name).sort()).toEqual(['old', 'old', 'young'])
})

test('14.5 a node whose clock is ahead of the database removes no key and no dissolved room early', async () => {
  // The embedded store has no other clock than that of its process.
  if (server.databaseUrl === '') return
  const key = { 'idempotency-key': 'kept' }
  const draft = { name: 'kept', description: 'b', owner: 'alice' }
  const { id } = (await app.call('POST', '/chatrooms', draft, key)).body.data
  await done('DELETE', `/chatrooms/${id}`)
  const markers = ['marker-1', 'marker-2']
  for (const marker of markers)
    await app.call('POST', '/chatrooms', { ...draft, name: marker }, { 'idempotency-key': marker })
  setSystemTime(new Date(Date.now() + 25 * hourMs))
  // When the second one is gone, the round that has removed the first has ended.
  for (const marker of markers) {
    await age('retries', 'created', 30 * hourMs, `key = '${marker}'`)
    await until(async () => !(await traces(marker)).includes('retries'))
  }
  setSystemTime()
  expect(await traces(id)).toEqual(expect.arrayContaining(['dissolved_rooms', 'retries']))
})
