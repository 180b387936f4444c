import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { type SdkClient, type SdkLogin, sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { wholeStory } from '../support/story.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  for (const username of ['alice', 'bob', 'carol']) {
    await app.call('POST', '/users', { username, password: `${username}-1` })
  }
  await app.call('POST', '/chatrooms/super_admin', { superadmin: 'alice' })
})
afterAll(() => server.stop())

const login = (user: string, more: Partial<SdkLogin> = { pwd: `${user}-1` }): SdkLogin => ({
  url: server.url,
  appKey: app.key,
  user,
  ...more,
})

for (const name of sdkNames) {
  describe(name, () => {
    let alice: SdkClient
    let bob: SdkClient
    let room: string

    beforeAll(async () => {
      room = await app.room({ owner: 'alice', members: ['bob'] })
      alice = await sdkInBun(name, login('alice'))
      bob = await sdkInBun(name, login('bob'))
    })
    afterAll(async () => {
      await alice.close()
      await bob.close()
    })

    test('two users talk in both directions', async () => {
      const { serverMsgId } = await alice.send(room, 'txt', { msg: 'hello bob' })
      const message = { id: serverMsgId, from: 'alice', to: room, msg: 'hello bob', chatType: 'chatRoom' }
      await bob.receives('onTextMessage', message)
      await bob.send(room, 'txt', { msg: 'hello alice', ext: { mood: 'calm' }, priority: 'high' })
      const back = { from: 'bob', msg: 'hello alice', ext: { mood: 'calm' }, priority: 'high' }
      await alice.receives('onTextMessage', back)
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
        await bob.receives(event, { ...expected, from: 'alice', to: room })
      })
    }

    for (const [type, event, shown] of [
      ['img', 'onImageMessage', { width: 777 }],
      ['file', 'onFileMessage', { filename: 'a.file' }],
      ['audio', 'onAudioMessage', { filename: 'a.audio' }],
      ['video', 'onVideoMessage', { filename: 'a.video' }],
    ] as const) {
      test(`the file of a message of type ${type} is uploaded, and read by those who get it`, async () => {
        const bytes = crypto.getRandomValues(new Uint8Array(1000))
        const data = new File([bytes], 'a.bin')
        const file = { data, filename: `a.${type}`, filetype: 'bin' }
        await alice.send(room, type, { file, width: 777, height: 5, length: 3 })
        const url = String((await bob.receives(event, shown)).url)
        const read = await fetch(url)
        expect(new Uint8Array(await read.arrayBuffer())).toEqual(bytes)
        expect((await fetch(url.replace(/share-secret=.*/, 'share-secret=wrong'))).status).toBe(404)
      })
    }

    test('users talk to each other alone, also on other devices, and see who has got and read it', async () => {
      const phone = await sdkInBun(name, { ...login('alice'), options: { isFixedDeviceId: false } })
      const receiving = await sdkInBun(name, {
        ...login('bob'),
        options: { delivery: true, isFixedDeviceId: false },
      })
      const single = { chatType: 'singleChat' }
      const { serverMsgId } = await alice.send('bob', 'txt', { ...single, msg: 'psst', ext: { mood: 'sly' } })
      const message = { id: serverMsgId, from: 'alice', to: 'bob', msg: 'psst', ...single }
      for (const each of [bob, receiving, phone])
        await each.receives('onTextMessage', { ...message, ext: { mood: 'sly' } })
      await alice.receives('onDeliveredMessage', { mid: serverMsgId, from: 'bob' })
      await bob.send('alice', 'read', { ...single, id: serverMsgId })
      await alice.receives('onReadMessage', { mid: serverMsgId, from: 'bob' })
      await bob.send('alice', 'cmd', { ...single, action: 'wave' })
      await alice.receives('onCmdMessage', { action: 'wave', from: 'bob', ...single })
      await bob.send('alice', 'custom', { ...single, customEvent: 'gift', customExts: { n: '1' } })
      await alice.receives('onCustomMessage', { customEvent: 'gift', from: 'bob', ...single })
      await alice.call('recallMessage', { mid: serverMsgId, to: 'bob', ...single })
      await bob.receives('onRecallMessage', { mid: serverMsgId, from: 'alice' })
      await phone.close()
      await receiving.close()
    })

    test("the app's own server reaches one user", async () => {
      const notice = { to: ['bob'], type: 'cmd', body: { action: 'refresh' }, ext: { page: 2 } }
      const { body } = await app.call('POST', '/messages/users', notice)
      const message = { id: body.data.bob, from: 'admin', to: 'bob', chatType: 'singleChat' }
      await bob.receives('onCmdMessage', { ...message, action: 'refresh', ext: { page: 2 } })
    })

    test('a message to a user who is offline, or to nobody, is refused with a type of the SDK', async () => {
      const refused = (to: string, more = {}) =>
        alice.send(to, 'txt', { chatType: 'singleChat', msg: 'x', ...more }).then(
          () => 'sent',
          ({ type, message }) => [type, message],
        )
      expect(await refused('carol')).toEqual([502, 'user is offline'])
      expect(await refused('nobody')).toEqual([204, "the username doesn't exist!"])
      expect(await refused('carol', { deliverOnlineOnly: true })).toBe('sent')
    })

    test('a room from its creation to its end', () => wholeStory(app, alice, bob))

    test('a refusal is the error that the SDK documents', async () => {
      const type = (work: Promise<unknown>) => work.catch((error) => error.type)
      expect(await type(alice.send('404', 'txt', { msg: 'x' }))).toBe(605)
      expect(await type(alice.send(room, 'txt', { msg: 'x'.repeat(20_000) }))).toBe(511)
      expect(await type(alice.call('joinChatRoom', { roomId: '404' }))).toBe(705)
      const full = await app.room({ owner: 'bob', maxusers: 1 })
      expect(await type(alice.call('joinChatRoom', { roomId: full }))).toBe(704)
    })

    test('a wrong password, and a token of somebody else, are refused', async () => {
      const refused = (more: Partial<SdkLogin>) =>
        sdkInBun(name, login('alice', more)).catch((error) => error.data?.type ?? error.type)
      expect(await refused({ pwd: 'wrong' })).toBe(17)
      const { body } = await app.call('POST', '/token', { grant_type: 'inherit', username: 'bob' })
      expect(await refused({ accessToken: body.access_token })).toBe(28)
    })
  })
}
