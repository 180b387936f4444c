import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { defaultSettings } from '../../src/domain/app-settings.ts'
import { foreverMs } from '../../src/domain/mute.ts'
import type { NewRoom } from '../../src/domain/room.ts'
import type { EventPosition } from '../../src/store/event-position.ts'
import type { EventRow } from '../../src/store/events.ts'
import type { ReadStore, WriteStore } from '../../src/store/store.ts'
import { rolesContract } from './roles-contract.ts'

/** A store as the server has it: reads beside transactions. */
export interface OpenStore {
  /** Reads what transactions have committed. */
  store: ReadStore
  /** Runs `work` as a whole or not at all. */
  transaction<T>(work: (store: WriteStore) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const forEver = { expiresMs: foreverMs, reason: '' }

let lastTick = Date.now() * 1000
const tick = (): number => {
  lastTick += 1
  return lastTick
}

const aRoom = (given: Partial<NewRoom> & { id: string }) => ({
  name: 'a room',
  description: 'for a test',
  custom: '',
  maxusers: 300,
  owner: 'alice',
  members: [],
  createdUs: tick(),
  ...given,
})

/** Users with one device each. */
const connected = (...usernames: string[]) =>
  new Map(
    usernames.map((name) => [name, [{ res: `${name}-phone`, device_uuid: 'u', device_name: '电话 "1"' }]]),
  )

const aUser = (username: string) => ({
  username,
  uuid: crypto.randomUUID(),
  passwordHash: null,
  nickname: null,
  tokenEpoch: 7,
  now: 1_790_000_000_000,
})

const anApp = (name: string) => ({
  org: 'acme',
  name,
  uuid: crypto.randomUUID(),
  clientId: 'id',
  secretSalt: 'salt',
  secretHash: 'hash',
  secret: 'a secret',
  tokenKey: 'key',
  settings: defaultSettings,
  createdMs: 1_790_000_000_000,
})

/** What every store must do, whatever it stands on. */
export function storeContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`store on ${name}`, () => {
    let opened: OpenStore
    let apps = 0

    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close())

    const transaction = <T>(work: (store: WriteStore) => Promise<T>) => opened.transaction(work)

    /** A new app with users. */
    async function app(...usernames: string[]): Promise<number> {
      apps += 1
      return transaction(async (store) => {
        const id = await store.apps.addApp(anApp(`app-${apps}`))
        for (const username of usernames) await store.users.addUser(id, aUser(username))
        return id
      })
    }

    const takes = (app: number, kind: 'rooms' | 'users') => async (store: WriteStore) =>
      (await store.quotas.takeQuota(app, kind, 1)) === 1

    const addRoom = (app: number, given: Partial<NewRoom> & { id: string }) =>
      transaction((store) => store.rooms.addRoom(app, aRoom(given)))

    rolesContract({
      app,
      room: (app, id, members) => addRoom(app, { id, members }),
      read: () => opened.store,
      transaction,
      tick,
    })

    test('an app is found by its key, by its number and in the list, as it was added', async () => {
      const given = anApp('found')
      const before = await opened.store.apps.appsVersion()
      const id = await transaction((store) => store.apps.addApp(given))
      const kept = { id, ...given, previous: null, callbacks: 0 }
      expect(await opened.store.apps.findApp('acme', 'found')).toEqual(kept)
      const used = await transaction((store) => store.apps.lockAppShared(id))
      expect(used).toEqual({ ...kept, clock: expect.any(Number) })
      expect(Math.abs((used?.clock ?? 0) / 1000 - Date.now())).toBeLessThan(60_000)
      expect(await opened.store.apps.listApps()).toContainEqual(kept)
      expect(await opened.store.apps.appsVersion()).not.toBe(before)
      expect(await opened.store.apps.findApp('acme', 'other')).toBeUndefined()
      expect(await transaction((store) => store.apps.lockAppShared(id + 1000))).toBeUndefined()
    })

    test('a change of an app stores its secrets and settings, and changes the version of the apps', async () => {
      const id = await transaction((store) => store.apps.addApp(anApp('changed')))
      const before = await opened.store.apps.appsVersion()
      const change = {
        secretSalt: 's2',
        secretHash: 'h2',
        secret: 'a secret',
        tokenKey: 'k2',
        previous: { secretSalt: 's', secretHash: 'h', secret: null, tokenKey: 'k', untilMs: 5 },
        settings: { ...defaultSettings, rooms: 5, dialect: 'sdk' as const },
      }
      await transaction(async (store) => {
        const held = await store.apps.lockApp('acme', 'changed')
        if (!held) throw new Error('the app is gone')
        await store.apps.changeApp({ ...held, ...change })
        await store.apps.changeSecrets(held.id, change)
        expect((await store.apps.lockSecrets(held.id))?.previous).toEqual(change.previous)
      })
      expect(await opened.store.apps.findApp('acme', 'changed')).toEqual({
        ...anApp('changed'),
        callbacks: 0,
        uuid: expect.any(String),
        id,
        ...change,
      })
      expect(await opened.store.apps.appsVersion()).not.toBe(before)
      expect(await transaction(async (store) => store.apps.lockApp('acme', 'nobody'))).toBeUndefined()
    })

    test('a failed transaction leaves nothing', async () => {
      const id = await app('alice')
      const work = transaction(async (store) => {
        await store.rooms.addRoom(id, aRoom({ id: 'r1' }))
        throw new Error('no')
      })
      expect(work).rejects.toThrow('no')
      await work.catch(() => undefined)
      expect(await opened.store.rooms.findRoom(id, 'r1')).toBeUndefined()
      expect(await opened.store.rooms.countJoined(id, 'alice', 10)).toBe(0)
    })

    test('room ids have 15 or 16 digits below 2^53, and later ones are larger', async () => {
      const ids: string[] = []
      for (let n = 0; n < 20; n += 1) ids.push(await transaction(async (store) => store.newId()))
      for (const id of ids) expect(id).toMatch(/^[1-9]\d{14,15}$/)
      const numbers = ids.map(Number)
      expect(numbers.every(Number.isSafeInteger)).toBe(true)
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    })

    test('a user is stored with numbers as numbers and booleans as booleans', async () => {
      const id = await app()
      const given = { ...aUser('alice'), passwordHash: 'h', nickname: 'Al' }
      const shown = {
        uuid: given.uuid,
        username: 'alice',
        nickname: 'Al',
        activated: true,
        createdMs: given.now,
        modifiedMs: given.now,
      }
      expect(await transaction((store) => store.users.addUser(id, given))).toEqual(shown)
      expect(await transaction((store) => store.users.addUser(id, given))).toBeUndefined()
      const kept = { ...shown, passwordHash: 'h', tokenEpoch: 7 }
      expect(await opened.store.users.findUser(id, 'alice')).toEqual(kept)
      expect(await opened.store.users.findUsers(id, ['bob', 'alice'])).toEqual([kept])
      expect(await opened.store.users.usernameOf(id, given.uuid)).toBe('alice')
      expect(await opened.store.users.usernameOf(await app(), given.uuid)).toBeUndefined()
      const changed = {
        ...kept,
        passwordHash: null,
        activated: false,
        tokenEpoch: 2 ** 30,
        modifiedMs: given.now + 1,
      }
      await transaction((store) => store.users.changeUser(id, changed))
      expect(await transaction(async (store) => store.users.lockUser(id, 'alice'))).toEqual(changed)
      await transaction((store) => store.users.removeUser(id, 'alice'))
      expect(await opened.store.users.findUser(id, 'alice')).toBeUndefined()
    })

    test('users are listed by registration, and page by page', async () => {
      const id = await app()
      const names = ['dave', 'carol', 'bob', 'alice']
      await transaction(async (store) => {
        for (const [place, name] of names.entries()) {
          await store.users.addUser(id, { ...aUser(name), now: 1000 + Math.floor(place / 2) })
        }
      })
      const list = async (limit: number, username?: string) => {
        const after = username === undefined ? undefined : await opened.store.users.findUser(id, username)
        return (await opened.store.users.listUsers(id, limit, after)).map((user) => user.username)
      }
      // Registered at one moment: by name.
      expect(await list(10)).toEqual(['carol', 'dave', 'alice', 'bob'])
      expect(await list(2)).toEqual(['carol', 'dave'])
      expect(await list(2, 'dave')).toEqual(['alice', 'bob'])
    })

    test('names sort by their bytes', async () => {
      const names = ['a', 'B', 'Z', 'é', '_', '9']
      const id = await app(...names)
      const byBytes = ['9', 'B', 'Z', '_', 'a', 'é']
      const listed = await opened.store.users.listUsers(id, 10)
      expect(listed.map(({ username }) => username)).toEqual(byBytes)
    })

    test('of the users that a transaction names, it locks those that are registered', async () => {
      const id = await app('alice', 'bob')
      for (const alone of [true, false]) {
        const held = transaction((store) => store.users.lockUsers(id, ['bob', 'carol', 'alice'], alone))
        expect((await held).sort()).toEqual(['alice', 'bob'])
      }
    })

    test('a room is found with its members, in its own app only', async () => {
      const [id, other] = [await app('alice', 'bob'), await app('alice')]
      const given = aRoom({ id: 'r1', members: ['bob', 'carol'], custom: '{"a":1}', maxusers: 10_000 })
      await transaction((store) => store.rooms.addRoom(id, given))
      const { members, createdUs, ...fields } = given
      const kept = {
        ...fields,
        createdMs: Math.floor(createdUs / 1000),
        memberCount: 3,
        mute: false,
        disabled: false,
        slowMode: 0,
        lifecycle: null,
      }
      expect(await opened.store.rooms.findRoom(id, 'r1')).toEqual(kept)
      expect(await transaction(async (store) => store.rooms.lockRoom(id, 'r1'))).toEqual(kept)
      const [details, ...more] = await opened.store.rooms.findDetails(id, ['r1', 'r2'])
      expect({ ...details, members: details?.members.split(',').sort() }).toEqual({ ...kept, members })
      expect(more).toEqual([])
      expect(await opened.store.rooms.findRoom(other, 'r1')).toBeUndefined()
      expect(await opened.store.rooms.findDetails(other, ['r1'])).toEqual([])
      expect(await transaction(async (store) => store.rooms.lockRoom(other, 'r1'))).toBeUndefined()
    })

    test('two rooms of one id cannot be', async () => {
      const id = await app('alice')
      const again = Promise.allSettled([addRoom(id, { id: 'r1' }), addRoom(id, { id: 'r1' })])
      expect((await again).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(await opened.store.rooms.findRoom(id, 'r1')).toMatchObject({ memberCount: 1 })
    })

    test('a change of a room leaves every other field', async () => {
      const id = await app('alice', 'bob')
      await addRoom(id, { id: 'r1', members: ['bob'] })
      const change = {
        name: 'n',
        description: 'd',
        custom: 'c',
        maxusers: 5,
        owner: 'bob',
        mute: true,
        disabled: true,
      }
      await transaction(async (store) => {
        const room = await store.rooms.lockRoom(id, 'r1')
        if (!room) throw new Error('the room is gone')
        await store.rooms.changeRoom(id, { ...room, ...change })
      })
      expect(await opened.store.rooms.findRoom(id, 'r1')).toMatchObject({ ...change, memberCount: 2 })
    })

    test('rooms are listed newest first; a page goes on after any room', async () => {
      const id = await app('alice')
      const moment = tick()
      for (const room of ['r1', 'r2', 'r3']) await addRoom(id, { id: room })
      for (const room of ['b', 'a'])
        await transaction((store) => store.rooms.addRoom(id, { ...aRoom({ id: room }), createdUs: moment }))
      const all = await opened.store.rooms.listRooms(id, 10)
      expect(all.map((room) => room.id)).toEqual(['r3', 'r2', 'r1', 'b', 'a'])
      expect(all[0]).toEqual({
        id: 'r3',
        name: 'a room',
        owner: 'alice',
        memberCount: 1,
        disabled: 0,
        createdUs: expect.any(Number),
      })
      const after = async (place: number) => {
        const { createdUs, id: room } = all[place] as { createdUs: number; id: string }
        return (await opened.store.rooms.listRooms(id, 2, { createdUs, id: room })).map((each) => each.id)
      }
      expect(await after(0)).toEqual(['r2', 'r1'])
      expect(await after(3)).toEqual(['a'])
      expect((await opened.store.rooms.pageRooms(id, 2, 3)).map((room) => room.id)).toEqual(['b', 'a'])
    })

    test('the rooms of a user are listed most recently joined first, and counted up to a limit', async () => {
      const id = await app('alice', 'bob')
      for (const room of ['r1', 'r2', 'r3']) await addRoom(id, { id: room, name: `name of ${room}` })
      for (const room of ['r2', 'r3', 'r1'])
        await transaction((store) => store.rooms.addMembers(id, room, ['bob'], tick()))
      const joined = await opened.store.rooms.pageJoined(id, 'bob', 10, 0)
      expect(joined.map(({ id: room, name }) => [room, name])).toEqual(
        ['r1', 'r3', 'r2'].map((room) => [room, `name of ${room}`]),
      )
      expect((await opened.store.rooms.pageJoined(id, 'bob', 1, 1)).map((room) => room.id)).toEqual(['r3'])
      const pages = ['bob', 'alice', 'carol', 'bob'].map(async (name) =>
        opened.store.rooms.pageJoined(id, name, 2, 0),
      )
      expect((await Promise.all(pages)).map((page) => page.map((room) => room.id))).toEqual([
        ['r1', 'r3'],
        ['r3', 'r2'],
        [],
        ['r1', 'r3'],
      ])
      expect(await opened.store.rooms.countJoined(id, 'bob', 10)).toBe(3)
      expect(await opened.store.rooms.countJoined(id, 'bob', 2)).toBe(2)
    })

    test('members are added once, and the count is the number of members', async () => {
      const id = await app('alice', 'bob', 'carol')
      await addRoom(id, { id: 'r1' })
      expect(await transaction((store) => store.rooms.addMembers(id, 'r1', ['bob', 'alice'], tick()))).toBe(2)
      expect(await transaction((store) => store.rooms.addMembers(id, 'r1', ['bob', 'carol'], tick()))).toBe(3)
      expect(await opened.store.rooms.isMember(id, 'r1', 'carol')).toBe(true)
      expect(await opened.store.rooms.isMember(id, 'r1', 'dave')).toBe(false)
    })

    test('a removed room leaves no member', async () => {
      const id = await app('alice', 'bob')
      await addRoom(id, { id: 'r1', members: ['bob'] })
      await transaction((store) => store.rooms.removeRoom(id, 'r1'))
      expect(await opened.store.rooms.findRoom(id, 'r1')).toBeUndefined()
      expect(await opened.store.rooms.countJoined(id, 'bob', 10)).toBe(0)
    })

    test('14.4 what is left of dissolved rooms goes in batches, and none of which a part is gone comes back', async () => {
      const id = await app('alice', 'bob')
      const dissolved = tick()
      for (const room of ['d1', 'd2', 'd3']) {
        await addRoom(id, { id: room, members: ['bob'] })
        await transaction(async (store) => {
          await store.lists.mute(id, room, ['bob', 'alice'], foreverMs, 0)
          await store.attributes.setAttributes(id, room, [
            { name: 'k', value: 'v', owner: 'bob', autoDelete: false },
          ])
          await store.dissolved.dissolve(id, room, room === 'd3' ? dissolved + 9 : dissolved)
        })
      }
      const { store } = opened
      expect([await store.rooms.findRoom(id, 'd1'), await store.rooms.isUsed(id, 'd1')]).toEqual([
        undefined,
        true,
      ])
      expect(await store.rooms.countJoined(id, 'bob', 10)).toBe(0)
      const listed = async () => (await store.dissolved.listDissolved(id, 9, 1)).map((room) => room.id)
      expect(await listed()).toEqual(['d3', 'd2', 'd1'])
      const prune = (most: number) =>
        transaction((tx) => tx.dissolved.pruneDissolved(id, dissolved + 5, most))
      expect(await prune(1)).toBe(true)
      expect(await listed()).toEqual(['d3', 'd2'])
      const lock = (room: string) => transaction((tx) => tx.dissolved.lockDissolved(id, room, 1))
      expect(await lock('d1')).toBeUndefined()
      let batches = 0
      while (await prune(1)) batches += 1
      expect(batches).toBeGreaterThan(4)
      expect(await listed()).toEqual(['d3'])
      for (const [room, muted] of [
        ['d1', 0],
        ['d2', 0],
        ['d3', 2],
      ] as const)
        expect(await store.lists.muted(id, room, 1)).toHaveLength(muted)
      const back = await lock('d3')
      if (!back) throw new Error('it is not there')
      await transaction((tx) => tx.dissolved.restore(id, back))
      expect(await store.rooms.countJoined(id, 'bob', 10)).toBe(1)
      expect((await store.rooms.findRoom(id, 'd3'))?.memberCount).toBe(2)
      expect(await lock('d3')).toBeUndefined()
    })

    test('14.4 who was deleted since a time is known until that is pruned', async () => {
      const id = await app('alice')
      const at = tick()
      await transaction((store) => store.dissolved.userDeleted(id, 'alice', at))
      const since = (us: number) =>
        transaction((store) => store.dissolved.deletedSince(id, ['alice', 'bob'], us))
      expect([await since(at - 1), await since(at)]).toEqual([['alice'], []])
      await transaction((store) => store.dissolved.userDeleted(id, 'alice', at + 5))
      expect(await since(at)).toEqual(['alice'])
      await transaction((store) => store.dissolved.pruneDissolved(id, at + 5, 9))
      expect(await since(at)).toEqual(['alice'])
      await transaction((store) => store.dissolved.pruneDissolved(id, at + 6, 9))
      expect(await since(at)).toEqual([])
    })

    test('a user is removed from every room; the result names them, and how many are left', async () => {
      const id = await app('alice', 'bob')
      await addRoom(id, { id: 'r1', members: ['bob'] })
      await addRoom(id, { id: 'r2', members: ['bob', 'carol'] })
      await addRoom(id, { id: 'r3', owner: 'bob' })
      expect(await transaction((store) => store.rooms.ownedRooms(id, 'bob', 9))).toEqual(['r3'])
      expect(await transaction((store) => store.rooms.ownedRooms(id, 'carol', 9))).toEqual([])
      const left = await transaction((store) => store.rooms.leaveRooms(id, 'bob', 9))
      expect(left.sort((a, b) => a.room.localeCompare(b.room))).toEqual([
        { room: 'r1', memberCount: 1 },
        { room: 'r2', memberCount: 2 },
        { room: 'r3', memberCount: 0 },
      ])
      expect(await opened.store.rooms.countJoined(id, 'bob', 10)).toBe(0)
    })

    test('members of a room are found, listed by name and by joining, and taken out', async () => {
      const id = await app('alice', 'bob', 'carol')
      await addRoom(id, { id: 'r1' })
      for (const name of ['carol', 'bob'])
        await transaction((store) => store.rooms.addMembers(id, 'r1', [name], tick()))
      const { members } = opened.store
      expect(await members.findMember(id, 'r1', 'bob')).toEqual({
        username: 'bob',
        admin: false,
        joinedUs: expect.any(Number),
      })
      expect(await members.findMember(id, 'r1', 'dave')).toBeUndefined()
      expect((await members.membersAmong(id, 'r1', ['dave', 'carol', 'bob'])).sort()).toEqual([
        'bob',
        'carol',
      ])
      expect(await members.pageMembers(id, 'r1', 2, 1)).toEqual(['bob', 'carol'])
      const list = async (
        ascending: boolean,
        limit: number,
        position?: { joinedUs: number; username: string },
      ) => members.listMembers(id, 'r1', { ascending, without: 'alice', limit, position })
      const [first, second] = await list(true, 5)
      expect([first?.username, second?.username]).toEqual(['carol', 'bob'])
      expect(await list(true, 5, first)).toEqual(second ? [second] : [])
      expect(await list(false, 1)).toEqual(second ? [second] : [])
      expect(await members.roomsAmong(id, ['r1', 'r2'], 'bob')).toEqual(['r1'])
      expect(await transaction((store) => store.rooms.joinedRooms(id, 'bob'))).toEqual(['r1'])
      expect(await transaction((store) => store.members.removeMembers(id, 'r1', ['bob', 'dave']))).toBe(2)
      expect(await opened.store.rooms.findRoom(id, 'r1')).toMatchObject({ memberCount: 2 })
      expect(await opened.store.rooms.isMember(id, 'r1', 'bob')).toBe(false)
    })

    test('roles and the allow list go with the member', async () => {
      const id = await app('alice', 'bob')
      await addRoom(id, { id: 'r1', members: ['bob'] })
      await transaction(async (store) => {
        await store.members.setAdmin(id, 'r1', 'bob', true)
        await store.members.setAllowed(id, 'r1', ['alice', 'bob'], true)
        await store.members.setAllowed(id, 'r1', ['alice'], false)
      })
      const { members } = opened.store
      expect(await members.admins(id, 'r1')).toEqual(['bob'])
      expect(await members.allowed(id, 'r1')).toEqual(['bob'])
      expect([await members.isAllowed(id, 'r1', 'bob'), await members.isAllowed(id, 'r1', 'alice')]).toEqual([
        true,
        false,
      ])
      await transaction((store) => store.members.removeMembers(id, 'r1', ['bob']))
      expect([...(await members.admins(id, 'r1')), ...(await members.allowed(id, 'r1'))]).toEqual([])
    })

    test('an owner that has left its room owns it still, and loses it when deleted', async () => {
      const id = await app('alice')
      await addRoom(id, { id: 'r1' })
      await transaction(async (store) => {
        await store.members.removeMembers(id, 'r1', ['alice'])
        await store.members.ownerLeft(id, 'r1', 'alice')
      })
      expect(await transaction((store) => store.rooms.ownedRooms(id, 'alice', 9))).toEqual(['r1'])
      await transaction((store) => store.members.ownerIsIn(id, 'r1'))
      expect(await transaction((store) => store.rooms.ownedRooms(id, 'alice', 9))).toEqual([])
    })

    test('mutes end by themselves; blocks stay until they are lifted; both go with the user', async () => {
      const id = await app('alice', 'bob')
      await addRoom(id, { id: 'r1' })
      await transaction(async (store) => {
        await store.lists.mute(id, 'r1', ['alice', 'bob'], 2_000_000_000_000, 1)
        await store.lists.mute(id, 'r1', ['alice'], 2_000_000_000_005, 1)
        await store.lists.block(id, 'r1', ['alice', 'bob'], forEver, 0)
        await store.lists.block(id, 'r1', ['bob'], forEver, 0)
      })
      const { lists } = opened.store
      const [alice, bob] = [
        { username: 'alice', expiresMs: 2_000_000_000_005 },
        { username: 'bob', expiresMs: 2_000_000_000_000 },
      ]
      expect(await lists.muted(id, 'r1', 1_999_999_999_999)).toEqual([alice, bob])
      expect(await lists.muted(id, 'r1', 2_000_000_000_000)).toEqual([alice])
      expect(await lists.isMuted(id, 'r1', 'bob', 2_000_000_000_000)).toBe(false)
      expect(await lists.isMuted(id, 'r1', 'alice', 2_000_000_000_000)).toBe(true)
      expect(await lists.blocked(id, 'r1', 0)).toEqual(['alice', 'bob'])
      await transaction((store) => store.lists.unblock(id, 'r1', ['alice']))
      expect(await lists.blockedAmong(id, 'r1', ['alice', 'bob'], 0)).toEqual(['bob'])
      await transaction((store) => store.lists.unmute(id, 'r1', ['alice']))
      expect(await lists.muted(id, 'r1', 0)).toEqual([bob])
      await transaction((store) => store.lists.forgetUser(id, 'bob'))
      expect([...(await lists.muted(id, 'r1', 0)), ...(await lists.blocked(id, 'r1', 0))]).toEqual([])
    })

    test('announcement and attributes are stored, overwritten and removed', async () => {
      const id = await app('alice', 'bob')
      await addRoom(id, { id: 'r1' })
      const [a, b] = [
        { name: 'a', value: '1', owner: 'alice', autoDelete: true },
        { name: 'B', value: '2', owner: 'bob', autoDelete: false },
      ]
      await transaction(async (store) => {
        await store.rooms.setAnnouncement(id, 'r1', 'hear, hear')
        await store.attributes.setAttributes(id, 'r1', [{ ...a, value: '0' }, b])
        await store.attributes.setAttributes(id, 'r1', [a])
      })
      expect(await opened.store.rooms.announcement(id, 'r1')).toBe('hear, hear')
      const { attributes } = opened.store
      expect(await attributes.attributes(id, 'r1')).toEqual([b, a])
      expect(await attributes.attributes(id, 'r1', ['a', 'x'])).toEqual([a])
      expect(
        await transaction((store) => store.attributes.removeWithOwners(id, 'r1', ['alice', 'bob'])),
      ).toEqual([a])
      await transaction((store) => store.attributes.removeAttributes(id, 'r1', ['B']))
      expect(await attributes.attributes(id, 'r1')).toEqual([])
    })

    test('super admins are listed as they were appointed', async () => {
      const id = await app('alice', 'bob')
      const add = (name: string) => transaction((store) => store.superAdmins.addSuperAdmin(id, name, tick()))
      expect([await add('bob'), await add('alice'), await add('bob')]).toEqual([true, true, false])
      expect(await opened.store.superAdmins.pageSuperAdmins(id, 10, 0)).toEqual(['bob', 'alice'])
      expect(await opened.store.superAdmins.pageSuperAdmins(id, 1, 1)).toEqual(['alice'])
      expect(await opened.store.superAdmins.isSuperAdmin(id, 'bob')).toBe(true)
      const remove = () => transaction((store) => store.superAdmins.removeSuperAdmin(id, 'bob'))
      expect([await remove(), await remove()]).toEqual([true, false])
    })

    test('changes are read from the latest on, of one room or all, and cut off by age', async () => {
      const id = await app()
      const row = (at: number, room: string): EventRow => ({ ...event, at, room })
      const shown = (at: number, room: string) => ({
        at,
        room,
        operator: '',
        operation: 'createRoom',
        changes,
      })
      const event = {
        number: 0,
        operator: '',
        operation: 'createRoom',
        type: 'room.created',
        data: '{"owner":"alice"}',
        before: null,
      }
      const changes = '[{"type":"room.created","owner":"alice"}]'
      const rows = [row(1, 'r1'), row(2, 'r2'), row(2, 'r3'), row(3, '')]
      await transaction((store) => store.events.addEvents(id, rows))
      const all = await opened.store.events.listChanges(id, 10)
      expect(all).toHaveLength(4)
      expect(all.map(({ at }) => at)).toEqual([3, 2, 2, 1])
      expect(await opened.store.events.listChanges(id, 10, 'r1')).toEqual([shown(1, 'r1')])
      expect(await opened.store.events.listChanges(id, 10, undefined, all[1])).toEqual(all.slice(2))
      expect(await transaction((store) => store.events.removeEvents(id, 3, 2))).toBe(2)
      expect(await opened.store.events.listChanges(id, 10)).toEqual(all.slice(0, 2))
    })

    test('11.4 events are read after a position, and none outlasts its time', async () => {
      const id = await app()
      const row = (at: number, number: number, type: string, before: string | null = null): EventRow => ({
        at,
        room: 'r1',
        number,
        operator: 'alice',
        operation: 'changeRoom',
        type,
        data: '{}',
        before,
        extra: null,
      })
      const rows = [row(1, 0, 'a'), row(1, 1, 'b', '{"name":"old"}'), row(2, 0, 'c')]
      for (const each of [rows.slice(0, 2), rows.slice(2)])
        await transaction((store) => store.events.addEvents(id, each))
      const { events } = opened.store
      const all = await events.eventsAfter(id, undefined, 10)
      expect(all.map(({ xid, ...each }) => each)).toEqual(rows)
      expect(await events.eventsAfter(id, all[0], 1, 'r1')).toEqual(all.slice(1, 2))
      expect(await events.eventsAfter(id, all[2], 10)).toEqual([])
      expect(await events.eventsAfter(id, undefined, 10, 'r2')).toEqual([])
      expect((await events.listChanges(id, 10)).map(({ changes }) => changes)).toEqual([
        '[{"type":"c"}]',
        '[{"type":"a"},{"type":"b","before":{"name":"old"}}]',
      ])
      expect(await events.latestUs()).toBeGreaterThanOrEqual(2)
      expect(await transaction((store) => store.events.removeEvents(id, 2, 10))).toBe(2)
      expect(await events.eventsAfter(id, undefined, 10)).toEqual(all.slice(2))
      expect(await transaction((store) => store.events.removeEvents(id, 100, 10))).toBe(1)
      expect(await events.eventsAfter(id, undefined, 10)).toEqual([])
      // A reader goes on where it was.
      await transaction((store) => store.events.addEvents(id, [row(101, 0, 'd')]))
      expect((await events.eventsAfter(id, all[2], 10)).map(({ type }) => type)).toEqual(['d'])
    })

    test('11.4 what one operation did in a room stays one change when another had its microsecond', async () => {
      const id = await app()
      const row = (operation: string, room: string, number: number): EventRow => ({
        at: 10,
        room,
        number,
        operator: '',
        operation,
        type: operation,
        data: '{}',
        before: null,
      })
      const first = ['r1', 'r2'].map((room) => row('first', room, 0))
      const second = [row('second', 'r1', 0), row('second', 'r3', 0), row('second', 'r1', 1)]
      for (const rows of [first, second]) await transaction((store) => store.events.addEvents(id, rows))
      const found = await opened.store.events.listChanges(id, 10, 'r1')
      expect(found.map(({ at, changes }) => [at, changes])).toEqual([
        [11, '[{"type":"second"},{"type":"second"}]'],
        [10, '[{"type":"first"}]'],
      ])
    })

    test('11.4 a reader of events misses none of a transaction that commits late', async () => {
      const id = await app()
      const row = (at: number, room: string): EventRow => ({
        at,
        room,
        number: 0,
        operator: '',
        operation: 'x',
        type: 'x',
        data: '{}',
        before: null,
      })
      const seen: string[] = []
      let after: EventPosition | undefined
      const read = async () => {
        for (const event of await opened.store.events.eventsAfter(id, after, 10)) {
          seen.push(event.room)
          after = event
        }
      }
      const wrote = Promise.withResolvers<void>()
      const mayCommit = Promise.withResolvers<void>()
      const late = transaction(async (store) => {
        await store.events.addEvents(id, [row(1, 'late')])
        wrote.resolve()
        await mayCommit.promise
      })
      await wrote.promise
      const early = transaction((store) => store.events.addEvents(id, [row(2, 'early')]))
      if (name === 'PostgreSQL') await early
      await read()
      expect(seen).toEqual([])
      mayCommit.resolve()
      await Promise.all([late, early])
      while (seen.length < 2) await read()
      expect(seen).toEqual(['late', 'early'])
    })

    test('calls are counted by the second; a slow clock counts into the latest', async () => {
      const id = await app()
      const count = (second: number, calls: number) =>
        transaction((store) => store.rates.countCalls(id, 'createRoom', second, calls))
      expect(await count(100, 3)).toEqual({ second: 100, used: 3 })
      expect(await count(100, 2)).toEqual({ second: 100, used: 5 })
      expect(await count(99, 1)).toEqual({ second: 100, used: 6 })
      expect(await count(101, 1)).toEqual({ second: 101, used: 1 })
    })

    test('reports are listed the latest first, the oldest go, and so do those of a user or room', async () => {
      const id = await app()
      const report = (n: number, username = 'alice') => ({
        message: `${n}`,
        username,
        type: 'abuse',
        reason: '粗话',
        createdMs: 2 ** 41 + n,
        room: `r${n % 2}`,
        sender: 'bob',
        state: 'open' as const,
        handledBy: '',
        handled: 0,
        note: '',
      })
      const add = (one: ReturnType<typeof report>) =>
        transaction((store) => store.reports.addReport(id, one, 3, 0))
      const list = (limit = 9, after?: ReturnType<typeof report>) =>
        opened.store.reports.listReports(id, {}, limit, after)
      for (const n of [1, 2, 3, 4]) await add(report(n))
      expect(await list()).toEqual([report(4), report(3), report(2)])
      expect(await list(1, report(4))).toEqual([report(3)])
      await add({ ...report(3), createdMs: report(5).createdMs, room: '', sender: '' })
      expect(await list(1)).toEqual([{ ...report(3), createdMs: report(5).createdMs }])
      expect(await opened.store.reports.countReports(id, 'alice', report(3).createdMs)).toBe(3)
      const decision = { state: 'acted', handledBy: 'sam', handled: 7, note: '已处理' } as const
      expect(await transaction((store) => store.reports.decideReports(id, '4', decision))).toBe(1)
      expect(await opened.store.reports.findReport(id, '4', 'alice')).toEqual({ ...report(4), ...decision })
      const filtered = (filter: object) => opened.store.reports.listReports(id, filter, 9)
      expect(await filtered({ state: 'acted', room: 'r0' })).toEqual([{ ...report(4), ...decision }])
      expect(await filtered({ state: 'open', username: 'alice', sender: 'bob', room: 'r0' })).toEqual([
        report(2),
      ])
      await transaction((store) => store.rooms.removeRoom(id, 'r1'))
      expect(await list()).toEqual([{ ...report(4), ...decision }, report(2)])
      await add({ ...report(6, 'carol'), sender: 'dave' })
      await transaction((store) => store.reports.forgetReportsOfUser(id, 'bob'))
      expect((await list()).map(({ username }) => username)).toEqual(['carol'])
      await transaction((store) => store.reports.forgetReportsOfUser(id, 'carol'))
      expect(await list()).toEqual([])
    })

    test('reports by keyword lists are kept beside those by users, and once while one is open', async () => {
      const id = await app()
      const report = (n: number, reason = 'casino', username = '') => ({
        message: `${n}`,
        username,
        type: username === '' ? 'keyword' : 'abuse',
        reason,
        createdMs: 2 ** 41 + n,
        room: 'r1',
        sender: 'bob',
      })
      const add = (...reports: ReturnType<typeof report>[]) =>
        transaction((store) => store.reports.addKeywordReports(id, reports, 3, 2 ** 41))
      const list = async (filter: object = {}) =>
        (await opened.store.reports.listReports(id, filter, 99)).map(({ message }) => message)
      for (const n of [1, 2])
        await transaction((store) => store.reports.addReport(id, report(n, 'rude', 'alice'), 2, 0))
      expect(await add(report(3), report(4), { ...report(5), sender: 'carol' })).toEqual([
        report(3),
        { ...report(5), sender: 'carol' },
      ])
      expect(await add(report(6), report(7, 'jackpot'))).toEqual([report(7, 'jackpot')])
      expect(await list({ source: 'keyword' })).toEqual(['7', '5', '3'])
      const decision = { state: 'dismissed', handledBy: 'sam', handled: 7, note: '' } as const
      await transaction((store) => store.reports.decideReports(id, '3', decision))
      expect(await add(report(8))).toEqual([report(8)])
      expect(await list({ source: 'keyword' })).toEqual(['8', '7', '5'])
      await transaction((store) => store.reports.addReport(id, report(9, 'rude', 'alice'), 2, 0))
      expect(await list({ source: 'user' })).toEqual(['9', '2'])
      expect(await list()).toEqual(['9', '8', '7', '5', '2'])
    })

    test('files of a room are listed by pages, found, counted and pruned, and go with the room', async () => {
      const id = await app()
      const file = (n: number) => ({
        id: `f${n}`,
        name: `议程 ${n}`,
        owner: 'alice',
        sizeBytes: 2 ** 31 + n,
        createdMs: n * 1000,
        secret: 's',
      })
      await transaction((store) => store.rooms.addRoom(id, aRoom({ id: '7001' })))
      for (const n of [1, 2, 3])
        await transaction((store) => store.roomFiles.addRoomFile(id, '7001', file(n)))
      await transaction((store) => store.roomFiles.addRoomFile(id, '7002', file(4)))
      const { roomFiles } = opened.store
      expect(await roomFiles.roomFiles(id, '7001', 0, 2, 0)).toEqual([file(3), file(2)])
      expect(await roomFiles.roomFiles(id, '7001', 0, 2, 2)).toEqual([file(1)])
      expect(await roomFiles.roomFiles(id, '7001', 2000, 9, 0)).toEqual([file(3)])
      expect(await roomFiles.findRoomFile(id, '7001', 'f2', 0)).toEqual(file(2))
      expect(await roomFiles.findRoomFile(id, '7001', 'f2', 2000)).toBeUndefined()
      expect(await roomFiles.findRoomFile(id, '7001', 'f4', 0)).toBeUndefined()
      const remove = (name: string) =>
        transaction((store) => store.roomFiles.removeRoomFile(id, '7001', name))
      expect([await remove('f2'), await remove('f2')]).toEqual([true, false])
      await transaction((store) => store.roomFiles.pruneRoomFiles(id, '7001', 3000))
      expect(await roomFiles.countRoomFiles(id, '7001')).toBe(1)
      await transaction((store) => store.rooms.removeRoom(id, '7001'))
      expect(await roomFiles.countRoomFiles(id, '7001')).toBe(0)
      expect(await roomFiles.countRoomFiles(id, '7002')).toBe(1)
    })

    test('a node has a number for as long as it renews it, and its users leave after it', async () => {
      const id = await app()
      const take = (process: string) => transaction((store) => store.presence.takeNode(901, process, 1000))
      expect([await take('one'), await take('two')]).toEqual([true, false])
      expect(await transaction((store) => store.presence.renewNode(901, 'two', 2000))).toBe(false)
      expect(await transaction((store) => store.presence.renewNode(901, 'one', 2000))).toBe(true)
      await transaction((store) => store.presence.arrive(id, connected('alice', 'bob', 'carol'), 901))
      await transaction((store) => store.presence.depart(id, ['bob'], 901, 5000))
      const { presence } = opened.store
      expect(await presence.onlineAmong(id, ['alice', 'bob', 'dave'])).toEqual(['alice'])
      const phone = { res: 'alice-phone', device_uuid: 'u', device_name: '电话 "1"' }
      expect(await presence.devicesElsewhere(id, 'alice', 902)).toEqual([phone])
      expect(await presence.devicesElsewhere(id, 'alice', 901)).toEqual([])
      expect(await presence.devicesElsewhere(id, 'bob', 902)).toEqual([])
      expect([await presence.expiredNodes(2000), await presence.expiredNodes(2001)]).toEqual([[], [901]])
      await transaction((store) => store.presence.arrive(id, connected('carol'), 902))
      await transaction((store) => store.presence.removeNode(901, 6000))
      expect(await presence.onlineAmong(id, ['alice', 'bob', 'carol'])).toEqual(['carol'])
      expect(await presence.due(5000, 10)).toEqual([{ app: id, username: 'bob' }])
      const due = await presence.due(6000, 10)
      expect(due.map(({ username }) => username)).toEqual(['alice', 'bob', 'carol'])
      const taken = transaction((store) => store.presence.takeDue(id, ['alice', 'bob', 'carol'], 6000))
      expect(await taken).toEqual(['alice', 'bob'])
      expect(await presence.due(6000, 10)).toEqual([])
      expect(await presence.deployment()).toMatch(/^[0-9a-f-]{36}$/)
    })

    test('10.4 messages are found by id and app, and the latest of clients and the oldest of all by id', async () => {
      const id = await app()
      const row = (number: number, client: number | null = null) => ({
        id: 4_000_000_000_000_000 + number,
        app: id,
        room: 'r1',
        sender: 'alice',
        client,
      })
      const rows = [row(1), row(2, Number.MAX_SAFE_INTEGER), row(3, 7), row(4)]
      await transaction((store) => store.messages.addMessages(rows))
      await transaction((store) => store.messages.addMessages([row(4), row(5)]))
      const { messages } = opened.store
      expect(await messages.findMessage(id, row(2).id)).toEqual(rows[1])
      expect(await messages.findMessage(id + 1, row(2).id)).toBeUndefined()
      expect(await messages.messagesOfClients(row(2).id, 10)).toEqual([row(3, 7), rows[1] ?? row(0)])
      expect(await messages.messagesOfClients(row(2).id, 1)).toEqual([row(3, 7)])
      await transaction((store) => store.messages.removeMessage(row(3).id))
      expect(await messages.messagesOfClients(row(3).id, 10)).toEqual([])
      const remove = (before: number, limit: number) =>
        transaction((store) => store.messages.removeMessagesBefore(row(before).id, limit))
      expect([await remove(5, 2), await remove(5, 2), await remove(5, 2)]).toEqual([2, 1, 0])
      expect(await messages.findMessage(id, row(5).id)).toEqual(row(5))
      expect([await messages.lastMessageId(), await remove(6, 2)]).toEqual([row(5).id, 0])
    })

    test('a quota counts what is there, and ends exactly', async () => {
      const id = await app('alice', 'bob')
      const take = () => transaction(takes(id, 'users'))
      expect(await take()).toBe(false)
      await transaction((store) => store.quotas.setQuota(id, 'users', 5))
      expect([await take(), await take(), await take(), await take()]).toEqual([true, true, true, false])
      await transaction((store) => store.quotas.giveQuota(id, 'users'))
      expect([await take(), await take()]).toEqual([true, false])
      await transaction((store) => store.quotas.setQuota(id, 'users', 100))
      expect(await transaction((store) => store.quotas.takeQuota(id, 'users', 90))).toBe(90)
      expect(await transaction((store) => store.quotas.takeQuota(id, 'users', 90))).toBe(8)
      await transaction((store) => store.quotas.setQuota(id, 'users', null))
      expect(await take()).toBe(false)
    })

    test('a quota below what is there frees nothing until enough was given back', async () => {
      const id = await app('alice', 'bob', 'carol')
      await transaction((store) => store.quotas.setQuota(id, 'users', 1))
      const give = () => transaction((store) => store.quotas.giveQuota(id, 'users'))
      const take = () => transaction(takes(id, 'users'))
      await give()
      await give()
      expect(await take()).toBe(false)
      await give()
      expect([await take(), await take()]).toEqual([true, false])
    })

    test('a hundred concurrent transactions take a quota of seventy exactly, three times over', async () => {
      for (let round = 0; round < 3; round += 1) {
        const id = await app()
        await transaction((store) => store.quotas.setQuota(id, 'rooms', 70))
        const all = Array.from({ length: 100 }, () => transaction(takes(id, 'rooms')))
        expect((await Promise.all(all)).filter((taken) => taken)).toHaveLength(70)
      }
    })

    test('the last of a quota, taken by a transaction that fails, goes to the one that waits, twenty times over', async () => {
      for (let round = 0; round < 20; round += 1) {
        const id = await app()
        await transaction((store) => store.quotas.setQuota(id, 'rooms', 1))
        const taken = Promise.withResolvers<void>()
        const end = Promise.withResolvers<void>()
        const failing = transaction(async (store) => {
          await store.quotas.takeQuota(id, 'rooms', 1)
          taken.resolve()
          await end.promise
          throw new Error('no')
        }).catch(() => undefined)
        await taken.promise
        const waiting = transaction(takes(id, 'rooms'))
        for (let n = 0; n < 3; n += 1) await opened.store.apps.appsVersion()
        end.resolve()
        await failing
        expect(await waiting).toBe(true)
      }
    })

    test("a number of a node is one process's until it expires, and then its users are due", async () => {
      const id = await app('alice', 'bob')
      const number = 40 + apps
      const now = 1_800_000_000_000
      expect(await transaction((store) => store.presence.takeNode(number, 'first', now))).toBe(true)
      expect(await transaction((store) => store.presence.takeNode(number, 'second', now))).toBe(false)
      expect(await transaction((store) => store.presence.renewNode(number, 'second', now))).toBe(false)
      expect(await transaction((store) => store.presence.renewNode(number, 'first', now + 5))).toBe(true)
      await transaction((store) => store.presence.arrive(id, connected('alice', 'bob'), number))
      expect(await opened.store.presence.expiredNodes(now + 5)).not.toContain(number)
      expect(await opened.store.presence.expiredNodes(now + 6)).toContain(number)
      await transaction((store) => store.presence.removeNode(number, now + 100))
      expect(await opened.store.presence.onlineAmong(id, ['alice', 'bob'])).toEqual([])
      expect(await opened.store.presence.due(now + 99, 10)).toEqual([])
      expect(await opened.store.presence.due(now + 100, 10)).toEqual([
        { app: id, username: 'alice' },
        { app: id, username: 'bob' },
      ])
      await transaction((store) => store.presence.takeDue(id, ['alice', 'bob'], now + 100))
    })

    test('14.3 only the process that has a bulk job writes down its rooms, and none once it has begun', async () => {
      const id = await app()
      const given = { action: 'mute', dialect: 'docs' } as const
      const counts = { total: 0, done: 0, refused: 0, changed: 0, members: 0, messages: 0 }
      const state = 'collecting' as const
      const job = { id: '7', given, isDryRun: false, basedOn: '', state, error: '', createdMs: 1, endedMs: 0 }
      await transaction((store) => store.bulk.addJob(id, { ...job, ...counts }, ''))
      const hold = (process: string, now: number) =>
        transaction((store) => store.bulk.hold(process, now, now + 10, 50, false))
      const collects = () =>
        Promise.all(
          ['first', 'second'].map((process) => transaction((store) => store.bulk.collects(id, '7', process))),
        )
      await hold('first', 1)
      expect(await collects()).toEqual([true, false])
      // Its lease is over.
      await hold('second', 20)
      expect(await collects()).toEqual([false, true])
      const running = { ...counts, state: 'running' as const, error: '', endedMs: 0 }
      await transaction((store) => store.bulk.changeJob(id, '7', running))
      expect(await collects()).toEqual([false, false])
      await transaction((store) => store.bulk.changeJob(id, '7', { ...running, state: 'done', endedMs: 30 }))
    })

    test('14.3 whoever ends a bulk job waits for those that change its rooms', async () => {
      const id = await app()
      const order: string[] = []
      const entered = Promise.withResolvers<void>()
      const changing = transaction(async (store) => {
        await store.bulk.lockJob(id, '8', 'shared')
        entered.resolve()
        // Time for the other one to go ahead, if it could.
        await Bun.sleep(30)
        order.push('changed')
      })
      await entered.promise
      const ending = transaction(async (store) => {
        await store.bulk.lockJob(id, '8', 'alone')
        order.push('ended')
      })
      await Promise.all([changing, ending])
      expect(order).toEqual(['changed', 'ended'])
    })

    test('who is connected to another node is not taken for gone', async () => {
      const id = await app('alice', 'bob', 'carol')
      const now = 1_800_000_000_000
      await transaction((store) => store.presence.arrive(id, connected('alice', 'bob'), 1))
      await transaction((store) => store.presence.arrive(id, connected('alice'), 2))
      await transaction((store) => store.presence.depart(id, ['alice', 'bob', 'carol'], 1, now))
      expect(await opened.store.presence.onlineAmong(id, ['alice', 'bob', 'carol'])).toEqual(['alice'])
      const everyone = ['alice', 'bob', 'carol']
      expect(await transaction((store) => store.presence.takeDue(id, everyone, now - 1))).toEqual([])
      expect(await transaction((store) => store.presence.takeDue(id, everyone, now))).toEqual([
        'bob',
        'carol',
      ])
      expect(await transaction((store) => store.presence.takeDue(id, everyone, now))).toEqual([])
    })

    test('rooms that a user leaves are those it neither owns nor is allowed in', async () => {
      const id = await app('alice', 'bob')
      for (const room of ['own', 'allowed', 'other']) {
        await addRoom(id, { id: room, owner: room === 'own' ? 'bob' : 'alice', members: ['bob'] })
      }
      await transaction((store) => store.members.setAllowed(id, 'allowed', ['bob'], true))
      expect(await opened.store.members.roomsToLeave(id, ['bob'])).toEqual([
        { room: 'other', username: 'bob' },
      ])
    })

    test('a store knows itself by the same name', async () => {
      expect(await opened.store.presence.deployment()).toBe(await opened.store.presence.deployment())
    })

    test('ten changes of a room at once: none is lost, twenty times over', async () => {
      const id = await app('alice')
      for (let round = 0; round < 20; round += 1) {
        await addRoom(id, { id: `r${round}`, name: '' })
        const addOne = () =>
          transaction(async (store) => {
            const room = await store.rooms.lockRoom(id, `r${round}`)
            if (!room) throw new Error('the room is gone')
            await store.rooms.changeRoom(id, { ...room, name: `${room.name}+` })
          })
        await Promise.all(Array.from({ length: 10 }, addOne))
        expect(await opened.store.rooms.findRoom(id, `r${round}`)).toMatchObject({ name: '++++++++++' })
      }
    })

    test('a locked user cannot be deleted until the transaction ends, twenty times over', async () => {
      const id = await app()
      for (let round = 0; round < 20; round += 1) {
        const user = `user-${round}`
        await transaction((store) => store.users.addUser(id, aUser(user)))
        const joining = transaction(async (store) => {
          if ((await store.users.lockUsers(id, [user], false)).length === 0) return
          await store.rooms.addRoom(id, aRoom({ id: `of-${user}`, owner: user }))
        })
        const deleting = transaction(async (store) => {
          await store.users.lockUser(id, user)
          for (const room of await store.rooms.ownedRooms(id, user, 9)) await store.rooms.removeRoom(id, room)
          await store.users.removeUser(id, user)
        })
        await Promise.all([joining, deleting])
        expect(await opened.store.rooms.findRoom(id, `of-${user}`)).toBeUndefined()
      }
    })

    test('settings stay as they are while a transaction uses them, twenty times over', async () => {
      for (let round = 0; round < 20; round += 1) {
        const id = await app()
        const key = `app-${apps}`
        const limiting = transaction(async (store) => {
          const held = await store.apps.lockApp('acme', key)
          if (!held) throw new Error('the app is gone')
          await store.apps.changeApp({ ...held, settings: { ...held.settings, users: 3 } })
          await store.quotas.setQuota(id, 'users', 3)
        })
        const adding = Array.from({ length: 8 }, (_, n) =>
          transaction(async (store) => {
            const used = await store.apps.lockAppShared(id)
            if (used?.settings.users !== null && !(await takes(id, 'users')(store))) return
            await store.users.addUser(id, aUser(`user-${n}`))
          }),
        )
        await Promise.all([limiting, ...adding])
        const users = (await opened.store.users.listUsers(id, 100)).length
        const left = await transaction(takes(id, 'users'))
        expect(left).toBe(users < 3)
      }
    })
  })
}
