import { expect, test } from 'bun:test'
import { foreverMs } from '../../src/domain/mute.ts'
import type { EventRow } from '../../src/store/events.ts'
import type { ReadStore, WriteStore } from '../../src/store/store.ts'

const forEver = { expiresMs: foreverMs, reason: '' }

interface Given {
  /** A new app with users. */
  app(...usernames: string[]): Promise<number>
  /** Adds a room of alice's with members. */
  room(app: number, id: string, members: string[]): Promise<void>
  read(): ReadStore
  transaction<T>(work: (store: WriteStore) => Promise<T>): Promise<T>
  tick(): number
}

/** What every store must do about members, roles, lists, attributes, limits and the audit trail. */
export function rolesContract({ app, room, read, transaction, tick }: Given): void {
  test('members are found, paged by name, and listed by when they joined', async () => {
    const id = await app('alice', 'bob', 'carol', 'dave')
    await room(id, 'r1', ['dave'])
    await transaction((store) => store.rooms.addMembers(id, 'r1', ['carol'], tick()))
    await transaction((store) => store.rooms.addMembers(id, 'r1', ['bob'], tick()))
    const { members } = read()
    expect(await members.findMember(id, 'r1', 'bob')).toMatchObject({ username: 'bob', admin: false })
    expect(await members.findMember(id, 'r2', 'bob')).toBeUndefined()
    const among = await members.membersAmong(id, 'r1', ['bob', 'ghost', 'alice'])
    expect(among.toSorted()).toEqual(['alice', 'bob'])
    expect(await members.pageMembers(id, 'r1', 2, 1)).toEqual(['bob', 'carol'])
    const order = { ascending: true, without: 'alice', limit: 2 }
    const first = await members.listMembers(id, 'r1', order)
    expect(first.map(({ username }) => username)).toEqual(['dave', 'carol'])
    const rest = await members.listMembers(id, 'r1', { ...order, position: first[1] })
    expect(rest.map(({ username }) => username)).toEqual(['bob'])
    const latest = await members.listMembers(id, 'r1', { ...order, ascending: false })
    expect(latest.map(({ username }) => username)).toEqual(['bob', 'carol'])
    expect(await members.roomsAmong(id, ['r1', 'r2'], 'bob')).toEqual(['r1'])
  })

  test('removed members are gone with their roles, and the count is that of those who are left', async () => {
    const id = await app('alice', 'bob', 'carol')
    await room(id, 'r1', ['bob', 'carol'])
    await transaction(async (store) => {
      await store.members.setAdmin(id, 'r1', 'bob', true)
      await store.members.setAllowed(id, 'r1', ['bob', 'carol', 'ghost'], true)
    })
    expect(await read().members.admins(id, 'r1')).toEqual(['bob'])
    expect(await read().members.allowed(id, 'r1')).toEqual(['bob', 'carol'])
    expect(await transaction((store) => store.members.removeMembers(id, 'r1', ['bob', 'ghost']))).toBe(2)
    expect((await read().rooms.findRoom(id, 'r1'))?.memberCount).toBe(2)
    await transaction((store) => store.rooms.addMembers(id, 'r1', ['bob'], tick()))
    expect(await read().members.admins(id, 'r1')).toEqual([])
    expect(await read().members.isAllowed(id, 'r1', 'bob')).toBe(false)
    expect(await read().members.isAllowed(id, 'r1', 'carol')).toBe(true)
    expect(await read().rooms.joinedRooms(id, 'carol')).toEqual(['r1'])
  })

  test('a removed room leaves no role, list or announcement, and its id stays used', async () => {
    const id = await app('alice', 'bob', 'carol')
    await room(id, 'r1', ['bob'])
    expect([await read().rooms.isUsed(id, 'r1'), await read().rooms.isUsed(id, 'r2')]).toEqual([true, false])
    await transaction(async ({ members, lists, rooms }) => {
      await members.setAdmin(id, 'r1', 'bob', true)
      await members.setAllowed(id, 'r1', ['bob'], true)
      await lists.mute(id, 'r1', ['bob'], 2, 1)
      await lists.block(id, 'r1', ['carol'], forEver, 0)
      await rooms.setAnnouncement(id, 'r1', 'old')
    })
    await transaction((store) => store.rooms.removeRoom(id, 'r1'))
    expect(await read().rooms.isUsed(id, 'r1')).toBe(true)
    await room(id, 'r1', ['bob'])
    const { members, lists, rooms } = read()
    const left = [members.admins(id, 'r1'), members.allowed(id, 'r1'), lists.blocked(id, 'r1', 0)]
    expect(await Promise.all(left)).toEqual([[], [], []])
    expect(await lists.muted(id, 'r1', 1)).toEqual([])
    expect(await rooms.announcement(id, 'r1')).toBe('')
  })

  test('an owner who is away owns its rooms still', async () => {
    const id = await app('alice', 'bob')
    await room(id, 'r1', [])
    await room(id, 'r2', ['bob'])
    await transaction(async (store) => {
      await store.members.removeMembers(id, 'r1', ['alice'])
      await store.members.ownerLeft(id, 'r1', 'alice')
    })
    expect(await transaction((store) => store.rooms.ownedRooms(id, 'alice', 9))).toEqual(['r1', 'r2'])
    await transaction((store) => store.members.ownerIsIn(id, 'r1'))
    expect(await transaction((store) => store.rooms.ownedRooms(id, 'alice', 9))).toEqual(['r2'])
  })

  test('a mute counts until it ends, and a new one replaces it', async () => {
    const id = await app('alice', 'bob')
    await transaction((store) => store.lists.mute(id, 'r1', ['alice', 'bob'], 100, 0))
    await transaction((store) => store.lists.mute(id, 'r1', ['bob'], 200, 0))
    const { lists } = read()
    expect(await lists.muted(id, 'r1', 50)).toEqual([
      { username: 'alice', expiresMs: 100 },
      { username: 'bob', expiresMs: 200 },
    ])
    expect(await lists.muted(id, 'r1', 50, ['bob', 'ghost'])).toEqual([{ username: 'bob', expiresMs: 200 }])
    expect(await lists.muted(id, 'r1', 100)).toEqual([{ username: 'bob', expiresMs: 200 }])
    expect(await lists.isMuted(id, 'r1', 'bob', 199)).toBe(true)
    expect(await lists.isMuted(id, 'r1', 'bob', 200)).toBe(false)
    await transaction((store) => store.lists.unmute(id, 'r1', ['bob', 'ghost']))
    expect(await lists.muted(id, 'r1', 0)).toEqual([{ username: 'alice', expiresMs: 100 }])
  })

  test('who is blocked stays so in its room until unblocked or forgotten', async () => {
    const id = await app('alice', 'bob')
    await transaction((store) => store.lists.block(id, 'r1', ['bob', 'alice', 'bob'], forEver, 0))
    await transaction((store) => store.lists.block(id, 'r2', ['bob'], forEver, 0))
    expect(await read().lists.blocked(id, 'r1', 0)).toEqual(['alice', 'bob'])
    expect(await read().lists.blockedAmong(id, 'r1', ['bob', 'carol'], 0)).toEqual(['bob'])
    await transaction((store) => store.lists.unblock(id, 'r1', ['alice']))
    expect(await read().lists.blocked(id, 'r1', 0)).toEqual(['bob'])
    await transaction((store) =>
      store.lists.block(id, 'r1', ['carol'], { expiresMs: 100, reason: 'rude' }, 0),
    )
    expect(await read().lists.bans(id, 'r1', 99)).toEqual([
      { username: 'bob', ...forEver },
      { username: 'carol', expiresMs: 100, reason: 'rude' },
    ])
    expect(await read().lists.blocked(id, 'r1', 100)).toEqual(['bob'])
    expect(await read().lists.blockedAmong(id, 'r1', ['carol'], 100)).toEqual([])
    await transaction((store) => store.lists.block(id, 'r1', ['carol'], forEver, 100))
    expect(await read().lists.blocked(id, 'r1', 100)).toEqual(['bob', 'carol'])
    await transaction((store) => store.lists.unblock(id, 'r1', ['carol']))
    await transaction((store) => store.lists.forgetUser(id, 'bob'))
    expect([await read().lists.blocked(id, 'r1', 0), await read().lists.blocked(id, 'r2', 0)]).toEqual([
      [],
      [],
    ])
  })

  test('attributes are stored by name, and are removed with their owner where they should', async () => {
    const id = await app('alice')
    const attribute = (name: string, owner: string, autoDelete: boolean) => ({
      name,
      value: `value of ${name}`,
      owner,
      autoDelete,
    })
    const [a, B, z] = [
      attribute('a', 'alice', true),
      attribute('B', 'bob', true),
      attribute('z', 'bob', false),
    ]
    await transaction((store) => store.attributes.setAttributes(id, 'r1', [z, a, B]))
    expect(await read().attributes.attributes(id, 'r1')).toEqual([B, a, z])
    expect(await read().attributes.attributes(id, 'r1', ['z', 'none'])).toEqual([z])
    const mine = { ...a, value: '', owner: 'bob' }
    await transaction((store) => store.attributes.setAttributes(id, 'r1', [mine]))
    const gone = await transaction((store) => store.attributes.removeWithOwners(id, 'r1', ['bob', 'carol']))
    expect(gone.toSorted((one, other) => (one.name < other.name ? -1 : 1))).toEqual([B, mine])
    await transaction((store) => store.attributes.removeAttributes(id, 'r1', ['z', 'none']))
    expect(await read().attributes.attributes(id, 'r1')).toEqual([])
  })

  test('attributes of users are stored by user and name, counted in bytes, and removed', async () => {
    const id = await app('alice', 'bob')
    const one = (username: string, name: string, value: string) => ({ username, name, value })
    await transaction(({ userAttributes }) =>
      userAttributes.setUserAttributes(id, [
        one('bob', 'b', '2'),
        one('alice', 'a', '1'),
        one('bob', 'B', '你'),
      ]),
    )
    await transaction(({ userAttributes }) => userAttributes.setUserAttributes(id, [one('bob', 'b', '')]))
    const { userAttributes } = read()
    expect(await userAttributes.userAttributes(id, ['bob', 'alice', 'ghost'])).toEqual([
      one('alice', 'a', '1'),
      one('bob', 'B', '你'),
      one('bob', 'b', ''),
    ])
    expect(await userAttributes.userAttributeBytes(id)).toBe(7)
    expect(await userAttributes.userAttributeBytes(id + 1)).toBe(0)
    await transaction((store) => store.userAttributes.removeUserAttributes(id, 'bob', ['b', 'none']))
    await transaction((store) => store.userAttributes.removeUserAttributes(id, 'alice'))
    expect(await userAttributes.userAttributes(id, ['alice', 'bob'])).toEqual([one('bob', 'B', '你')])
  })

  test('mutes of the whole app are stored by user and kind, paged while they last, and lifted', async () => {
    const id = await app('alice', 'bob')
    const mute = (username: string, kind: 'chat' | 'chatroom', expiresMs: number) =>
      transaction((store) => store.appMutes.setAppMute(id, { username, kind, expiresMs }))
    await mute('bob', 'chatroom', 100)
    await mute('alice', 'chatroom', 150)
    await mute('alice', 'chatroom', 200)
    await mute('bob', 'chat', 4_638_873_600_000)
    const { appMutes } = read()
    expect(await appMutes.appMutes(id, 'bob')).toEqual({
      chat: 4_638_873_600_000,
      groupchat: 0,
      chatroom: 100,
    })
    expect(await appMutes.appMutes(id + 1, 'bob')).toEqual({ chat: 0, groupchat: 0, chatroom: 0 })
    const rows = [
      { username: 'alice', kind: 'chatroom', expiresMs: 200 },
      { username: 'bob', kind: 'chat', expiresMs: 4_638_873_600_000 },
      { username: 'bob', kind: 'chatroom', expiresMs: 100 },
    ] as const
    expect(await appMutes.pageAppMutes(id, 99, 10, 0)).toEqual([...rows])
    expect(await appMutes.pageAppMutes(id, 100, 1, 1)).toEqual([rows[1]])
    await mute('alice', 'chatroom', 0)
    expect(await appMutes.pageAppMutes(id, 0, 10, 0)).toEqual([rows[1], rows[2]])
    await transaction((store) => store.appMutes.removeAppMutes(id, 'bob'))
    expect(await appMutes.pageAppMutes(id, 0, 10, 0)).toEqual([])
  })

  test('super admins are listed in the order of their appointment, each once', async () => {
    const id = await app('alice', 'bob')
    const add = (username: string) =>
      transaction((store) => store.superAdmins.addSuperAdmin(id, username, tick()))
    expect([await add('bob'), await add('alice'), await add('bob')]).toEqual([true, true, false])
    expect(await read().superAdmins.pageSuperAdmins(id, 10, 0)).toEqual(['bob', 'alice'])
    expect(await read().superAdmins.pageSuperAdmins(id, 1, 1)).toEqual(['alice'])
    expect(await read().superAdmins.isSuperAdmin(id, 'bob')).toBe(true)
    const remove = () => transaction((store) => store.superAdmins.removeSuperAdmin(id, 'bob'))
    expect([await remove(), await remove()]).toEqual([true, false])
    expect(await read().superAdmins.isSuperAdmin(id, 'bob')).toBe(false)
  })

  test('calls are counted by the latest second', async () => {
    const id = await app()
    const count = (second: number, calls: number) =>
      transaction((store) => store.rates.countCalls(id, 'GET /x', second, calls))
    expect(await count(100, 3)).toEqual({ second: 100, used: 3 })
    expect(await count(100, 2)).toEqual({ second: 100, used: 5 })
    expect(await count(101, 1)).toEqual({ second: 101, used: 1 })
    expect(await count(100, 1)).toEqual({ second: 101, used: 2 })
  })

  test('announcements are stored', async () => {
    const id = await app('alice')
    await room(id, 'r1', [])
    expect(await read().rooms.announcement(id, 'r1')).toBe('')
    await transaction((store) => store.rooms.setAnnouncement(id, 'r1', 'be kind'))
    expect(await read().rooms.announcement(id, 'r1')).toBe('be kind')
  })

  test('changes are read from the latest on, and forgotten from the oldest on', async () => {
    const id = await app()
    const row = (at: number, room: string): EventRow => ({
      at,
      room,
      number: 0,
      operator: 'alice',
      operation: 'changeRoom',
      type: 'room.changed',
      data: '{}',
      before: null,
    })
    const shown = (at: number, room: string) => ({
      at,
      room,
      operator: 'alice',
      operation: 'changeRoom',
      changes: '[{"type":"room.changed"}]',
    })
    // The same room in the same microsecond: the second takes the next.
    await transaction((store) =>
      store.events.addEvents(id, [row(10, 'r1'), row(10, 'r2'), row(10, 'r1'), row(20, 'r2')]),
    )
    const { events } = read()
    const all = [shown(20, 'r2'), shown(11, 'r1'), shown(10, 'r2'), shown(10, 'r1')]
    expect(await events.listChanges(id, 10)).toEqual(all)
    expect(await events.listChanges(id, 2, undefined, shown(11, 'r1'))).toEqual(all.slice(2))
    expect(await events.listChanges(id, 10, 'r1')).toEqual([shown(11, 'r1'), shown(10, 'r1')])
    expect(await events.listChanges(id, 10, 'r1', shown(11, 'r1'))).toEqual([shown(10, 'r1')])
    expect(await transaction((store) => store.events.removeEvents(id, 20, 2))).toBe(2)
    expect(await events.listChanges(id, 10)).toEqual(all.slice(0, 2))
    expect(await transaction((store) => store.events.removeEvents(id, 20, 2))).toBe(1)
  })
}
