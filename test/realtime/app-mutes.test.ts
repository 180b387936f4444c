import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SQL } from 'bun'
import pino from 'pino'
import { startChatroomd } from '../../src/chatroomd.ts'
import { position } from '../../src/cluster/bus-codec.ts'
import { readConfig } from '../../src/config.ts'
import { MessageBody, MessageBody_Type, Meta_NameSpace } from '../../src/realtime/generated/protocol.ts'
import { aDatabase } from '../support/database.ts'
import { asUser, connectAs } from '../support/people.ts'
import { sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, request, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
let room: string

const login = (name: string, resource?: string) => connectAs(app, name, resource)
const mute = (username: string, kinds: object) => app.call('POST', '/mutes', { username, ...kinds })
const statusOf = async (socket: TestSocket, to = room) => (await socket.say(to, 'x')).status
const muted = { errorCode: 7, reason: 'user is mute' }

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol')
  room = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
})
afterAll(() => server.stop())

test('12.4 who is muted in the whole app cannot speak in any room, moderators neither, until it is lifted', async () => {
  const [alice, bob, phone] = [await login('alice'), await login('bob'), await login('bob', 'phone')]
  const second = await app.room({ owner: 'bob', members: ['alice'] })
  expect(await statusOf(bob)).toMatchObject({ errorCode: 0 })
  await mute('bob', { chatroom: 3600 })
  expect(await statusOf(bob)).toMatchObject(muted)
  expect(await statusOf(phone, second)).toMatchObject(muted)
  expect(await statusOf(alice)).toMatchObject({ errorCode: 0 })
  // It can still recall its messages, and the app sends in its name.
  await mute('bob', { chatroom: 0 })
  const { serverId } = await bob.say(room, 'oops')
  await mute('bob', { chatroom: -1 })
  const payload = MessageBody.encode({ type: MessageBody_Type.RECALL, ackMessageId: serverId }).finish()
  const recalled = await bob.sync({ ns: Meta_NameSpace.CHAT, to: { name: room }, payload })
  expect(recalled.status?.errorCode).toBe(0)
  const notice = { from: 'bob', to: [room], type: 'txt', body: { msg: 'notice' } }
  expect((await app.call('POST', '/messages/chatrooms', notice)).status).toBe(200)

  await mute('bob', { chatroom: 0 })
  for (const socket of [bob, phone]) expect(await statusOf(socket)).toMatchObject({ errorCode: 0 })
  for (const socket of [alice, bob, phone]) socket.close()
})

test('12.4 a mute of single chats or groups does not mute in rooms', async () => {
  const bob = await login('bob')
  await mute('bob', { chat: -1, groupchat: 60 })
  expect(await statusOf(bob)).toMatchObject({ errorCode: 0 })
  await mute('bob', { chat: 0, groupchat: 0 })
  bob.close()
})

test('12.4 who is muted in single chats cannot send to one user, and in rooms only can', async () => {
  const [alice, bob] = [await login('alice'), await login('bob')]
  const sayToAlice = async (text: string) => (await bob.sayTo('alice', text)).status
  await mute('bob', { chatroom: -1 })
  expect(await sayToAlice('muted in rooms alone')).toMatchObject({ errorCode: 0 })
  await mute('bob', { chat: 60, chatroom: 0 })
  expect(await sayToAlice('muted')).toMatchObject(muted)
  const receipt = MessageBody.encode({ type: MessageBody_Type.READ_ACK, ackMessageId: 1n }).finish()
  const read = await bob.sync({ ns: Meta_NameSpace.CHAT, to: { name: 'alice' }, payload: receipt })
  expect(read.status).toMatchObject({ errorCode: 0 })
  await mute('bob', { chat: 0 })
  expect(await sayToAlice('not muted')).toMatchObject({ errorCode: 0 })
  await alice.text('bob: not muted')
  expect(alice.texts).not.toContain('bob: muted')
  for (const socket of [alice, bob]) socket.close()
})

test('12.4 a mute of the whole app expires, without an event', async () => {
  const bob = await login('bob')
  await mute('bob', { chatroom: 1 })
  expect(await statusOf(bob)).toMatchObject(muted)
  await until(async () => (await statusOf(bob))?.errorCode === 0)
  bob.close()
})

test('12.4 coming back does not lift a mute of the whole app', async () => {
  await mute('carol', { chatroom: -1 })
  const before = await login('carol')
  expect(await statusOf(before)).toMatchObject(muted)
  before.close()
  await before.closed
  const after = await login('carol')
  expect(await statusOf(after)).toMatchObject(muted)
  await after.leave(room)
  await after.join(room)
  expect(await statusOf(after)).toMatchObject(muted)
  await mute('carol', { chatroom: 0 })
  after.close()
})

test('12.4 a server that starts again still obeys it', async () => {
  const data_dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  const database = await aDatabase()
  const config = readConfig({ data_dir, port: '0', database_url: database?.url ?? '' }, {}, '')
  const start = () => startChatroomd(config, pino({ level: 'silent' }))
  const first = await start()
  await first.admin.createApp({ key: 'acme#lounge' })
  await first.admin.createUser('acme#lounge', 'bob', 'bob-1')
  const token = await first.admin.issueToken('acme#lounge', 3600)
  const call = (url: string, path: string, body: object) =>
    request('POST', `${url}/acme/lounge${path}`, body, { authorization: `Bearer ${token}` })
  const made = await call(first.url, '/chatrooms', { name: 'n', description: 'd', owner: 'bob' })
  await call(first.url, '/mutes', { username: 'bob', chatroom: -1 })
  await first.stop(1000)

  const second = await start()
  const { body } = await call(second.url, '/token', { grant_type: 'inherit', username: 'bob' })
  const bob = await TestSocket.login(second.url, 'acme#lounge', 'bob', body.access_token)
  expect((await bob.say(made.body.data.id, 'x')).status).toMatchObject(muted)
  bob.close()
  await second.stop(1000)
  await database?.remove()
  rmSync(data_dir, { recursive: true, force: true })
})

test.if(process.env.TEST_DATABASE_URL !== undefined)(
  '12.4 a node that missed what others said obeys the mutes of meanwhile',
  async () => {
    const carol = await login('carol')
    expect(await statusOf(carol)).toMatchObject({ errorCode: 0 })
    const sql = new SQL(server.databaseUrl, { max: 1 })
    const forever = 4_638_873_600_000
    await sql`insert into app_mutes (app, username, kind, expires) select id, 'carol', 'chatroom', ${forever} from apps`
    expect(await statusOf(carol)).toMatchObject({ errorCode: 0 })
    // Another node publishes a higher number than was received.
    for (const n of [0, 5]) await sql`select pg_notify('chatroomd', ${position('another node', n)})`
    await until(async () => (await statusOf(carol))?.errorCode !== 0)
    expect(await statusOf(carol)).toMatchObject(muted)
    await mute('carol', { chatroom: 0 })
    await sql.close()
    carol.close()
  },
)

for (const name of sdkNames) {
  test(`12.4 ${name} is refused for both kinds of mutes by type and reason`, async () => {
    const { token } = await asUser(app, 'bob')
    const bob = await sdkInBun(name, { url: server.url, appKey: app.key, user: 'bob', accessToken: token })
    const refusal = () =>
      bob.send(room, 'txt', { msg: 'mm' }).then(
        () => 'sent',
        ({ type, message, reason }) => [type, message ?? reason],
      )
    await mute('bob', { chatroom: 60 })
    expect(await refusal()).toEqual([219, 'user is mute'])
    await mute('bob', { chatroom: 0 })
    await app.call('POST', `/chatrooms/${room}/mute`, { usernames: ['bob'], mute_duration: 60_000 })
    expect(await refusal()).toEqual([507, 'you were muted'])
    const raw = await login('bob', 'raw')
    const own = { errorCode: 15, reason: 'you were muted in this chat room' }
    expect((await raw.say(room, 'x')).status).toMatchObject(own)
    await app.call('DELETE', `/chatrooms/${room}/mute/bob`)
    expect(await refusal()).toBe('sent')
    raw.close()
    await bob.close()
  })
}
