import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { readAppSettings } from '../../src/domain/app-settings.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'

let server: TestServer
let app: TestApp
beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice')
})
afterAll(() => server.stop())

test('10.15 a re-created user has a token that is accepted at once, after the old one was refused', async () => {
  for (let round = 0; round < 3; round += 1) {
    await app.register('bob')
    const old = await asUser(app, 'bob')
    expect((await old('GET', '/users/bob/joined_chatrooms')).status).toBe(200)
    await app.call('DELETE', '/users/bob')
    expect((await old('GET', '/users/bob/joined_chatrooms')).status).toBe(401)
    await app.register('bob')
    const created = await asUser(app, 'bob')
    expect((await created('GET', '/users/bob/joined_chatrooms')).status).toBe(200)
    expect((await old('GET', '/users/bob/joined_chatrooms')).status).toBe(401)
    expect((await created('GET', '/users/bob/joined_chatrooms')).status).toBe(200)
    await app.call('DELETE', '/users/bob')
  }
})

test('10.15 a token that the backend signs is accepted as soon as its user is registered, though it was refused before', async () => {
  const curTime = Math.floor(Date.now() / 1000)
  const said = { appkey: app.key, userId: 'dora', curTime, ttl: 3600 }
  const signature = createHash('sha256')
    .update(`${app.clientId}${app.key}dora${curTime}3600${app.clientSecret}`)
    .digest('hex')
  const token = Buffer.from(`dt-${JSON.stringify({ signature, ...said })}`).toString('base64')
  const asked = async () =>
    (
      await app.call('GET', '/users/dora/joined_chatrooms', undefined, {
        authorization: `Bearer ${token}`,
      })
    ).status
  const login = () => TestSocket.login(server.url, app.key, 'dora', token)
  for (let round = 0; round < 3; round += 1) {
    expect(await asked()).toBe(401)
    await expect(login()).rejects.toThrow('login refused')
    await app.register('dora')
    const socket = await login()
    socket.close()
    expect(await asked()).toBe(200)
    await app.call('DELETE', '/users/dora')
  }
})

test('10.31 a rate of 0 is refused, which could mean none or no limit', () => {
  for (const name of ['roomMessageRate', 'userMessageRate'])
    expect(() => readAppSettings([`${name}=0`])).toThrow('must be a whole number of 1 or more, or none')
  expect(readAppSettings(['roomMessageRate=none', 'userMessageRate=1'])).toEqual({
    roomMessageRate: null,
    userMessageRate: 1,
  })
})

test('10.37 joins and leaves of one user are held to a rate together, over REST and a socket', async () => {
  const metered = await server.app('acme#metered', { userMessageRate: 5 })
  await metered.register('alice', 'bob', 'carol')
  const room = await metered.room({ owner: 'alice' })
  const bob = await asUser(metered, 'bob')
  const socket = await TestSocket.login(server.url, metered.key, 'bob', bob.token)
  const path = `/chatrooms/${room}/users/bob`
  const rounds = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 'POST' : 'DELETE'))
  const answers = await Promise.all(rounds.map((method) => bob(method, path)))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(5)
  expect(refused[0]?.body).toMatchObject({
    error: 'reach_limit',
    error_description: 'This request has reached api limit',
  })
  const joins = await Promise.all(Array.from({ length: 20 }, () => socket.join(room)))
  expect(joins.filter(({ status }) => status?.reason === 'traffic limit').length).toBeGreaterThan(5)

  const carol = await asUser(metered, 'carol')
  expect((await carol('POST', `/chatrooms/${room}/users/carol`)).status).toBe(200)
  expect((await metered.call('POST', path)).status).toBe(200)
  socket.close()

  const tries = await Promise.all(
    Array.from({ length: 20 }, () => carol('DELETE', `/chatrooms/${room}/users/carol?dry_run=true`)),
  )
  expect(tries.filter(({ status }) => status === 429).length).toBeGreaterThan(5)
})
