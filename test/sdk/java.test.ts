import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { javaSdk, runJava } from '../support/java.ts'
import { asUser } from '../support/people.ts'
import { type SdkClient, sdkInBun } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

const sdk = javaSdk()
const missing = 'missing' in sdk ? sdk.missing : ''
if (missing) console.log(`the Java server SDK is not tested: ${missing}`)

const agora = {
  agoraAppId: '3a18f6d4b2907e5c3a18f6d4b2907e5c',
  agoraCertificate: '16b05af49e38d27c16b05af49e38d27c',
}

/** What a call of the SDK came to. */
interface Line {
  call: string
  result?: unknown
  error?: string
}

const done = { result: null }
const gives = (result: unknown) => ({ result })
/** The SDK's exception, with the HTTP status and the text that it was refused with. */
const refused = (status: string, text: string) => ({
  error: expect.stringMatching(new RegExp(`-> ${status} .*\n error_description -> .*${text}`, 's')),
})
const notOpen = refused('403', 'service not open!')
const aText = expect.any(String)
const token = gives({ value: expect.stringMatching(/^YWM/), expireAt: aText })
const user = (id: string) =>
  gives({ entityType: 'USER', id, username: id, uuid: aText, canLogin: true, pushResources: null })

describe.skipIf(missing !== '')('the Java server SDK, im-sdk-core 0.6.6', () => {
  let server: TestServer
  let app: TestApp
  let erin: SdkClient
  let printed = ''
  const lines = new Map<string, Omit<Line, 'call'>>()
  let methods: string[] = []
  /** Names of calls that a test has looked at. */
  const seen = new Set<string>()
  let room = ''

  beforeAll(async () => {
    if ('missing' in sdk) return
    server = await aServer()
    app = await server.app('acme#lounge', agora)
    await app.register('erin')
    const accessToken = (await asUser(app, 'erin')).token
    erin = await sdkInBun('easemob-websdk', { url: server.url, appKey: app.key, user: 'erin', accessToken })
    const credentials = [app.clientId, app.clientSecret, agora.agoraAppId, agora.agoraCertificate]
    const args = [server.url, app.key, ...credentials, server.dir]
    printed = await runJava(sdk.classPath, 'test/java/Calls.java', args)
    for (const text of printed.trim().split('\n')) {
      const line: Line | { methods: string[] } = JSON.parse(text)
      if ('methods' in line) {
        methods = line.methods
        continue
      }
      const { call, ...came } = line
      lines.set(call, came)
    }
    room = String(lines.get('room.createRoom')?.result)
  }, 60_000)
  afterAll(async () => {
    await erin.close()
    await server.stop()
  })

  /** Compares what calls came to. */
  function expectCalls(expected: Record<string, object>): void {
    for (const call of Object.keys(expected)) seen.add(call)
    const came = Object.fromEntries(Object.keys(expected).map((call) => [call, lines.get(call)]))
    expect(came).toEqual(expected as Record<string, Omit<Line, 'call'>>)
  }

  test('users and devices', () => {
    expectCalls({
      'user.create': user('alice'),
      'user.create bob': user('bob'),
      'user.create carol': user('carol'),
      'user.create dora': user('dora'),
      'user.create again': refused('400', 'property named username be unique, value of alice exists'),
      'user.get': user('alice'),
      'user.get unknown': refused('404', 'Service resource not found'),
      'user.listUsers': gives({ values: ['erin', 'alice'], cursor: aText }),
      'user.listAllUsers': gives(['erin', 'alice', 'bob', 'carol', 'dora']),
      'user.updateUserPassword': done,
      'user.forceLogoutAllDevices': done,
      'user.forceLogoutOneDevice': done,
      'user.isUserOnline': gives(false),
      'user.isUsersOnline': gives([
        { username: 'alice', online: false },
        { username: 'erin', online: true },
      ]),
      'user.delete': done,
      'user.deleteAll': gives(['erin', 'alice', 'bob', 'carol']),
    })
  })

  test('tokens, of both clouds', () => {
    expectCalls({
      'user.getToken': token,
      'token.getAppToken': token,
      'token.fetchUserTokenWithEasemobRealm': token,
      'token.getUserToken': gives(expect.stringMatching(/^YWM/)),
      'token.getUserTokenWithInherit': gives(expect.stringMatching(/^YWM/)),
      'agora user.get': user('alice'),
      'agora token.getAppToken': token,
      // The SDK makes this token by itself; it asks for a user without an id, and refuses one that the server knows.
      'agora token.getUserToken': { error: expect.stringContaining('must include an userId') },
    })
  })

  test('rooms', () => {
    const aRoom = {
      entityType: 'ROOM',
      id: room,
      needApproveToJoin: false,
      mute: false,
      created: expect.any(Number),
    }
    expectCalls({
      'room.promoteRoomSuperAdmin': done,
      'room.listRoomSuperAdminsAll': gives(['alice']),
      'room.createRoom': gives(expect.stringMatching(/^\d+$/)),
      'room.getRoom': gives({
        ...aRoom,
        name: 'night owls',
        description: 'late talk',
        owner: 'alice',
        maxMembers: 300,
        members: [{ member: 'bob' }, { owner: 'alice' }],
        memberCount: 2,
        custom: 'custom',
      }),
      'room.getRoom unknown': refused('404', 'do not find this group:1'),
      'room.updateRoom': done,
      'room.listRoomsAll': gives([room]),
      'room.listRooms': gives({ values: [room], cursor: null }),
      'room.listRoomsUserJoined': gives([room]),
      'room.updateRoomAnnouncement': done,
      'room.getRoomAnnouncement': gives('welcome'),
      'room.assignRoom': done,
      'room.getRoom assigned': gives({
        ...aRoom,
        name: 'early birds',
        description: 'morning talk',
        owner: 'carol',
        maxMembers: 200,
        members: [{ member: 'alice' }, { member: 'bob' }, { owner: 'carol' }],
        memberCount: 3,
        custom: 'other',
      }),
      'room.destroyRoom': done,
      'room.destroyRoom again': refused('404', `grpID ${room} does not exist!`),
      'room.demoteRoomSuperAdmin': done,
    })
  })

  test('members and admins', () => {
    expectCalls({
      'room.addRoomMember': done,
      'room.addRoomMember dora': done,
      'room.addRoomMember unknown': refused('404', "username nobody doesn't exist!"),
      'room.listRoomMembersAll': gives(['dora', 'carol', 'bob']),
      'room.listRoomMembersAll sorted': gives(['bob', 'carol', 'dora']),
      'room.listRoomMembersAllWithOwner': gives([
        { owner: 'alice' },
        { member: 'bob' },
        { member: 'carol' },
        { member: 'dora' },
      ]),
      'room.listRoomMembers': gives({ values: ['dora', 'carol'], cursor: aText }),
      'room.listRoomMembers sorted': gives({ values: ['bob', 'carol'], cursor: aText }),
      'room.listRoomMembersWithOwner': gives([{ owner: 'alice' }, { member: 'bob' }]),
      'room.removeRoomMember': done,
      'room.removeRoomMember outside': refused('400', 'users .dora. are not members of this group!'),
      'room.promoteRoomAdmin': done,
      'room.listRoomAdminsAll': gives(['bob']),
      'room.demoteRoomAdmin': done,
    })
  })

  test('blocks and mutes, in a room and in the app', () => {
    const unixTime = expect.any(Number)
    expectCalls({
      'block.blockUserSendMsgToRoom': done,
      'block.listUsersBlockedSendMsgToRoom': gives([{ username: 'bob', expireAt: aText }]),
      'block.unblockUserSendMsgToRoom': done,
      'block.blockAllUserSendMsgToRoom': done,
      'block.unblockAllUserSendMsgToRoom': done,
      'block.blockUserJoinRoom': done,
      'block.getUsersBlockedJoinRoom': gives([{ username: 'bob', expireAt: null }]),
      'block.unblockUserJoinRoom': done,
      'block.blockUserLogin': done,
      'block.unblockUserLogin': done,
      'mute.muteUser': done,
      'mute.detail': gives({
        username: 'acme#lounge_bob',
        chatMuteRemain: expect.any(Number),
        groupChatMuteRemain: expect.any(Number),
        chatroomMuteRemain: expect.any(Number),
        unixTime,
      }),
      'mute.muteList': gives({
        data: {
          data: [
            { username: 'bob', chat: expect.any(Number) },
            { username: 'bob', chatroom: expect.any(Number) },
            { username: 'bob', groupchat: expect.any(Number) },
          ],
          unixtime: unixTime,
        },
      }),
      'room.addRoomMember bob again': done,
    })
  })

  test('messages of every kind reach the web SDK', async () => {
    const ids = (target: string) =>
      gives({ messageIdsByEntityId: { [target]: expect.stringMatching(/^\d+$/) } })
    const kinds = ['text', 'image', 'voice', 'video', 'location', 'file', 'command', 'custom']
    expectCalls({
      'room.addRoomMember erin': done,
      ...Object.fromEntries(kinds.map((kind) => [`message.send ${kind} to a room`, ids(room)])),
      'message.sendWithoutMsgId': gives({ messageResultsByEntityId: { [room]: 'success' } }),
      'message.send': ids(room),
      'message.sendMessageToLargeChatroom': ids(room),
      'message.sendMessageToSmallChatroom': ids(room),
      'message.send to a user': ids('bob'),
      'message.recallMessage': done,
      'message.countMissedMessages': gives([{ queueName: 'bob', messageCount: 0 }]),
      'message.isMessageDeliveredToUser': gives(true),
    })
    const here = { to: room, from: 'alice', chatType: 'chatRoom' }
    const file = { secret: 's', file_length: 5 }
    await erin.receives('onTextMessage', { ...here, msg: 'hello' })
    await erin.receives('onTextMessage', { ...here, ext: { level: 7, vip: true, badge: 'gold' } })
    await erin.receives('onImageMessage', { ...here, ...file, width: 3, height: 4 })
    await erin.receives('onAudioMessage', { ...here, ...file, length: 3 })
    await erin.receives('onVideoMessage', { ...here, ...file, length: 3 })
    await erin.receives('onFileMessage', { ...here, ...file, filename: 'a.txt' })
    await erin.receives('onLocationMessage', { ...here, addr: 'Beijing', lat: 39.9, lng: 116.3 })
    await erin.receives('onCmdMessage', { ...here, action: 'refresh' })
    await erin.receives('onCustomMessage', { ...here, customEvent: 'gift' })
    await erin.receives('onRecallMessage', { to: room, from: 'alice' })
  })

  test('attachments', () => {
    expectCalls({
      'attachment.uploadFile': gives({
        id: aText,
        url: expect.stringContaining('/chatfiles/'),
        secret: null,
      }),
      'attachment.downloadFile': gives('hello'),
    })
  })

  test('attributes of users and of rooms', () => {
    const keys = (...names: string[]) => gives({ successKeys: names, errorKeys: {} })
    expectCalls({
      'metadata.setMetadataToUser': done,
      'metadata.getMetadataFromUser': gives({ data: { nickname: 'Alice & 爱丽丝' } }),
      'metadata.getMetadataFromUsers': gives({ data: { alice: { nickname: 'Alice & 爱丽丝' } } }),
      'metadata.getUsage': gives({ bytesUsed: 25 }),
      'metadata.deleteMetadataFromUser': gives(true),
      'metadata.setChatRoomMetadata': keys('mood'),
      'metadata.setChatRoomMetadata of another': gives({
        successKeys: [],
        errorKeys: { mood: 'others are not allowed to be set' },
      }),
      'metadata.setChatRoomMetadataForced': keys('song'),
      'metadata.listChatRoomMetadata': gives({ metadata: { mood: 'calm' } }),
      'metadata.listChatRoomMetadataAll': gives({ metadata: { mood: 'calm', song: 'blue' } }),
      'metadata.deleteChatRoomMetadata': keys('mood'),
      'metadata.deleteChatRoomMetadataForced': keys('song'),
    })
  })

  test('settings of notifications', () => {
    expectCalls({
      'push.updateUserNickname': done,
      'push.setNotificationDisplayStyle': done,
      'push.openNotificationNoDisturbing': done,
      'push.closeNotificationNoDisturbing': done,
      'push.offlineSetting': done,
    })
  })

  test('what is not served is refused with a text that names it, or is an empty list', () => {
    const expired = refused('400', 'maybe chat message history is expired or unstored')
    expectCalls({
      'message.getHistoryAsUri': expired,
      'message.getHistoryAsLocalFile': expired,
      'message.deleteChannel': done,
      'contact.list': gives([]),
      'block.getUsersBlockedFromSendMsgToUser': gives([]),
      'group.listGroupsUserJoined': gives([]),
      'group.listGroupsUserJoinedWithInfo': gives([]),
      // The SDK does not read the response to removing a member.
      'group.removeGroupMember': { ...lines.get('group.removeGroupMember') },
    })
    const rest = [...lines.keys()].filter((call) => !seen.has(call))
    expect(rest.length).toBeGreaterThan(30)
    for (const call of rest) {
      expect(call).toMatch(/^(contact|block|group|moderation|message\.import)/)
      expectCalls({ [call]: notOpen })
    }
  })

  test('each method that the SDK has is called', () => {
    const called = new Set([...lines.keys()].map((call) => call.replace('agora ', '').split(' ')[0]))
    expect(methods.length).toBeGreaterThan(100)
    expect(methods.filter((name) => !called.has(name))).toEqual([])
  })

  test('no call meets a path that is not there, or an error of the server', () => {
    expect(printed).not.toContain('405 Method Not Allowed')
    expect(printed).not.toContain('500 Internal')
    const missingPaths = [...lines].filter(([, { error }]) => error?.includes('Service resource not found'))
    expect(missingPaths.map(([call]) => call)).toEqual(['user.get unknown'])
  })
})
