import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { asUser, connectAs } from '../support/people.ts'
import { type SdkClient, sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import type { TestSocket } from '../support/socket.ts'

setDefaultTimeout(30_000)

let server: TestServer
let app: TestApp
let token: string

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#removals', { userMessageRate: null })
  await app.register('alice', 'carol')
  token = (await asUser(app, 'carol')).token
})
afterAll(() => server.stop())

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0)) await each()
})

const aRoom = () => app.room({ owner: 'alice', members: ['carol'] })

const post = async (room: string): Promise<string> => {
  const message = { to: [room], type: 'txt', body: { msg: 'hello' } }
  return (await app.call('POST', '/messages/chatrooms', message)).body.data[room]
}

/** The rooms that a socket was notified of, once it has a message that was sent after what may have come. */
async function roomsTold(socket: TestSocket, room: string): Promise<unknown[]> {
  const mark = `mark ${crypto.randomUUID()}`
  await app.call('POST', '/messages/chatrooms', { to: [room], type: 'txt', body: { msg: mark } })
  await socket.find(({ texts }) => texts.some((text) => text.endsWith(mark)))
  return socket.got
    .flatMap(({ sync }) => sync?.metas ?? [])
    .filter(({ ns }) => ns === 5)
    .map(({ payload }) => JSON.parse(Buffer.from(payload ?? []).toString()))
    .filter(({ type }) => type === 'roaming_delete')
    .map(({ data }) => data)
}

for (const name of sdkNames) {
  describe(name, () => {
    const client = async (): Promise<SdkClient> => {
      const made = await sdkInBun(name, {
        url: server.url,
        appKey: app.key,
        user: 'carol',
        accessToken: token,
      })
      cleanUp.push(made.close)
      return made
    }

    test('13.1 what one device removes, the other devices of its user are notified of', async () => {
      const room = await aRoom()
      const ids = [await post(room), await post(room)]
      const [here, there] = [await client(), await client()]
      const target = { targetId: room, chatType: 'groupChat' }
      await here.call('removeHistoryMessages', { ...target, messageIds: [ids[0]] })
      const removed = { operation: 'deleteRoaming', conversationId: room, chatType: 'groupChat' }
      await there.receives('onMultiDeviceEvent', removed)
      there.received.length = 0
      await here.call('removeHistoryMessages', { ...target, beforeTimeStamp: Date.now() })
      await there.receives('onMultiDeviceEvent', removed)
      there.received.length = 0
      await here.call('deleteAllMessagesAndConversations')
      await there.receives('onMultiDeviceEvent', removed)
      expect(here.received.filter(({ event }) => event === 'onMultiDeviceEvent')).toEqual([])
    })
  })
}

test('13.1 the server tells all devices of the user and nobody else, and none with isNotify=false', async () => {
  const room = await aRoom()
  const [alice, carol] = [await connectAs(app, 'alice'), await connectAs(app, 'carol')]
  cleanUp.push(
    () => alice.close(),
    () => carol.close(),
  )
  const at = '/rest/message/roaming/group/user/CAROL'
  const remove = async (query: string) => {
    const { status, body } = await app.call('DELETE', `${at}${query}`)
    expect([status, body]).toEqual([200, { requestStatusCode: 'ok', timestamp: expect.any(Number) }])
  }
  await remove(`?groupId=${room}&msgIdList=${await post(room)}&isNotify=false`)
  await remove(`/time?groupId=${room}&delTime=${Date.now()}&isNotify=false`)
  expect(await roomsTold(carol, room)).toEqual([])
  await remove(`?groupId=${room}&msgIdList=${await post(room)}`)
  await remove(`/time?groupId=${room}&delTime=${Date.now()}&isNotify=true`)
  const notice = { to: room, chatType: 'group', resource: '' }
  expect(await roomsTold(carol, room)).toEqual([notice, notice])
  expect(await roomsTold(alice, room)).toEqual([])
})

test('13.1 a removal stands in the audit trail under the name of its call', async () => {
  const room = await aRoom()
  await app.call(
    'DELETE',
    `/rest/message/roaming/group/user/carol/time?groupId=${room}&delTime=${Date.now()}`,
  )
  const { body } = await app.call('GET', '/audit?limit=1')
  expect(body.data).toMatchObject([
    {
      operation: 'removeHistoryBefore',
      changes: [{ type: 'history.removed', username: 'carol', chatroom: room }],
    },
  ])
})
