import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openEvents } from '../support/event-source.ts'
import { asUser, connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import type { TestSocket } from '../support/socket.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(30_000)

let server: TestServer
let app: TestApp
let room: string
let bob: TestSocket

const queue = '/moderation/report/messages'

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#watched', { userMessageRate: null, historyDays: 3 })
  await app.register('alice', 'bob', 'carol')
  room = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
  bob = await connectAs(app, 'bob')
  const lists = '/moderation/keyword_lists'
  const { body } = await app.call('POST', lists, { name: 'suspicious', action: 'report' })
  await app.call('POST', `${lists}/${body.data.id}/words`, { words: ['casino', 'jackpot'] })
  const check = { content: 'casino' }
  await until(async () => (await app.call('POST', '/moderation/txt/check', check)).status === 200)
})
afterAll(async () => {
  bob.close()
  await server.stop()
})

interface Row {
  msg_id: string
  report_reason: string
}

const list = async (query = '?source=keyword'): Promise<Row[]> =>
  (await app.call('GET', `${queue}${query}`)).body.data
const say = async (text: string, socket = bob) => String((await socket.say(room, text)).serverId)
/** Resolves when all that was said so far has been looked at: what is said last is reported. */
async function settled(): Promise<void> {
  const word = await connectAs(app, 'alice')
  const id = await say(`casino jackpot ${crypto.randomUUID()}`, word)
  await until(async () => (await moderated()).some(({ message }) => message === id))
  word.close()
}
const moderated = async (): Promise<{ message: string }[]> =>
  (await app.call('GET', '/audit?limit=1000')).body.data.flatMap(
    ({ changes }: { changes: { type: string }[] }) =>
      changes.filter(({ type }) => type === 'message.moderated'),
  )

test('13.3 what a reporting list lets pass is in the queue of reports, with its words, context and an event', async () => {
  const events = await openEvents(`${app.url}/events?type=message.reported,report.decided`, app.token)
  await say('good evening')
  const id = await say('win the ＪＡＣＫＰＯＴ at the casino')
  await say('see you')
  await until(async () => (await list()).length === 1)
  expect(await list()).toEqual([
    {
      msg_id: id,
      source: 'keyword',
      username: '',
      report_type: 'keyword',
      report_reason: 'casino, jackpot',
      created: expect.any(Number),
      chatroom_id: room,
      from: 'bob',
      state: 'open',
      handled_by: '',
      handled: 0,
      note: '',
    },
  ] as unknown as Row[])
  const { message, before, after } = (await app.call('GET', `${queue}/${id}`)).body.data
  const textOf = (line: { payload: { bodies: { msg: string }[] } }) => line.payload.bodies[0]?.msg
  expect([...before.map(textOf), textOf(message), ...after.map(textOf)]).toEqual([
    'good evening',
    'win the ＪＡＣＫＰＯＴ at the casino',
    'see you',
  ])
  await app.call('PUT', `${queue}/${id}`, { state: 'acted', note: 'warned' })
  const [reported, decided] = await events.take(2)
  expect([reported?.data.chatroomid, reported?.data.data]).toEqual([
    room,
    { message: id, username: '', sender: 'bob', reportType: 'keyword', reportReason: 'casino, jackpot' },
  ])
  expect(decided?.data).toMatchObject({ type: 'report.decided', data: { message: id, state: 'acted' } })
  events.close()
})

test('13.3 the same words of one sender in one room are one report while it is open', async () => {
  const [first] = [await say('casino'), await say('the CASINO'), await say('a casino again')]
  const carol = await connectAs(app, 'carol')
  const other = await say('casino', carol)
  await settled()
  const open = async () => (await list('?source=keyword&state=open&limit=100')).map(({ msg_id }) => msg_id)
  expect((await open()).filter((id) => id !== first && id !== other)).toHaveLength(1)
  expect(await open()).toContain(first)
  expect(await open()).toContain(other)
  // What was decided is no reason to say nothing of the next.
  await app.call('PUT', `${queue}/${first}`, { state: 'dismissed' })
  const next = await say('casino')
  await until(async () => (await open()).includes(next))
  carol.close()
})

test('13.3 what users report and what keywords do are listed apart, and users may report the same message', async () => {
  const id = await say(`jackpot`)
  await until(async () => (await list()).some(({ msg_id }) => msg_id === id))
  const carol = await asUser(app, 'carol')
  const report = { reportType: 'spam', reportReason: 'ads' }
  expect((await carol('POST', `/user/carol/moderation/report/message/${id}`, report)).status).toBe(200)
  expect((await list('?source=user')).map(({ report_reason }) => report_reason)).toEqual(['ads'])
  expect((await list('?source=other')) ?? 'refused').toBe('refused' as never)
  const both = (await app.call('GET', `${queue}/${id}`)).body.data.reports
  expect(both.map(({ source }: { source: string }) => source).toSorted()).toEqual(['keyword', 'user'])
})
