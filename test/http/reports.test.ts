import { afterAll, beforeAll, expect, test } from 'bun:test'
import { refusal } from '../support/bodies.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol')
})
afterAll(() => server.stop())

const report = async (who: string, id: string, reportReason = 'rude', about = who) =>
  (await asUser(app, who))('POST', `/user/${about}/moderation/report/message/${id}`, {
    username: who,
    reportType: 'abuse',
    reportReason,
  })
const list = async (query = '') => (await app.call('GET', `/moderation/report/messages${query}`)).body

test('12.7 a report of a message is stored, and listed for the app with its room and sender, until the room is dissolved', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const body = { from: 'bob', to: [room], type: 'txt', body: { msg: 'hi' } }
  const sent = await app.call('POST', '/messages/chatrooms?useMsgId=true', body)
  const id = Object.values(sent.body.data as Record<string, string>)[0] as string
  // A node stores messages a moment after they are accepted.
  let where: string | undefined
  for (let tries = 0; where !== room && tries < 100; tries += 1) {
    expect((await report('alice', id)).status).toBe(200)
    where = (await list()).data[0].chatroom_id
  }
  expect((await list()).data).toEqual([
    {
      msg_id: id,
      source: 'user',
      username: 'alice',
      report_type: 'abuse',
      report_reason: 'rude',
      created: expect.any(Number),
      chatroom_id: room,
      from: 'bob',
      state: 'open',
      handled_by: '',
      handled: 0,
      note: '',
    },
  ])
  await app.call('DELETE', `/chatrooms/${room}`)
  expect((await list()).data).toEqual([])
})

test('12.7 reports are paged, one of each user and message, and go with the user', async () => {
  for (const id of ['1001', '1002', '1003']) await report('carol', id)
  await report('carol', '1003', 'again')
  const first = await list('?limit=2')
  expect(first.data).toMatchObject([{ msg_id: '1003', report_reason: 'again' }, { msg_id: '1002' }])
  const rest = await list(`?limit=2&cursor=${first.cursor}`)
  expect(rest.data.map((row: { msg_id: string }) => row.msg_id)).toEqual(['1001'])
  expect(rest.cursor).toBeUndefined()
  await app.call('DELETE', '/users/carol')
  expect((await list()).data).toEqual([])
})

test('12.7 a report for somebody else, of what is no message or too long is refused', async () => {
  expect((await report('bob', '1001', 'rude', 'alice')).status).toBe(401)
  const unknown = await report('bob', 'none')
  expect([unknown.status, unknown.body]).toEqual([
    400,
    refusal('illegal_argument', 'report failed, get message by id failed'),
  ])
  expect((await report('bob', '1001', 'é'.repeat(257))).status).toBe(400)
  expect((await report('bob', '1001', 'é'.repeat(256))).status).toBe(200)
})
