import { afterAll, beforeAll, expect, test } from 'bun:test'
import { refusal } from '../support/bodies.ts'
import { connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
let room: string

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#messages')
  await app.register('alice', 'bob')
  room = await app.room({ owner: 'alice', members: ['bob'] })
})
afterAll(() => server.stop())

const login = (name: string) => connectAs(app, name)
const post = (message: Record<string, unknown>) =>
  app.call('POST', '/messages/chatrooms', { to: [room], type: 'txt', body: { msg: 'notice' }, ...message })

for (const [title, from, text] of [
  ['600,000 characters', 'x'.repeat(600_000), 'USERNAME_TOO_LONG'],
  ['a space', 'the stage', 'username [the stage] is not legal'],
  ['a slash', 'a/b', 'username [a/b] is not legal'],
] as const) {
  test(`10.33 a message of the app's own server from a sender with ${title} is refused as such a user is`, async () => {
    const { status, body } = await post({ from })
    expect(status).toBe(400)
    expect(body).toEqual(refusal('illegal_argument', text))
  })
}

test("10.33 the 16 KiB of a message of the app's own server count its attributes", async () => {
  expect((await post({ ext: { text: 'x'.repeat(16_000) } })).status).toBe(200)
  const { status, body } = await post({ ext: { text: 'x'.repeat(16_384) } })
  expect(status).toBe(400)
  const text = 'message is too large'
  expect(body).toEqual({ ...refusal('message_send_error', text), error_code: 14007, desc: text })
})

test('10.33 the 16 KiB of a message of a member count the attributes beside it', async () => {
  const bob = await login('bob')
  const say = (length: number) =>
    bob.say(room, 'x'.repeat(8000), { ext: [{ key: 'note', type: 7, stringValue: 'x'.repeat(length) }] })
  expect((await say(8000)).status?.errorCode).toBe(0)
  expect((await say(8400)).status).toMatchObject({ errorCode: 7, reason: 'Sorry, data is too large' })
  bob.close()
})
