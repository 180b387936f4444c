import { expect } from 'bun:test'
import type { SdkClient } from './sdk-client.ts'
import type { TestApp } from './server.ts'

const refusal = (work: Promise<unknown>): Promise<number> =>
  work.then(
    () => 0,
    (error) => error.type,
  )

/**
 * A chat room from its creation to its end, as two users see it through their SDKs. `alice` is a super admin of
 * the app, `bob` a user; the two may be connected to two servers of one store.
 */
export async function wholeStory(app: TestApp, alice: SdkClient, bob: SdkClient): Promise<void> {
  const created = await alice.call('createChatRoom', {
    name: 'night owls',
    description: 'late',
    maxusers: 10,
  })
  const id = String(created.data.id)
  await alice.receives('onChatroomEvent', { operation: 'create', id })

  const joined = await alice.call('joinChatRoom', { roomId: id })
  expect(joined.data.info).toMatchObject({ memberCount: 1, isAllMembersMuted: false })
  await bob.call('joinChatRoom', { roomId: id, ext: 'good evening' })
  await alice.receives('onChatroomEvent', {
    operation: 'memberPresence',
    id,
    from: 'bob',
    ext: 'good evening',
  })

  await alice.send(id, 'txt', { msg: 'hello bob' })
  await bob.receives('onTextMessage', { to: id, from: 'alice', msg: 'hello bob' })
  const { serverMsgId } = await bob.send(id, 'txt', { msg: 'hello alice' })
  await alice.receives('onTextMessage', { to: id, id: serverMsgId, from: 'bob', msg: 'hello alice' })

  await alice.call('updateUserInfo', { nickname: 'Alice', avatarurl: 'https://example.com/alice.png' })
  const { data: shown } = await bob.call('fetchUserInfoById', 'alice')
  expect(shown).toEqual({ alice: { nickname: 'Alice', avatarurl: 'https://example.com/alice.png' } })

  await bob.call('recallMessage', { mid: serverMsgId, to: id, chatType: 'chatRoom' })
  await alice.receives('onRecallMessage', { mid: serverMsgId })

  await alice.call('muteChatRoomMember', { chatRoomId: id, username: 'bob', muteDuration: 600_000 })
  await bob.receives('onChatroomEvent', { operation: 'muteMember', id })
  expect(await refusal(bob.send(id, 'txt', { msg: 'mm' }))).toBe(507)
  await alice.call('unmuteChatRoomMember', { chatRoomId: id, username: 'bob' })
  await bob.receives('onChatroomEvent', { operation: 'unmuteMember', id })
  await bob.send(id, 'txt', { msg: 'I can speak again' })
  await alice.receives('onTextMessage', { to: id, msg: 'I can speak again' })

  await alice.call('disableSendChatRoomMsg', { chatRoomId: id })
  await bob.receives('onChatroomEvent', { operation: 'muteAllMembers', id })
  expect(await refusal(bob.send(id, 'txt', { msg: 'mm' }))).toBe(506)
  await alice.call('addUsersToChatRoomAllowlist', { chatRoomId: id, users: ['bob'] })
  await bob.receives('onChatroomEvent', { operation: 'addUserToAllowlist', id })
  await bob.send(id, 'txt', { msg: 'I am allowed' })
  await alice.call('removeChatRoomAllowlistMember', { chatRoomId: id, userName: 'bob' })
  await bob.receives('onChatroomEvent', { operation: 'removeAllowlistMember', id })
  await alice.call('enableSendChatRoomMsg', { chatRoomId: id })
  await bob.receives('onChatroomEvent', { operation: 'unmuteAllMembers', id })

  await alice.call('setChatRoomAdmin', { chatRoomId: id, username: 'bob' })
  await bob.receives('onChatroomEvent', { operation: 'setAdmin', id })
  await alice.call('removeChatRoomAdmin', { chatRoomId: id, username: 'bob' })
  await bob.receives('onChatroomEvent', { operation: 'removeAdmin', id })
  await alice.call('updateChatRoomAnnouncement', { roomId: id, announcement: 'be kind' })
  await bob.receives('onChatroomEvent', { operation: 'updateAnnouncement', id })
  await alice.call('setChatRoomAttributes', {
    chatRoomId: id,
    attributes: { mood: 'calm' },
    autoDelete: true,
    isForced: false,
  })
  await bob.receives('onChatroomEvent', { operation: 'updateChatRoomAttributes', id })
  await alice.call('removeChatRoomAttributes', { chatRoomId: id, attributeKeys: ['mood'], isForced: false })
  await bob.receives('onChatroomEvent', { operation: 'removeChatRoomAttributes', id })
  await alice.call('modifyChatRoom', {
    chatRoomId: id,
    chatRoomName: 'early birds',
    description: 'x',
    maxusers: 20,
  })
  await bob.receives('onChatroomEvent', { operation: 'updateInfo', id })

  await alice.call('blockChatRoomMember', { chatRoomId: id, username: 'bob' })
  await bob.receives('onChatroomEvent', { operation: 'removeMember', id })
  expect(await refusal(bob.send(id, 'txt', { msg: 'mm' }))).toBe(602)
  expect(await refusal(bob.call('joinChatRoom', { roomId: id }))).toBe(603)
  await alice.call('unblockChatRoomMember', { chatRoomId: id, username: 'bob' })
  await bob.receives('onChatroomEvent', { operation: 'unblockMember', id })
  await bob.call('leaveChatRoom', { roomId: id })
  await bob.call('joinChatRoom', { roomId: id })
  await bob.call('leaveChatRoom', { roomId: id })
  await alice.receives('onChatroomEvent', { operation: 'memberAbsence', id, from: 'bob' })
  await bob.call('joinChatRoom', { roomId: id })

  // Neither SDK can transfer a room: the app's backend does.
  const transferred = await app.call('PUT', `/chatrooms/${id}`, { newowner: 'bob' })
  expect(transferred.status).toBe(200)
  for (const user of [alice, bob]) await user.receives('onChatroomEvent', { operation: 'changeOwner', id })
  await bob.call('destroyChatRoom', { chatRoomId: id })
  for (const user of [alice, bob]) await user.receives('onChatroomEvent', { operation: 'destroy', id })
  expect(await refusal(alice.send(id, 'txt', { msg: 'anyone?' }))).toBe(605)
}
