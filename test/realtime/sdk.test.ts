import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { type SdkClient, sdkClient, sdkNames } from '../support/sdk.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  for (const username of ['alice', 'bob']) {
    await app.call('POST', '/users', { username, password: `${username}-1` })
  }
})
afterAll(() => server.stop())

for (const name of sdkNames) {
  describe(name, () => {
    let alice: SdkClient
    let bob: SdkClient
    let room: string

    beforeAll(async () => {
      room = await app.room({ owner: 'alice', members: ['bob'] })
      alice = await sdkClient(name, server.url, app.key, { user: 'alice', pwd: 'alice-1' })
      bob = await sdkClient(name, server.url, app.key, { user: 'bob', pwd: 'bob-1' })
    })
    afterAll(() => {
      alice.close()
      bob.close()
    })

    test('two users talk in both directions', async () => {
      const { serverMsgId } = await alice.send(room, 'txt', { msg: 'hello bob' })
      const heard = await bob.hears('onTextMessage')
      expect(heard).toMatchObject({
        id: serverMsgId,
        from: 'alice',
        to: room,
        msg: 'hello bob',
        chatType: 'chatRoom',
      })
      await bob.send(room, 'txt', { msg: 'hello alice', ext: { mood: 'calm' }, priority: 'high' })
      const back = await alice.hears('onTextMessage')
      expect(back).toMatchObject({ from: 'bob', msg: 'hello alice', ext: { mood: 'calm' }, priority: 'high' })
    })

    for (const [type, more, event, expected] of [
      [
        'loc',
        { addr: 'Park', lat: 1.5, lng: 2.5, buildingName: 'Gate' },
        'onLocationMessage',
        { addr: 'Park' },
      ],
      ['cmd', { action: 'wave' }, 'onCmdMessage', { action: 'wave' }],
      ['custom', { customEvent: 'gift', customExts: { n: '1' } }, 'onCustomMessage', { customEvent: 'gift' }],
      ['img', { url: 'http://127.0.0.1/a.png', width: 1, height: 2 }, 'onImageMessage', { width: 1 }],
    ] as const) {
      test(`a message of type ${type} arrives as it was sent`, async () => {
        await alice.send(room, type, { ...more })
        expect(await bob.hears(event)).toMatchObject({ ...expected, from: 'alice', to: room })
      })
    }

    test('a recalled message is announced', async () => {
      const { serverMsgId } = await alice.send(room, 'txt', { msg: 'oops' })
      await alice.connection.recallMessage({ mid: serverMsgId, to: room, chatType: 'chatRoom' })
      expect(await bob.hears('onRecallMessage')).toMatchObject({ mid: serverMsgId })
    })

    test('a refusal is the error that the SDK documents', async () => {
      expect(await alice.send('404', 'txt', { msg: 'x' }).catch((error) => error.type)).toBe(605)
      expect(await alice.send(room, 'txt', { msg: 'x'.repeat(20_000) }).catch((error) => error.type)).toBe(
        511,
      )
    })

    test('a wrong password, and a token of somebody else, are refused', async () => {
      const refused = (login: { user: string; pwd?: string; accessToken?: string }) =>
        sdkClient(name, server.url, app.key, login).catch((error) => error.data?.type ?? error.type)
      expect(await refused({ user: 'alice', pwd: 'wrong' })).toBe(17)
      expect(await refused({ user: 'alice', accessToken: bob.connection.token })).toBe(28)
    })
  })
}
