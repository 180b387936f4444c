import { afterAll, beforeAll, expect, test } from 'bun:test'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

/** How the official server SDKs name themselves. */
const serverSdks = [
  'EasemobServerSDK/0.8.57',
  'Easemob-ServerSDK2.0_Java_1.0.6',
  'EasemobServerSDK-PHP/8.2.36',
]

let server: TestServer
let app: TestApp
let id: string

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob')
  id = await app.room({ owner: 'alice', members: ['bob'] })
})
afterAll(() => server.stop())

const as = (agent: string) => ({ 'user-agent': agent })

test('a new app responds to official server SDKs in their form, and to everybody else as the pages show', async () => {
  for (const agent of serverSdks) {
    const { body, headers } = await app.call('GET', `/chatrooms/${id}`, undefined, as(agent))
    expect([agent, Array.isArray(body.data), headers.get('vary')]).toEqual([agent, true, 'User-Agent'])
  }
  // Twice and once more: from the store, and then from the cache.
  for (const agent of ['axios/1.7', 'axios/1.7', serverSdks[0] as string, 'axios/1.7']) {
    const { body, headers } = await app.call('GET', `/chatrooms/${id}`, undefined, as(agent))
    expect([agent, Array.isArray(body.data)]).toEqual([agent, agent === serverSdks[0]])
    expect(headers.get('vary')).toBe('User-Agent')
  }
})

test('a set dialect holds for every caller, without Vary', async () => {
  for (const [dialect, isArray] of [
    ['docs', false],
    ['sdk', true],
  ] as const) {
    await app.set({ dialect })
    for (const agent of ['axios/1.7', serverSdks[0] as string]) {
      const { body, headers } = await app.call('GET', `/chatrooms/${id}`, undefined, as(agent))
      expect([Array.isArray(body.data), headers.get('vary')]).toEqual([isArray, null])
    }
  }
  await app.set({ dialect: 'auto' })
})

test('a field that is null counts as absent for every caller', async () => {
  const draft = { name: 'a', description: 'b', owner: 'alice', maxusers: null, members: null, custom: null }
  expect((await app.call('POST', '/chatrooms', draft)).status).toBe(200)
})

test('12 a field that is null counts as absent in each row of a list, too', async () => {
  const rows = ['nina', 'nils'].map((username) => ({ username, password: 'x', nickname: null }))
  expect((await app.call('POST', '/users', rows)).status).toBe(200)
  const message = { to: [id], type: 'txt', body: { msg: 'hello' }, ext: { seat: null } }
  const sent = (await app.call('POST', '/messages/chatrooms', message)).body.data[id]
  const row = { msg_id: sent, to: id, chat_type: 'chatroom', from: null, force: null }
  const recalled = await app.call('POST', '/messages/batch_recall', { msgs: [row] })
  expect(recalled.body.data).toMatchObject([{ recalled: 'yes', from: 'admin' }])
  const bad = await app.call('PUT', `/metadata/chatroom/${id}/user/alice`, { metaData: { mood: null } })
  expect(bad.body.error_description).toBe('metaData.mood must be a string')
})

test('12 a refusal that one dialect alone gives has Vary: User-Agent', async () => {
  const change = (agent: string) => app.call('PUT', `/chatrooms/${id}`, { custom: 'x' }, as(agent))
  for (const [agent, status] of [
    ['axios/1.7', 400],
    [serverSdks[0] as string, 200],
  ] as const) {
    const { status: answered, headers } = await change(agent)
    expect([answered, headers.get('vary')]).toEqual([status, 'User-Agent'])
  }
  await app.register('oscar')
  const transfer = await app.call('PUT', `/chatrooms/${id}`, { newowner: 'oscar' }, as('axios/1.7'))
  expect([transfer.status, transfer.headers.get('vary')]).toEqual([403, 'User-Agent'])
  await app.set({ dialect: 'docs' })
  expect((await change('axios/1.7')).headers.get('vary')).toBeNull()
  await app.set({ dialect: 'auto' })
})

test('groupid is the chosen id, as older SDKs send it', async () => {
  const draft = { name: 'a', description: 'b', owner: 'alice', groupid: 'chosen1' }
  expect((await app.call('POST', '/chatrooms', draft)).body.data).toEqual({ id: 'chosen1' })
})

test('taking one off the allow list returns an object to a server SDK, an array to others', async () => {
  const path = `/chatrooms/${id}/white/users/bob`
  await app.call('POST', path)
  const one = await app.call('DELETE', path, undefined, as(serverSdks[1] as string))
  expect(one.body.data).toMatchObject({ result: true, user: 'bob' })
  await app.call('POST', path)
  expect((await app.call('DELETE', path)).body.data).toMatchObject([{ result: true, user: 'bob' }])
})

test('owner and admins are on the allow list by themselves', async () => {
  await app.call('POST', `/chatrooms/${id}/admin`, { newadmin: 'bob' })
  expect((await app.call('GET', `/chatrooms/${id}/white/users`)).body.data).toEqual(['alice', 'bob'])
  for (const name of ['alice', 'bob'])
    expect((await app.call('GET', `/chatrooms/${id}/white/users/${name}`)).body.data.white).toBe(true)
})

test('an empty ttl counts as absent', async () => {
  const { clientId: client_id, clientSecret: client_secret } = app
  const body = { grant_type: 'client_credentials', client_id, client_secret, ttl: '' }
  const response = await fetch(`${app.url}/token`, { method: 'POST', body: JSON.stringify(body) })
  expect(await response.json()).toMatchObject({ expires_in: 5_184_000 })
})
