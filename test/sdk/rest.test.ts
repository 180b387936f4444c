import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { anSdkPage, bundles, type SdkName, type SdkPage } from '../support/sdk-page.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

interface Members {
  members: { role: string }[]
  cursor: string
}

let server: TestServer
let browser: Browser

beforeAll(async () => {
  server = await aServer()
  browser = await aBrowser()
}, 30_000)
afterAll(async () => {
  await browser.close()
  await server.stop()
})

for (const sdk of Object.keys(bundles) as SdkName[]) {
  describe(`${sdk} in a browser`, () => {
    let app: TestApp
    let page: SdkPage
    /** A room that alice, a super admin, has created; bob and carol are in it. */
    let chatRoomId: string

    beforeAll(async () => {
      app = await server.app(`acme#${sdk}`)
      await app.register('alice', 'bob', 'carol', 'dora')
      await app.call('POST', '/chatrooms/super_admin', { superadmin: 'alice' })
      page = await anSdkPage(browser, server, app, sdk)
      for (const username of ['alice', 'bob', 'dora']) await page.login(username)
      const { data } = await alice<{ id: string }>('createChatRoom', {
        name: 'night owls',
        description: 'late talk',
        maxusers: 300,
        members: ['bob', 'carol'],
      })
      chatRoomId = data.id
    }, 30_000)
    afterAll(() => page.close())

    const alice = <Data>(method: string, params?: object) => page.call<Data>('alice', method, params)
    const bob = <Data>(method: string, params?: object) => page.call<Data>('bob', method, params)
    const dora = <Data>(method: string, params?: object) => page.call<Data>('dora', method, params)
    test('a super admin creates and destroys a room, others do not', async () => {
      const draft = { name: 'brief', description: '', maxusers: 10 }
      const { data } = await alice<{ id: string }>('createChatRoom', draft)
      expect(data.id).toMatch(/^\d+$/)
      expect((await bob('destroyChatRoom', { chatRoomId: data.id })).rejected).toMatchObject({ type: 17 })
      expect((await alice('destroyChatRoom', { chatRoomId: data.id })).data).toMatchObject({ id: data.id })
      expect((await bob('createChatRoom', draft)).rejected).toMatchObject({ type: 17 })
    })

    test('rooms are listed, read and changed', async () => {
      const listed = await bob('getChatRooms', { pagenum: 1, pagesize: 20 })
      expect(listed.data).toEqual([
        { id: chatRoomId, name: 'night owls', owner: 'alice', affiliations_count: 3, disabled: false },
      ])
      const changed = await alice('modifyChatRoom', {
        chatRoomId,
        chatRoomName: 'early birds',
        description: 'morning talk',
        maxusers: 200,
      })
      expect(changed.data).toEqual({ groupname: true, description: true, maxusers: true })
      const { data } = await bob<object[]>('getChatRoomDetails', { chatRoomId })
      expect(data).toHaveLength(1)
      expect(data[0]).toMatchObject({ id: chatRoomId, name: 'early birds', maxusers: 200, owner: 'alice' })
      expect((await bob('modifyChatRoom', { chatRoomId, description: 'x' })).rejected).toMatchObject({
        type: 17,
      })
      const missing = await bob('getChatRoomDetails', { chatRoomId: '1' })
      expect(missing.rejected).toMatchObject({ type: 705 })
    })

    test('a user reads which rooms it has joined', async () => {
      const { data } = await bob<object[]>('getJoinedChatRooms', { pageNum: 1, pageSize: 20 })
      expect(data).toHaveLength(1)
      expect(data[0]).toMatchObject({ id: chatRoomId, owner: 'alice' })
    })

    test('members are listed, added and removed', async () => {
      const paged = await bob('listChatRoomMembers', { pageNum: 1, pageSize: 10, chatRoomId })
      expect(paged.data).toEqual([{ owner: 'alice' }, { member: 'bob' }, { member: 'carol' }])
      const added = await alice('addUsersToChatRoom', { chatRoomId, users: ['dora'] })
      expect(added.data).toEqual({ newmembers: ['dora'], action: 'add_member', id: chatRoomId })
      const one = await alice('removeChatRoomMember', { chatRoomId, username: 'dora' })
      expect(one.data).toEqual({ result: true, action: 'remove_member', user: 'dora', id: chatRoomId })
      await alice('addUsersToChatRoom', { chatRoomId, users: ['dora'] })
      const several = await alice<{ result: boolean }[]>('removeChatRoomMembers', {
        chatRoomId,
        users: ['dora', 'ghost'],
      })
      expect(several.data.map(({ result }) => result)).toEqual([true, false])
      const outside = await alice('removeChatRoomMember', { chatRoomId, username: 'dora' })
      expect(outside.rejected).toMatchObject({ type: 702 })
      const stranger = await dora('listChatRoomMembers', { pageNum: 1, pageSize: 10, chatRoomId })
      expect(stranger.rejected).toMatchObject({ type: 17 })
    })

    test('members are listed with their roles, page by page', async () => {
      const first = await bob<Members>('getChatRoomMembers', { chatRoomId, limit: 2 })
      const rest = await bob<Members>('getChatRoomMembers', {
        chatRoomId,
        limit: 2,
        cursor: first.data.cursor,
      })
      expect([first.data.members.length, rest.data.members.length]).toEqual([2, 1])
      const roles = [...first.data.members, ...rest.data.members].map(({ role }) => role)
      expect(roles.sort()).toEqual(['member', 'member', 'owner'])
    })

    test('admins are appointed, listed and dismissed', async () => {
      const added = await alice('setChatRoomAdmin', { chatRoomId, username: 'bob' })
      expect(added.data).toEqual({ result: 'success', newadmin: 'bob' })
      expect((await bob('getChatRoomAdmin', { chatRoomId })).data).toEqual(['bob'])
      const removed = await alice('removeChatRoomAdmin', { chatRoomId, username: 'bob' })
      expect(removed.data).toEqual({ result: 'success', oldadmin: 'bob' })
    })

    test('members are muted and unmuted, alone and all together', async () => {
      const muted = await alice('muteChatRoomMember', { chatRoomId, username: 'bob', muteDuration: 60_000 })
      const expire = expect.any(Number)
      expect(muted.data).toEqual([{ result: true, expire, user: 'bob' }])
      expect((await alice('getChatRoomMutelist', { chatRoomId })).data).toEqual([{ expire, user: 'bob' }])
      expect((await bob('isInChatRoomMutelist', { chatRoomId })).data).toBe(true)
      const unmuted = await alice('unmuteChatRoomMember', { chatRoomId, username: 'bob' })
      expect(unmuted.data).toEqual([{ result: true, user: 'bob' }])
      expect((await alice('disableSendChatRoomMsg', { chatRoomId })).data).toEqual({ mute: true })
      expect((await alice('enableSendChatRoomMsg', { chatRoomId })).data).toEqual({ mute: false })
      expect((await bob('getChatRoomMutelist', { chatRoomId })).rejected).toMatchObject({ type: 17 })
    })

    test('members are blocked and unblocked', async () => {
      await alice('addUsersToChatRoom', { chatRoomId, users: ['dora'] })
      const row = (user: string, action = 'add_blocks') =>
        expect.objectContaining({ result: true, action, user })
      const blocked = await alice('blockChatRoomMember', { chatRoomId, username: 'dora' })
      expect(blocked.data).toMatchObject({ result: true, user: 'dora' })
      expect((await alice('getChatRoomBlocklist', { chatRoomId })).data).toEqual(['dora'])
      const joining = await alice('addUsersToChatRoom', { chatRoomId, users: ['dora'] })
      expect(joining.rejected).toMatchObject({ type: 603 })
      const back = await alice('unblockChatRoomMember', { chatRoomId, username: 'dora' })
      expect(back.data).toMatchObject({ result: true, user: 'dora' })
      await alice('addUsersToChatRoom', { chatRoomId, users: ['dora'] })
      const several = await alice('blockChatRoomMembers', { chatRoomId, usernames: ['dora', 'carol'] })
      expect(several.data).toEqual([row('dora'), row('carol')])
      const both = await alice('unblockChatRoomMembers', { chatRoomId, usernames: ['dora', 'carol'] })
      expect(both.data).toEqual([row('dora', 'remove_blocks'), row('carol', 'remove_blocks')])
      await alice('addUsersToChatRoom', { chatRoomId, users: ['carol'] })
    })

    test('members are put on the allow list and taken off', async () => {
      const added = await alice('addUsersToChatRoomAllowlist', { chatRoomId, users: ['bob', 'carol'] })
      expect(added.data).toHaveLength(2)
      expect((await alice('getChatRoomAllowlist', { chatRoomId })).data).toEqual(['alice', 'bob', 'carol'])
      const own = await bob('isInChatRoomAllowlist', { chatRoomId, userName: 'bob' })
      expect(own.data).toEqual({ member: 'bob', white: true })
      const removed = await alice('removeChatRoomAllowlistMember', { chatRoomId, userName: 'bob' })
      expect([removed.data].flat()).toMatchObject([{ result: true, user: 'bob' }])
      expect((await alice('getChatRoomAllowlist', { chatRoomId })).data).toEqual(['alice', 'carol'])
    })

    test('the announcement is set and read', async () => {
      const set = await alice('updateChatRoomAnnouncement', { roomId: chatRoomId, announcement: 'be kind' })
      expect(set.data).toEqual({ id: chatRoomId, result: true })
      const { data } = await bob('fetchChatRoomAnnouncement', { roomId: chatRoomId })
      expect(data).toEqual({ announcement: 'be kind' })
    })

    test('custom attributes are set, read and removed', async () => {
      const set = await bob('setChatRoomAttributes', {
        chatRoomId,
        attributes: { mood: 'calm', seat: '1' },
        autoDelete: true,
        isForced: false,
      })
      expect(set.rejected).toBeUndefined()
      const read = await alice('getChatRoomAttributes', { chatRoomId, attributeKeys: ['mood'] })
      expect(read.data).toEqual({ mood: 'calm' })
      expect((await alice('getChatRoomAttributes', { chatRoomId })).data).toEqual({ mood: 'calm', seat: '1' })
      const others = await alice('setChatRoomAttribute', {
        chatRoomId,
        attributeKey: 'mood',
        attributeValue: 'loud',
      })
      expect(others.rejected).toMatchObject({ type: 52 })
      await alice('setChatRoomAttribute', {
        chatRoomId,
        attributeKey: 'mood',
        attributeValue: 'loud',
        isForced: true,
      })
      expect((await bob('getChatRoomAttributes', { chatRoomId })).data).toEqual({ mood: 'loud', seat: '1' })
      await bob('removeChatRoomAttribute', { chatRoomId, attributeKey: 'seat' })
      await bob('removeChatRoomAttributes', { chatRoomId, attributeKeys: ['mood'], isForced: true })
      expect((await bob('getChatRoomAttributes', { chatRoomId })).data).toEqual({})
    })

    test('older names of these methods work, too', async () => {
      const mine = {
        chatRoomId,
        username: 'carol',
        userName: 'carol',
        users: ['carol'],
        usernames: ['carol'],
      }
      const back = () => alice('addUsersToChatRoom', mine)
      const doneWith = async (method: string, params: object = mine) => {
        const { rejected, data } = await alice(method, params)
        expect([method, rejected]).toEqual([method, undefined])
        return data
      }
      expect(await doneWith('listChatRoomMember', { ...mine, pageNum: 1, pageSize: 10 })).toHaveLength(3)
      for (const method of ['addUsersToChatRoomWhitelist', 'isChatRoomWhiteUser', 'getChatRoomWhitelist'])
        await doneWith(method)
      await doneWith('removeChatRoomWhitelistMember')
      await doneWith('rmUsersFromChatRoomWhitelist')
      await alice('muteChatRoomMember', { ...mine, muteDuration: -1 })
      for (const method of ['getChatRoomMuteList', 'getChatRoomMuted'])
        expect(await doneWith(method)).toMatchObject([{ user: 'carol' }])
      await doneWith('removeMuteChatRoomMember')
      for (const [block, unblock] of [
        ['chatRoomBlockSingle', 'removeChatRoomBlockSingle'],
        ['chatRoomBlockMulti', 'removeChatRoomBlockMulti'],
      ] as const) {
        await doneWith(block)
        for (const list of ['getChatRoomBlacklist', 'getChatRoomBlacklistNew'])
          expect(await doneWith(list)).toEqual(['carol'])
        await doneWith(unblock)
        await back()
      }
      for (const method of ['removeSingleChatRoomMember', 'removeMultiChatRoomMember']) {
        await doneWith(method)
        await back()
      }
    })

    test('there is no method about chat rooms beside these, the WebSocket and shared files', async () => {
      const uncalled = await page.uncalled()
      const overWebSocket = ['joinChatRoom', 'leaveChatRoom', 'quitChatRoom']
      expect(uncalled.filter((method) => !/shared_?file/i.test(method))).toEqual(overWebSocket)
    })

    test('the page has no uncaught errors', () => {
      expect(page.errors).toEqual([])
    })
  })
}
