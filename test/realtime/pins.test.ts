import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { asUser } from '../support/people.ts'
import { type SdkClient, sdkInBun } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#pins')
  await app.register('alice', 'bob', 'carol')
})
afterAll(() => server.stop())

const post = async (room: string, msg: string, more: object = {}): Promise<string> => {
  const sent = { to: [room], type: 'txt', body: { msg }, ...more }
  return (await app.call('POST', '/messages/chatrooms', sent)).body.data[room]
}

const connected = async (user: string): Promise<SdkClient> => {
  const { token } = await asUser(app, user)
  return sdkInBun('easemob-websdk', { url: server.url, appKey: app.key, user, accessToken: token })
}

describe('easemob-websdk', () => {
  let alice: SdkClient
  let bob: SdkClient
  let room: string

  beforeAll(async () => {
    ;[alice, bob] = await Promise.all([connected('alice'), connected('bob')])
  })
  beforeAll(async () => {
    room = await app.room({ owner: 'alice', members: ['bob'] })
  })
  afterAll(async () => {
    await alice.close()
    await bob.close()
  })

  const pins = async (client: SdkClient, of = room) => {
    const { data } = await client.call('getServerPinnedMessages', {
      conversationId: of,
      conversationType: 'chatRoom',
    })
    return data.list as { message: { id: string; msg: string }; operatorId: string; pinTime: number }[]
  }
  const pinned = (messageId: string, of = room) => ({
    conversationId: of,
    conversationType: 'chatRoom',
    messageId,
  })

  test('12.9 a member pins a message, the others get an event, and all of them see it', async () => {
    const id = await post(room, 'read this')
    const later = await post(room, 'and this')
    await bob.call('pinMessage', pinned(id))
    await bob.call('pinMessage', pinned(later))
    await alice.receives('onMessagePinEvent', {
      messageId: id,
      conversationId: room,
      operation: 'pin',
      operatorId: 'bob',
    })
    expect(await pins(alice)).toMatchObject([
      { message: { id: later, msg: 'and this', from: 'admin', to: room }, operatorId: 'bob' },
      { message: { id, msg: 'read this' }, operatorId: 'bob' },
    ])
    await alice.call('pinMessage', pinned(id))
    expect(await pins(bob)).toMatchObject([
      { message: { id }, operatorId: 'alice' },
      { message: { id: later } },
    ])
    await alice.call('unpinMessage', pinned(later))
    await bob.receives('onMessagePinEvent', { messageId: later, operation: 'unpin', operatorId: 'alice' })
    expect((await pins(bob)).map(({ message }) => message.id)).toEqual([id])
  })

  test('12.9 a recalled message is pinned no more, and one that the history has lost stays pinned', async () => {
    const of = await app.room({ owner: 'alice', members: ['bob'] })
    const [recalled, kept] = [await post(of, 'oops'), await post(of, 'stays')]
    for (const id of [recalled, kept]) await bob.call('pinMessage', pinned(id, of))
    await app.call('POST', '/messages/msg_recall', { msg_id: recalled, to: of, chat_type: 'chatroom' })
    await app.set({ historyDays: 0 })
    await app.set({ historyDays: 3, historyPerRoom: 1 })
    await post(of, 'pushes it out')
    const ids = async () => (await pins(alice, of)).map(({ message }) => message.id)
    for (let n = 0; n < 40 && (await ids()).length > 1; n += 1) await Bun.sleep(25)
    expect(await ids()).toEqual([kept])
    await app.set({ historyPerRoom: null })
  })

  test('12.9 what cannot be pinned is refused with the errors that the SDK knows', async () => {
    const [other, mine] = [await app.room({ owner: 'carol' }), await app.room({ owner: 'bob' })]
    const typeOf = (id: string, of: string) =>
      bob.call('pinMessage', pinned(id, of)).catch(({ type }) => type)
    expect(await typeOf(await post(other, 'secret'), other)).toBe(702)
    const directed = await app.call('POST', '/messages/chatrooms/users', {
      to: [mine],
      type: 'txt',
      body: { msg: 'x' },
      users: ['bob'],
    })
    for (const id of [await post(other, 'elsewhere'), '5', directed.body.data[mine]])
      expect(await typeOf(id, mine)).toBe(51)
    for (let n = 0; n < 20; n += 1) expect(await typeOf(await post(mine, `${n}`), mine)).not.toBeNumber()
    expect(await typeOf(await post(mine, 'one more'), mine)).toBe(50)
    expect(await pins(bob, mine)).toHaveLength(10)
    expect(await bob.call('unpinMessage', pinned('5', mine)).catch(({ type }) => type)).toBe(51)
    await app.set({ historyDays: 0 })
    expect(await typeOf('5', mine)).toBe(505)
    await app.set({ historyDays: 3 })
    expect((await app.call('DELETE', `/chatrooms/${mine}`)).status).toBe(200)
  })
})
