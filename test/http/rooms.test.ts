import { afterAll, beforeAll, expect, test } from 'bun:test'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob')
})
afterAll(() => server.stop())

test('a room is created, and its details are those that were asked for', async () => {
  const { status, body } = await app.call('POST', '/chatrooms', {
    name: 'night owls',
    description: 'late talk',
    owner: 'alice',
    members: ['bob'],
    maxusers: 300,
  })
  expect(status).toBe(200)
  expect(body).toEqual({
    action: 'post',
    application: expect.any(String),
    applicationName: 'lounge',
    organization: 'acme',
    uri: `${app.url}/chatrooms`,
    entities: [],
    data: { id: expect.stringMatching(/^[1-9]\d{14,15}$/) },
    properties: {},
    timestamp: expect.any(Number),
    duration: expect.any(Number),
  })
  const details = await app.call('GET', `/chatrooms/${body.data.id}`)
  expect(details.body.data).toEqual({
    id: body.data.id,
    name: 'night owls',
    description: 'late talk',
    membersonly: false,
    allowinvites: false,
    maxusers: 300,
    owner: 'alice',
    created: expect.any(Number),
    custom: '',
    mute: false,
    affiliations_count: 2,
    affiliations: [{ member: 'bob' }, { owner: 'alice' }],
    public: true,
  })
})
