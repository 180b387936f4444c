import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob')
})
afterAll(() => server.stop())

const anId = expect.stringMatching(/^\d+$/)

test('12.7 in a disabled room nobody receives messages of the app either, and the short list of joined rooms shows it', async () => {
  const [open, disabled] = await Promise.all([0, 1].map(() => app.room({ owner: 'alice', members: ['bob'] })))
  if (!open || !disabled) throw new Error('there are no rooms')
  const bob = await connectAs(app, 'bob')
  await app.call('POST', `/chatrooms/${disabled}/disable`)
  const joined = (await app.call('GET', '/users/bob/joined_chatrooms')).body.data
  expect(
    Object.fromEntries(joined.map((row: { id: string; disabled: string }) => [row.id, row.disabled])),
  ).toEqual({
    [open]: 'false',
    [disabled]: 'true',
  })

  const message = { to: [disabled, open], type: 'txt', body: { msg: 'is anyone there?' } }
  const { body } = await app.call('POST', '/messages/chatrooms', message)
  expect(body.data).toEqual({ [open]: anId, [disabled]: anId })
  await app.call('POST', '/messages/chatrooms/broadcast', { msg: { type: 'txt', msg: 'to all' } })
  const receives = (text: string) => bob.find(({ texts }) => texts.includes(`admin: ${text}`))
  await receives('to all')
  await app.call('POST', `/chatrooms/${disabled}/enable`)
  await app.call('POST', '/messages/chatrooms', { ...message, body: { msg: 'welcome back' } })
  await receives('welcome back')
  await bob.settled()
  const all = bob.got.flatMap(({ texts }) => texts).sort()
  expect(all).toEqual(
    ['is anyone there?', 'to all', 'welcome back', 'welcome back'].map((text) => `admin: ${text}`),
  )
  bob.close()
})

test('12.1 a message that is too large has the number of the reference beside its text', async () => {
  const text = { to: ['1'], type: 'txt', body: { msg: 'x'.repeat(20_000) } }
  for (const path of ['/messages/chatrooms', '/messages/users']) {
    const { status, body } = await app.call('POST', path, text)
    expect(status).toBe(400)
    expect(body).toMatchObject({
      error: 'message_send_error',
      error_description: 'message is too large',
      error_code: 14_007,
    })
  }
  const { body } = await app.call('POST', '/messages/chatrooms', { ...text, to: [] })
  expect(body).not.toHaveProperty('error_code')
})

test('12.6 with rateLimits an app sends 6,000 messages to users in a minute, and no more', async () => {
  const limited = await server.app('acme#limited', { rateLimits: true })
  const to = Array.from({ length: 600 }, (_, at) => `user${at}`)
  const sendAll = async () => {
    const statuses: number[] = []
    for (let sent = 0; sent < 10; sent += 1)
      statuses.push(
        (await limited.call('POST', '/messages/users', { to, type: 'txt', body: { msg: 'hi' } })).status,
      )
    return statuses
  }
  const older = { target_type: 'users', target: ['bob'], msg: { type: 'txt', msg: 'hi' } }
  expect(await sendAll()).toEqual(Array(10).fill(200))
  // A minute may end while it is counted.
  let refused = await limited.call('POST', '/messages', older)
  if (refused.status === 200) {
    await sendAll()
    refused = await limited.call('POST', '/messages', older)
  }
  expect(refused.status).toBe(403)
  expect(refused.body).toMatchObject({
    error: 'message_send_error',
    error_description: 'message send reach limit',
  })
  expect((await app.call('POST', '/messages', older)).status).toBe(200)
})
