import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { expectRefusal, expectSuccess } from '../support/bodies.ts'
import { asUser } from '../support/people.ts'
import { type SdkClient, sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
let room: string

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#sending')
  await app.register('alice', 'bob', 'carol')
  room = await app.room({ owner: 'alice', members: ['bob'] })
})
afterAll(() => server.stop())

const anId = expect.stringMatching(/^\d+$/)
const text = (msg: string) => ({ type: 'txt', body: { msg } })
const send = (message: object) => app.call('POST', '/messages/chatrooms', message)
const direct = (message: object) =>
  app.call('POST', '/messages/chatrooms/users', { to: [room], users: ['bob'], ...text('psst'), ...message })

for (const name of sdkNames) {
  describe(name, () => {
    const clients = {} as Record<'alice' | 'bob', SdkClient>
    const of = async (user: string): Promise<SdkClient> => {
      const accessToken = (await asUser(app, user)).token
      return sdkInBun(name, { url: server.url, appKey: app.key, user, accessToken })
    }
    beforeAll(async () => {
      clients.alice = await of('alice')
      clients.bob = await of('bob')
    })
    afterAll(async () => {
      for (const client of Object.values(clients)) await client.close()
    })

    test('12.1 an unknown room among several has an id, and the others get the message', async () => {
      const reply = await send({ to: ['404', room], ...text(`hello ${name}`) })
      const path = '/messages/chatrooms'
      const data = { '404': anId, [room]: anId }
      const ids = expectSuccess(reply, app, 'post', path, { path, data })
      expect(ids['404']).not.toBe(ids[room])
      await clients.bob.hears('onTextMessage', { id: ids[room], to: room, msg: `hello ${name}` })
    })

    test('12.1 an empty level counts as left out', async () => {
      const { status, body } = await send({ to: [room], ...text('plain'), chatroom_msg_level: '' })
      expect(status).toBe(200)
      const heard = await clients.bob.hears('onTextMessage', { id: body.data[room] })
      expect(heard.priority).toBe('normal')
    })

    test('12.1 a directed message reaches those members alone; users who are not in the room are passed over', async () => {
      const path = '/messages/chatrooms/users'
      const reply = await direct({ users: ['Bob', 'carol', 'nobody'], ...text(`psst ${name}`) })
      const ids = expectSuccess(reply, app, 'post', path, { path, data: { [room]: anId } })
      await clients.bob.hears('onTextMessage', { id: ids[room], to: room, msg: `psst ${name}` })
      await send({ to: [room], ...text(`after ${name}`) })
      await clients.alice.hears('onTextMessage', { msg: `after ${name}` })
      expect(clients.alice.told.some(({ data }) => data?.msg === `psst ${name}`)).toBe(false)
    })
  })
}

for (const [title, change, problem] of [
  ['no users', { users: undefined }, "param users can't be empty"],
  ['an empty list of users', { users: [] }, "param users can't be empty"],
  ['21 users', { users: Array(21).fill('bob') }, "params users's size can't exceed limit 20"],
  ['two rooms', { to: ['1', '2'] }, "params to's size can't exceed limit 1"],
  ['no room', { to: undefined }, "param to can't be empty"],
] as const) {
  test(`12.1 a directed message with ${title} is refused`, async () => {
    expectRefusal(await direct(change), 400, 'message_send_error', problem)
  })
}

test('12.1 an app with rate limits sends 100 messages a second, each room counted', async () => {
  const limited = await server.app('acme#hurried', { rateLimits: true })
  const to = Array.from({ length: 10 }, (_, place) => String(place + 1))
  const replies = await Promise.all(
    Array.from({ length: 41 }, () => limited.call('POST', '/messages/chatrooms', { to, ...text('hi') })),
  )
  const refused = replies.filter(({ status }) => status !== 200)
  expect(refused.length).toBeGreaterThan(0)
  for (const reply of refused) expectRefusal(reply, 403, 'message_send_error', 'message send reach limit')
})
