import { afterAll, beforeAll, expect, test } from 'bun:test'
import { expectRefusal, expectSuccess } from '../support/bodies.ts'
import { asUser, connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol')
})
afterAll(() => server.stop())

const text = 'can not operate this group, reason: group is disabled'

test('in a disabled room nobody joins, speaks or manages, until it is enabled', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const path = `/chatrooms/${room}/disable`
  const alice = await asUser(app, 'alice')
  const socket = await TestSocket.login(server.url, app.key, 'alice', alice.token)
  expect((await socket.say(room, 'before')).status?.errorCode).toBe(0)
  for (const _ of [1, 2])
    expectSuccess(await app.call('POST', path), app, 'post', path, { data: { disabled: true } })

  const { status } = await socket.say(room, 'now')
  expect(status).toMatchObject({ errorCode: 1, reason: 'group is disabled' })
  expectRefusal(
    await alice('POST', `/chatrooms/${room}/mute`, { usernames: ['bob'], mute_duration: -1 }),
    403,
    'forbidden_op',
    text,
  )
  expectRefusal(await alice('PUT', `/chatrooms/${room}`, { name: 'x' }), 403, 'forbidden_op', text)
  expectRefusal(await app.call('POST', `/chatrooms/${room}/users/carol`), 403, 'forbidden_op', text)
  const carol = await asUser(app, 'carol')
  expectRefusal(await carol('POST', `/chatrooms/${room}/users/carol`), 403, 'forbidden_op', text)

  const inLists = async () => [
    (await app.call('GET', '/chatrooms?limit=1')).body.data[0].disabled,
    (await app.call('GET', '/users/alice/joined_chatrooms?detail=true')).body.data[0].disabled,
  ]
  expect(await inLists()).toEqual([true, 'true'])

  // The app itself still reads and changes it.
  expect((await app.call('GET', `/chatrooms/${room}`)).body.data.affiliations_count).toBe(2)
  expect((await app.call('PUT', `/chatrooms/${room}`, { name: 'changed' })).status).toBe(200)
  const enable = `/chatrooms/${room}/enable`
  expectSuccess(await app.call('POST', enable), app, 'post', enable, { data: { disabled: false } })
  expect((await socket.say(room, 'after')).status?.errorCode).toBe(0)
  expect((await carol('POST', `/chatrooms/${room}/users/carol`)).status).toBe(200)
  socket.close()
})

test('a client that joins a disabled room over its connection gets the reason of the refusal', async () => {
  const room = await app.room({ owner: 'alice' })
  await app.call('POST', `/chatrooms/${room}/disable`)
  const bob = await connectAs(app, 'bob')
  const answer = await bob.join(room)
  expect(JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? String(value) : value))).toContain(
    'group is disabled',
  )
  bob.close()
})

test('the app alone disables and enables, and dissolves what is disabled', async () => {
  const room = await app.room({ owner: 'alice' })
  const alice = await asUser(app, 'alice')
  const refusal = 'you have no permission to do this.'
  for (const path of ['disable', 'enable'])
    expectRefusal(await alice('POST', `/chatrooms/${room}/${path}`), 401, 'group_authorization', refusal)
  const missing = await app.call('POST', '/chatrooms/1/disable')
  expectRefusal(missing, 404, 'resource_not_found', 'grpID 1 does not exist!')
  await app.call('POST', `/chatrooms/${room}/disable`)
  expect((await app.call('DELETE', `/chatrooms/${room}`)).status).toBe(200)
})
