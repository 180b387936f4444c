import { afterAll, beforeAll, expect, test } from 'bun:test'
import { expectRefusal } from '../support/bodies.ts'
import { sentBefore } from '../support/past.ts'
import { asUser, connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge', { historyDays: 3 })
  await app.register('alice', 'bob', 'carol', 'sam')
  await app.call('POST', '/chatrooms/super_admin', { superadmin: 'sam' })
})
afterAll(() => server.stop())

const queue = '/moderation/report/messages'

const report = async (who: string, id: string, reportReason = 'rude') =>
  (await asUser(app, who))('POST', `/user/${who}/moderation/report/message/${id}`, {
    reportType: 'abuse',
    reportReason,
  })
const list = async (query = '') => (await app.call('GET', queue + query)).body
const idsOf = async (query: string) =>
  (await list(query)).data.map(({ msg_id }: { msg_id: string }) => msg_id)

test('13.3 a report is open until somebody dismisses it or acts on it, and then names who and when', async () => {
  for (const id of ['2001', '2002', '2003']) await report('alice', id)
  await report('carol', '2001')
  const before = Date.now()
  const sam = await asUser(app, 'sam')
  const decided = await sam('PUT', `${queue}/2001`, { state: 'acted', note: '已禁言', handled_by: 'alice' })
  expect(decided.body.data).toEqual({ state: 'acted', reports: 2 })
  await app.call('PUT', `${queue}/2002`, { state: 'dismissed', handled_by: 'console-7' })
  expect(await idsOf('?state=open')).toEqual(['2003'])
  expect(await idsOf('?state=acted&username=carol')).toEqual(['2001'])
  expect(await idsOf('?state=acted&username=bob')).toEqual([])
  const { data } = await list('?state=acted')
  for (const row of data) expect(row).toMatchObject({ state: 'acted', handled_by: 'sam', note: '已禁言' })
  expect(data[0].handled).toBeGreaterThanOrEqual(before)
  expect((await list('?state=dismissed')).data[0].handled_by).toBe('console-7')

  // A repeat leaves the state; somebody else's report is open.
  await report('alice', '2002', 'still rude')
  expect((await list('?state=dismissed')).data[0].report_reason).toBe('still rude')
  await report('bob', '2002')
  expect(await idsOf('?state=open')).toEqual(['2002', '2003'])
  await app.call('PUT', `${queue}/2001`, { state: 'open' })
  expect((await list('?username=carol')).data[0]).toMatchObject({ state: 'open', handled_by: '', handled: 0 })

  const trail = (await app.call('GET', '/audit?limit=100')).body.data
  const changes = trail.flatMap(({ changes }: { changes: object[] }) => changes)
  expect(changes).toContainEqual({
    type: 'message.reported',
    message: '2001',
    username: 'carol',
    sender: '',
    reportType: 'abuse',
    reportReason: 'rude',
  })
  expect(changes).toContainEqual({
    type: 'report.decided',
    message: '2001',
    state: 'acted',
    note: '已禁言',
    handledBy: 'sam',
    before: { state: 'open' },
  })
})

test('13.3 a reported message is shown with the messages around it, where the app has a history', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
  const bob = await connectAs(app, 'bob')
  const ids: string[] = []
  for (let n = 0; n < 25; n += 1) ids.push(String((await bob.say(room, `line ${n}`)).serverId))
  const path = `${queue}/${ids[12]}`
  const textOf = (line: { payload: { bodies: { msg: string }[] } }) => line.payload.bodies[0]?.msg
  // Which room a message is of is stored a moment after it was accepted.
  await until(async () => {
    await report('carol', ids[12] as string)
    return (await app.call('GET', path)).body.data?.message !== null
  })
  const { reports, message, before, after } = (await app.call('GET', path)).body.data
  expect(reports).toMatchObject([{ msg_id: ids[12], username: 'carol', chatroom_id: room, from: 'bob' }])
  expect(message).toMatchObject({ msg_id: ids[12], from: 'bob', to: room })
  expect(textOf(message)).toBe('line 12')
  const lines = (from: number) => Array.from({ length: 10 }, (_, n) => `line ${from + n}`)
  expect([before.map(textOf), after.map(textOf)]).toEqual([lines(2), lines(13)])
  expect((await app.call('GET', `${queue}/4711`)).status).toBe(404)

  // What was taken back is not shown, its surroundings are.
  await app.call('DELETE', `/chatrooms/${room}/messages/${ids[12]}`)
  await until(async () => (await app.call('GET', path)).body.data.message === null)
  expect((await app.call('GET', path)).body.data.before.map(textOf)).toEqual(lines(2))
  await app.set({ historyDays: 0 })
  expect((await app.call('GET', path)).body.data).toMatchObject({ message: null, before: [], after: [] })
  await app.set({ historyDays: 3 })
  bob.close()
})

test('13.3 a message that is reported days after it was sent, or in the moment, is shown with its room and sender', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
  const [, old = '', last] = await sentBefore(
    server,
    Date.now() - 2 * 86_400_000,
    ['one', 'two', 'three'],
    room,
  )
  const bob = await connectAs(app, 'bob')
  const recent = String((await bob.say(room, 'just now')).serverId)
  for (const id of [old, recent]) {
    expect((await report('carol', id)).status).toBe(200)
    const { reports, message } = (await app.call('GET', `${queue}/${id}`)).body.data
    expect(reports).toMatchObject([{ msg_id: id, username: 'carol', chatroom_id: room, from: 'bob' }])
    expect(message).toMatchObject({ msg_id: id, from: 'bob', to: room })
  }
  expect(await idsOf(`?chatroom_id=${room}&from=bob`)).toEqual([recent, old])
  // The history can have what was said in a room that is no more: no report is to stay with it.
  await app.call('DELETE', `/chatrooms/${room}`)
  await report('carol', String(last))
  expect(await idsOf(`?chatroom_id=${room}`)).toEqual([])
  bob.close()
})

test('13.3 filtered reports are paged, with a cursor that is good for that filter alone', async () => {
  for (const id of ['3001', '3002', '3003']) await report('bob', id)
  const first = await list('?username=bob&state=open&limit=2')
  expect(first.count).toBe(2)
  const rest = await list(`?username=bob&state=open&limit=2&cursor=${first.cursor}`)
  const ids = [...first.data, ...rest.data].map(({ msg_id }) => msg_id)
  expect(ids.slice(0, 3)).toEqual(['3003', '3002', '3001'])
  expect((await app.call('GET', `${queue}?username=alice&cursor=${first.cursor}`)).status).toBe(400)
  expect((await app.call('GET', `${queue}?state=other`)).status).toBe(400)
  for (const limit of ['0', '-1']) expect((await app.call('GET', `${queue}?limit=${limit}`)).status).toBe(400)
})

test('13.3 a flood of reports by one user is refused, and nothing of others is lost', async () => {
  await app.register('flo')
  let accepted = 0
  for (let n = 0; n < 40; n += 1) {
    const reply = await report('flo', `${5000 + n}`)
    if (reply.status === 200) accepted += 1
    else expectRefusal(reply, 429, 'reach_limit', 'This request has reached api limit')
  }
  expect(accepted).toBe(30)
  // So is one that changes its report of one message again and again; the same again changes nothing.
  await app.register('flora')
  for (let n = 0; n < 30; n += 1) expect((await report('flora', '6000', `${n}`)).status).toBe(200)
  expect((await report('flora', '6000', 'once more')).status).toBe(429)
  for (let n = 0; n < 3; n += 1) expect((await report('flora', '6000', '29')).status).toBe(200)
  expect((await report('carol', '5001')).status).toBe(200)
  expect((await idsOf('?username=flo&limit=100')).length).toBe(30)
})

test('13.3 only the app and super admins see and decide reports, of what was reported', async () => {
  const alice = await asUser(app, 'alice')
  expect((await alice('GET', queue)).status).toBe(401)
  expect((await alice('PUT', `${queue}/2001`, { state: 'open' })).status).toBe(401)
  const missing = await app.call('PUT', `${queue}/4711`, { state: 'open' })
  expectRefusal(missing, 404, 'resource_not_found', 'message 4711 was not reported!')
  expect((await app.call('PUT', `${queue}/2001`, { state: 'gone' })).status).toBe(400)
})
