import { afterAll, beforeAll, expect, test } from 'bun:test'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let sdk: TestApp
let docs: TestApp
beforeAll(async () => {
  server = await aServer()
  sdk = await server.app('acme#sdk', { dialect: 'sdk' })
  docs = await server.app('acme#docs')
  for (const app of [sdk, docs]) await app.register('10086', '10087', '10088', '10089')
})
afterAll(() => server.stop())

/** Every call that takes ids, names or whole numbers in its body, with the wrong kind of them. */
async function callsOf(app: TestApp): Promise<[method: string, path: string, body: object][]> {
  const room = await app.room({ owner: '10086', members: ['10087', '10088'] })
  const at = `/chatrooms/${room}`
  return [
    ['POST', '/users', { username: 20001, password: 123456, nickname: 7 }],
    ['POST', '/users', [{ username: 20002, password: 123456 }]],
    ['PUT', '/users/20001/password', { newpassword: 654321 }],
    ['POST', '/token', { grant_type: 'password', username: 20001, password: 654321 }],
    ['POST', '/users/batch/status', { usernames: [10086] }],
    ['POST', '/chatrooms', { name: 1, description: 2, owner: 10086, members: [10087], maxusers: '300' }],
    ['PUT', at, { maxusers: '400' }],
    ['PUT', at, { name: 5 }],
    ['POST', `${at}/users`, { usernames: [10089] }],
    ['POST', `${at}/mute`, { usernames: [10087], mute_duration: '60000' }],
    ['POST', `${at}/white/users`, { usernames: [10087] }],
    ['POST', `${at}/admin`, { newadmin: 10087 }],
    ['POST', '/chatrooms/super_admin', { superadmin: 10088 }],
    ['POST', `${at}/announcement`, { announcement: 5 }],
    ['POST', `${at}/blocks/users`, { usernames: [10088] }],
    ['POST', '/messages/chatrooms', { from: 10086, to: [Number(room)], type: 'txt', body: { msg: 'hi' } }],
    ['PUT', `/metadata/chatroom/${room}/user/10086`, { metaData: { score: 5 } }],
    ['PUT', '/metadata/user/20001', { nickname: 7 }],
    ['PUT', at, { newowner: 10087 }],
  ]
}

test('10.23 the sdk dialect takes numbers for ids and names, and texts for whole numbers', async () => {
  for (const [method, path, body] of await callsOf(sdk)) {
    const reply = await sdk.call(method, path, body)
    expect(`${method} ${path} ${reply.status} ${reply.body.error_description ?? ''}`).toBe(
      `${method} ${path} 200 `,
    )
  }
  const { body } = await sdk.call('POST', '/chatrooms', {
    name: 1,
    description: 2,
    owner: 10086,
    roomid: 424242,
    maxusers: '300',
  })
  expect(body.data).toEqual({ id: '424242' })
  const { body: details } = await sdk.call('GET', '/chatrooms/424242')
  expect(details.data[0]).toMatchObject({ name: '1', description: '2', owner: '10086', maxusers: 300 })
})

test('10.23 the docs dialect refuses them', async () => {
  for (const [method, path, body] of await callsOf(docs)) {
    const reply = await docs.call(method, path, body)
    expect(`${method} ${path} ${reply.status}`).toBe(`${method} ${path} 400`)
  }
})

test('10.23 what is not certain, or was rounded, is refused', async () => {
  const room = await sdk.room({ owner: '10086', members: ['10087'] })
  const draft = '"name":"a","description":"b","owner":"10086"'
  for (const [method, path, body, text] of [
    ['POST', '/users', '{"username":9007199254740993}', 'username must be a string'],
    ['POST', '/users', '{"username":1.5}', 'username must be a string'],
    ['POST', '/users', '{"username":true}', 'username must be a string'],
    ['POST', '/chatrooms', `{${draft},"roomid":9007199254740992}`, 'roomid must be a string'],
    ['POST', '/chatrooms', `{${draft},"maxusers":"9007199254740993"}`, 'maxusers must be an integer'],
    ['POST', '/chatrooms', `{${draft},"maxusers":9007199254740993}`, 'maxusers must be an integer'],
    ['POST', '/chatrooms', `{${draft},"maxusers":""}`, 'maxusers must be an integer'],
    ['POST', '/chatrooms', `{${draft},"maxusers":"1e3"}`, 'maxusers must be an integer'],
    ['POST', '/chatrooms', `{${draft},"maxusers":"0x10"}`, 'maxusers must be an integer'],
    ['PUT', `/chatrooms/${room}`, '{"maxusers":" 300"}', 'maxusers must be an integer'],
    [
      'POST',
      `/chatrooms/${room}/mute`,
      '{"usernames":["10087"],"mute_duration":9007199254740993}',
      'mute_duration must be an integer',
    ],
  ] as const) {
    const reply = await sdk.call(method, path, body)
    expect([body, reply.status, reply.body.error_description]).toEqual([body, 400, text])
  }
})
