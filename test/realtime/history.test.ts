import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { expectRefusal } from '../support/bodies.ts'
import { asUser, connectAs } from '../support/people.ts'
import { type SdkClient, sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import type { TestSocket } from '../support/socket.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
let bob: TestSocket
const as: Record<string, TestApp['call']> = {}

const people = ['alice', 'bob', 'carol', 'dave']

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#history', { userMessageRate: null })
  await app.register(...people, 'stranger')
  for (const name of [...people, 'stranger']) as[name] = await asUser(app, name)
  bob = await connectAs(app, 'bob')
})
afterAll(async () => {
  bob.close()
  await server.stop()
})

const aRoom = () => app.room({ owner: 'alice', members: ['bob', 'carol'] })

const post = async (room: string, msg: string, more: Record<string, unknown> = {}): Promise<string> => {
  const message = { to: [room], type: 'txt', body: { msg }, ...more }
  const { body } = await app.call('POST', '/messages/chatrooms', message)
  return body.data[room]
}

const texts = async (room: string, ...said: string[]): Promise<string[]> => {
  const ids: string[] = []
  for (const each of said) ids.push(await post(room, each))
  return ids
}

/** A page as the protocol has it. */
const page = (room: string, more: Record<string, unknown> = {}, user = 'bob') =>
  (as[user] as TestApp['call'])('POST', `/users/${user}/messageroaming`, {
    queue: `${room}@conference.easemob.com`,
    ...more,
  })

interface Shown {
  id: string
  msg?: string
}

interface Page {
  messages: Shown[]
  cursor: string
  isLast: boolean
}

/** Reads a room with an SDK. */
const read = async (client: SdkClient, room: string, more: Record<string, unknown> = {}) => {
  const options = { targetId: room, chatType: 'chatRoom', ...more }
  const page = await client.call<Page>('getHistoryMessages', options)
  return { ...page, said: page.messages.map(({ msg }) => msg) }
}

for (const name of sdkNames) {
  describe(name, () => {
    let carol: SdkClient
    beforeAll(async () => {
      const { token } = await asUser(app, 'carol')
      carol = await sdkInBun(name, { url: server.url, appKey: app.key, user: 'carol', accessToken: token })
    })
    afterAll(() => carol.close())

    test('13.1 a client reads the history page by page, back from the newest', async () => {
      const room = await aRoom()
      await texts(room, 'one', 'two', 'three', 'four', 'five')
      const first = await read(carol, room, { pageSize: 2 })
      expect([first.said, first.isLast]).toEqual([['five', 'four'], false])
      const second = await read(carol, room, { pageSize: 2, cursor: first.cursor })
      expect([second.said, second.isLast]).toEqual([['three', 'two'], false])
      const third = await read(carol, room, { pageSize: 2, cursor: second.cursor })
      expect([third.said, third.isLast]).toEqual([['one'], true])
    })

    test('13.1 a client reads on from a message that it has, while others arrive', async () => {
      const room = await aRoom()
      const [one] = await texts(room, 'one', 'two', 'three')
      const first = await read(carol, room, { pageSize: 2, cursor: one, searchDirection: 'down' })
      expect(first.said).toEqual(['two', 'three'])
      await texts(room, 'four', 'five')
      const second = await read(carol, room, {
        pageSize: 50,
        cursor: first.messages.at(-1)?.id,
        searchDirection: 'down',
      })
      expect([second.said, second.isLast]).toEqual([['four', 'five'], true])
      const back = await read(carol, room, { pageSize: 50, cursor: first.messages[0]?.id })
      expect(back.said).toEqual(['one'])
    })

    test('13.1 every kind of message comes out of the history as it was sent', async () => {
      const room = await aRoom()
      const file = { url: 'http://127.0.0.1/acme/history/chatfiles/1', filename: 'a.bin', secret: 's' }
      const sent = {
        txt: { msg: '你好', ext: { mood: 'calm', n: 7 } },
        custom: { customEvent: 'gift', customExts: { roses: '9' }, ext: {} },
        loc: { addr: 'Park', lat: 1.5, lng: 2.5 },
        cmd: { action: 'wave' },
      }
      await carol.call('joinChatRoom', { roomId: room })
      for (const [type, more] of Object.entries(sent)) await carol.send(room, type, more)
      for (const type of ['img', 'audio', 'video', 'file'])
        await post(room, '', {
          type,
          body: { ...file, length: 3, file_length: 12, size: { width: 4, height: 5 } },
        })
      const { messages } = await read(carol, room, { pageSize: 50, searchDirection: 'down' })
      expect(messages).toMatchObject([
        { type: 'txt', from: 'carol', to: room, chatType: 'chatRoom', ...sent.txt },
        { type: 'custom', ...sent.custom },
        { type: 'loc', ...sent.loc },
        { type: 'cmd', ...sent.cmd },
        { type: 'img', from: 'admin', secret: 's', file_length: 12, width: 4, height: 5 },
        { type: 'audio', length: 3, file_length: 12 },
        { type: 'video', length: 3 },
        { type: 'file', filename: 'a.bin' },
      ])
    })

    test('13.1 the history is filtered by kind, sender and time', async () => {
      const room = await aRoom()
      await post(room, 'a', { from: 'bob' })
      const noon = Number((await bob.say(room, 'b')).timestamp)
      await Bun.sleep(3)
      await post(room, '', { type: 'custom', body: { customEvent: 'gift' } })
      await post(room, 'c', { from: 'dave' })
      const said = async (searchOptions: object) => (await read(carol, room, { searchOptions })).said
      expect(await said({ msgTypes: ['txt'] })).toEqual(['c', 'b', 'a'])
      expect(await said({ from: 'bob' })).toEqual(['b', 'a'])
      expect(await said({ startTime: noon + 1, endTime: Date.now() + 1 })).toEqual(['c', undefined])
      expect(await said({ startTime: noon - 1000, endTime: noon, msgTypes: ['txt'] })).toEqual(['b', 'a'])
    })

    test('13.1 what a client removes is gone for its user, and for nobody else', async () => {
      const room = await aRoom()
      const ids = await texts(room, 'one', 'two', 'three', 'four')
      const remove = (more: object) =>
        carol.call('removeHistoryMessages', { targetId: room, chatType: 'groupChat', ...more })
      await remove({ messageIds: [ids[1], ids[3]] })
      expect((await read(carol, room)).said).toEqual(['three', 'one'])
      const { time } = (await read(carol, room)).messages[1] as unknown as { time: number }
      await remove({ beforeTimeStamp: time })
      expect((await read(carol, room)).said).toEqual(['three'])
      expect((await page(room)).body.data.msgs).toHaveLength(4)
      await carol.call('deleteAllMessagesAndConversations')
      expect((await read(carol, room)).said).toEqual([])
      await post(room, 'five')
      expect((await read(carol, room)).said).toEqual(['five'])
    })

    test('13.1 who is not in the room reads nothing, in the words that the SDK knows', async () => {
      const room = await app.room({ owner: 'alice', members: ['bob'] })
      await post(room, 'secret')
      expect(await read(carol, room).catch(({ type }) => type)).toBe(702)
      await app.set({ historyDays: 0 })
      expect(await read(carol, room).catch(({ type }) => type)).toBe(505)
      await app.set({ historyDays: 3 })
      expect(await read(carol, '1').catch(({ type }) => type)).toBe(705)
    })
  })
}

test('13.1 the bytes of a message are those that were relayed', async () => {
  const room = await aRoom()
  const alice = await connectAs(app, 'alice')
  await bob.say(room, 'hello')
  const got = await alice.find(({ texts }) => texts.includes('bob: hello'))
  const { body } = await page(room)
  const { Meta } = await import('../../src/realtime/generated/protocol.ts')
  const meta = got.sync?.metas?.[0]
  if (!meta) throw new Error('no meta')
  expect(body.data).toEqual({
    msgs: [{ msg: Buffer.from(Meta.encode(meta).finish()).toString('base64') }],
    is_last: true,
  })
  alice.close()
})

test('13.1 a page leaves out what is not for the reader, and is full all the same', async () => {
  const room = await aRoom()
  await post(room, 'for all')
  await post(room, 'not for bob', { roam_ignore_users: ['BOB'] })
  await app.call('POST', '/messages/chatrooms/users', {
    to: [room],
    type: 'txt',
    body: { msg: 'for carol' },
    users: ['carol'],
  })
  const recalled = await post(room, 'recalled')
  const recall = { msg_id: recalled, to: room, chat_type: 'chatroom' }
  expect((await app.call('POST', '/messages/msg_recall', recall)).status).toBe(200)
  await post(room, 'last')
  const count = async (user: string) => (await page(room, { pull_number: 2 }, user)).body.data
  const ofBob = await count('bob')
  expect([ofBob.msgs.length, ofBob.is_last, ofBob.next_key]).toEqual([2, true, undefined])
  expect((await page(room, {}, 'carol')).body.data.msgs).toHaveLength(4)
  expect((await page(room, {}, 'alice')).body.data.msgs).toHaveLength(3)
})

test('13.1 a room with a limit of messages shows no more, and an app without history stores none', async () => {
  const room = await aRoom()
  await app.set({ historyPerRoom: 2 })
  await texts(room, 'one', 'two', 'three')
  expect((await page(room)).body.data.msgs).toHaveLength(2)
  await app.set({ historyPerRoom: null, historyDays: 0 })
  await texts(room, 'four')
  expectRefusal(await page(room), 403, 'forbidden_op', 'messageroaming function not open')
  await app.set({ historyDays: 3 })
  // What is beyond the room's retention is trimmed, and what came since was not stored.
  expect((await page(room)).body.data.msgs).toHaveLength(2)
})

test('13.1 a page of another room, of no number, or too large is refused', async () => {
  const [room, other] = [await aRoom(), await aRoom()]
  const [id] = await texts(other, 'elsewhere')
  const illegal = 'illegal_argument'
  for (const [more, text] of [
    [{ start: id }, 'start is no message id of this chat room'],
    [{ start: 'x' }, 'start is no message id of this chat room'],
    [{ start: '99999999999999999999' }, 'start is no message id of this chat room'],
    [{ pull_number: 51 }, 'pull number cannot be greater than 50'],
    [{ pull_number: 1e9 }, 'pull number cannot be greater than 50'],
    [{ pull_number: 0 }, 'pull number must be a whole number of at least 1'],
    [{ pull_number: -1 }, 'pull number must be a whole number of at least 1'],
    [{ pull_number: 1.5 }, 'pull number must be a whole number of at least 1'],
  ] as const)
    expectRefusal(await page(room, more), 400, illegal, text)
  for (const start of [-1, '-1', null, ''])
    expect((await page(other, { start })).body.data.msgs).toHaveLength(1)
  const single = { queue: 'carol@easemob.com' }
  expectRefusal(await page(room, single), 403, 'forbidden_op', 'messageroaming function not open')
  const others = await (as.stranger as TestApp['call'])('POST', '/users/bob/messageroaming', {
    queue: `${room}@conference.easemob.com`,
  })
  expect(others.status).toBe(403)
  const remove = (query: string) => app.call('DELETE', `/rest/message/roaming/group/user/bob?${query}`)
  const ids = Array.from({ length: 51 }, (_, n) => n + 1).join()
  expectRefusal(
    await remove(`groupId=${other}&msgIdList=${ids}`),
    400,
    'param exception',
    'delete msg list limit can not greater than 50',
  )
  expectRefusal(await remove('msgIdList=1'), 400, 'param exception', 'groupId is illegal')
  expectRefusal(await remove(`groupId=${other}&msgIdList=x`), 400, 'param exception', 'msgIdList is illegal')
  expect((await remove(`groupId=${room}&msgIdList=${id}`)).body).toEqual({
    requestStatusCode: 'ok',
    timestamp: expect.any(Number),
  })
  expect((await page(other)).body.data.msgs).toHaveLength(1)
})

test('13.1 a server reads the history of a room page by page, whatever its members removed', async () => {
  const room = await aRoom()
  const ids = await texts(room, 'one', 'two', 'three')
  await app.call('DELETE', `/rest/message/roaming/group/user/bob?groupId=${room}&msgIdList=${ids[0]}`)
  const first = await app.call('GET', `/chatrooms/${room}/messages?limit=2&order=up`)
  expect(first.body.data[0]).toEqual({
    msg_id: ids[0],
    timestamp: expect.any(Number),
    direction: 'outgoing',
    from: 'admin',
    to: room,
    chat_type: 'chatroom',
    payload: { from: 'admin', to: room, type: 'chatroom', ext: {}, bodies: [{ type: 'txt', msg: 'one' }] },
  })
  const path = `/chatrooms/${room}/messages?order=up&cursor=${first.body.cursor}`
  const second = await app.call('GET', path)
  expect(second.body.data.map(({ msg_id }: { msg_id: string }) => msg_id)).toEqual([ids[2]])
  expect(second.body.cursor).toBeUndefined()
  const elsewhere = await app.call('GET', path.replace(room, await aRoom()))
  expectRefusal(elsewhere, 400, 'invalid_parameter', 'cursor was not issued by this list')
})

test('13.1 what was recalled is gone for whoever reads in the next moment', async () => {
  const room = await aRoom()
  const ids = await texts(room, 'one', 'two', 'three')
  const count = async () => (await page(room)).body.data.msgs.length
  for (const [at, msg_id] of ids.entries()) {
    expect(await count()).toBe(ids.length - at)
    await app.call('POST', '/messages/msg_recall', { msg_id, to: room, chat_type: 'chatroom' })
  }
  expect(await count()).toBe(0)
})
