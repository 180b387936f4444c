import type { NewRoom, Room, RoomDetails } from '../domain/room.ts'
import { type Awaitable, byIndex, type Database, each, forUpdate, isOneOf } from './database.ts'

/** A place in a list of rooms, newest first. */
export interface RoomPosition {
  /** Microseconds since the epoch. */
  created: number
  id: string
}

/** A room as a list shows it, and its place in the list. */
export interface ListedRoom {
  id: string
  name: string
  owner: string
  memberCount: number
  /** Microseconds since the epoch. */
  created: number
}

/** A room as the list of a user's rooms shows it. */
export type JoinedRoom = Pick<Room, 'id' | 'name'>

/** Rooms and who is in them. `created` and `joined` are kept in microseconds: they are the order, too. */
export interface RoomReads {
  findRoom(app: number, id: string): Awaitable<Room | undefined>
  /** Known rooms among `ids` with their members, each as it was at one moment; in no particular order. */
  findDetails(app: number, ids: string[]): Awaitable<RoomDetails[]>
  /** At most `limit` rooms, newest first, from after `position` on. */
  listRooms(app: number, limit: number, position?: RoomPosition): Awaitable<ListedRoom[]>
  /** At most `limit` rooms, newest first, without the first `offset`. */
  pageRooms(app: number, limit: number, offset: number): Awaitable<ListedRoom[]>
  /** Rooms that a user is in, the most recently joined first, without the first `offset`. */
  pageJoined(app: number, username: string, limit: number, offset: number): Awaitable<JoinedRoom[]>
  /** The same with all that a room is: twice the work. */
  pageJoinedInFull(app: number, username: string, limit: number, offset: number): Promise<Room[]>
  /** How many rooms a user is in; counting stops at `most`. */
  countJoined(app: number, username: string, most: number): Awaitable<number>
  isMember(app: number, room: string, username: string): Awaitable<boolean>
  /** Whether an id is that of a room, was that of one that is dissolved, or was chosen. */
  isUsed(app: number, id: string): Promise<boolean>
  announcement(app: number, room: string): Promise<string>
  /** Ids of the rooms that a user is in. */
  joinedRooms(app: number, username: string): Promise<string[]>
}

export interface RoomStore extends RoomReads {
  /** Finds a room and holds it still until the unit ends. */
  holdRoom(app: number, id: string): Awaitable<Room | undefined>
  /** Keeps a new room with its owner and members; `created` in microseconds. */
  addRoom(app: number, room: NewRoom & { id: string; created: number }): Promise<void>
  /** Keeps name, description, custom, maxusers, owner and mute. */
  changeRoom(app: number, room: Room): Promise<void>
  /** Keeps that an id was chosen; fails where another unit has just chosen it. */
  useId(app: number, id: string): Promise<void>
  /** Removes a room with everything in it; its id is never given again. */
  removeRoom(app: number, id: string): Promise<void>
  /** Adds users to a room that the unit holds; `joined` in microseconds. Answers the members after it. */
  addMembers(app: number, room: string, usernames: string[], joined: number): Promise<number>
  setAnnouncement(app: number, room: string, announcement: string): Promise<void>
  /** Ids of the rooms that a user owns, also of those that it has left; holds them still until the unit ends. */
  ownedRooms(app: number, username: string): Promise<string[]>
  /** Takes a user out of every room; answers the rooms with their members after it. */
  removeFromAllRooms(app: number, username: string): Promise<{ room: string; memberCount: number }[]>
}

interface RoomRow {
  id: string
  name: string
  description: string
  custom: string
  maxusers: number
  owner: string
  member_count: number
  mute: number
  created: number
}

const columns = 'id, name, description, custom, maxusers, owner, member_count, mute, created'
const listed = 'id, name, owner, member_count as "memberCount", created'

const toRoom = (row: RoomRow): Room => ({
  id: row.id,
  name: row.name,
  description: row.description,
  custom: row.custom,
  maxusers: row.maxusers,
  owner: row.owner,
  created: Math.floor(row.created / 1000),
  memberCount: row.member_count,
  mute: row.mute === 1,
})

/** A room and its members in one statement, so that both are of one moment. */
const details = (chosen: string): string =>
  `select ${columns}, (
     select string_agg(m.username, ',') from members m
     where m.app = r.app and m.room = r.id and m.username <> r.owner) as members
   from rooms r where app = ?1 and ${chosen}`

type DetailsRow = RoomRow & { members: string | null }

const toDetails = (row: DetailsRow): RoomDetails => ({
  ...toRoom(row),
  members: row.members ?? '',
})

export function roomStore(db: Database): RoomStore {
  const byUser = byIndex(db, 'members_by_user')
  // Put together once: a statement is found by its text.
  const findRoom = `select ${columns} from rooms where app = ?1 and id = ?2`
  const holdRoom = `${findRoom} ${forUpdate(db)}`
  const oneWithMembers = details('id = ?2')
  const manyWithMembers = details(isOneOf(db, 'id', 2))
  const newest = `select ${listed} from rooms where app = ?1 order by created desc, id desc limit ?2 offset ?3`
  const newestFrom = `select ${listed} from rooms where app = ?1 and (created, id) < (?2, ?3)
    order by created desc, id desc limit ?4`
  const joined = `select room as id, (select name from rooms r where r.app = ?1 and r.id = m.room) as name
    from members m ${byUser} where app = ?1 and username = ?2
    order by joined desc, room desc limit ?3 offset ?4`
  const joinedInFull = `select ${columns} from (
      select room, joined from members ${byUser} where app = ?1 and username = ?2
      order by joined desc, room desc limit ?3 offset ?4) page
    join rooms r on r.app = ?1 and r.id = page.room
    order by page.joined desc, page.room desc`
  const removals = ['members', 'absent_owners', 'mutes', 'blocks', 'attributes'].map(
    (table) => `delete from ${table} where app = ?1 and room = ?2`,
  )

  /** Answers how many of the users were no members yet. */
  async function insertMembers(app: number, room: string, joined: number, usernames: string[]) {
    if (db.dialect === 'sqlite') {
      const insert = `insert into members (app, room, username, joined) values (?1, ?2, ?3, ?4) on conflict do nothing`
      let added = 0
      for (const username of usernames) added += await db.run(insert, app, room, username, joined)
      return added
    }
    return db.run(
      `insert into members (app, room, username, joined)
       select ?1, ?2, value, ?3 from ${each(db, 4)} as names where true
       on conflict do nothing`,
      app,
      room,
      joined,
      JSON.stringify(usernames),
    )
  }

  return {
    async findRoom(app, id) {
      const row = await db.get<RoomRow>(findRoom, app, id)
      return row && toRoom(row)
    },

    async holdRoom(app, id) {
      const row = await db.get<RoomRow>(holdRoom, app, id)
      return row && toRoom(row)
    },

    async findDetails(app, ids) {
      if (db.dialect === 'sqlite') {
        const rooms: RoomDetails[] = []
        for (const id of ids) {
          const row = await db.get<DetailsRow>(oneWithMembers, app, id)
          if (row) rooms.push(toDetails(row))
        }
        return rooms
      }
      const rows = await db.all<DetailsRow>(manyWithMembers, app, JSON.stringify(ids))
      return rows.map(toDetails)
    },

    listRooms(app, limit, position) {
      if (!position) return this.pageRooms(app, limit, 0)
      return db.all<ListedRoom>(newestFrom, app, position.created, position.id, limit)
    },

    pageRooms(app, limit, offset) {
      return db.all<ListedRoom>(newest, app, limit, offset)
    },

    pageJoined: (app, username, limit, offset) => db.all<JoinedRoom>(joined, app, username, limit, offset),

    async pageJoinedInFull(app, username, limit, offset) {
      const rows = await db.all<RoomRow>(joinedInFull, app, username, limit, offset)
      return rows.map(toRoom)
    },

    async countJoined(app, username, most) {
      const row = await db.get<{ total: number }>(
        `select count(*) as total from (
           select 1 from members ${byUser} where app = ?1 and username = ?2 limit ?3) as counted`,
        app,
        username,
        most,
      )
      return row?.total ?? 0
    },

    async isMember(app, room, username) {
      const row = await db.get(
        `select 1 from members where app = ?1 and room = ?2 and username = ?3`,
        app,
        room,
        username,
      )
      return row !== undefined
    },

    async addRoom(app, room) {
      await db.run(
        `insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9)`,
        app,
        room.id,
        room.name,
        room.description,
        room.custom,
        room.maxusers,
        room.owner,
        room.members.length + 1,
        room.created,
      )
      await insertMembers(app, room.id, room.created, [room.owner, ...room.members])
    },

    async changeRoom(app, room) {
      await db.run(
        `update rooms set name = ?3, description = ?4, custom = ?5, maxusers = ?6, owner = ?7, mute = ?8
         where app = ?1 and id = ?2`,
        app,
        room.id,
        room.name,
        room.description,
        room.custom,
        room.maxusers,
        room.owner,
        room.mute ? 1 : 0,
      )
    },

    async isUsed(app, id) {
      const row = await db.get(
        `select 1 from rooms where app = ?1 and id = ?2 union all select 1 from used_ids where app = ?1 and id = ?2`,
        app,
        id,
      )
      return row !== undefined
    },

    async useId(app, id) {
      await db.run(`insert into used_ids (id, app) values (?1, ?2)`, id, app)
    },

    async removeRoom(app, id) {
      await db.run(`insert into used_ids (id, app) values (?1, ?2) on conflict do nothing`, id, app)
      for (const removal of removals) await db.run(removal, app, id)
      await db.run(`delete from rooms where app = ?1 and id = ?2`, app, id)
    },

    async addMembers(app, room, usernames, joined) {
      const added = await insertMembers(app, room, joined, usernames)
      const row = await db.get<{ member_count: number }>(
        `update rooms set member_count = member_count + ?3 where app = ?1 and id = ?2 returning member_count`,
        app,
        room,
        added,
      )
      return row?.member_count ?? 0
    },

    async announcement(app, room) {
      const row = await db.get<{ announcement: string }>(
        `select announcement from rooms where app = ?1 and id = ?2`,
        app,
        room,
      )
      return row?.announcement ?? ''
    },

    async setAnnouncement(app, room, announcement) {
      await db.run(`update rooms set announcement = ?3 where app = ?1 and id = ?2`, app, room, announcement)
    },

    async joinedRooms(app, username) {
      const rows = await db.all<{ room: string }>(
        `select room from members ${byUser} where app = ?1 and username = ?2 order by room`,
        app,
        username,
      )
      return rows.map((row) => row.room)
    },

    async ownedRooms(app, username) {
      const rows = await db.all<{ id: string }>(
        `select r.id from rooms r where r.app = ?1 and r.owner = ?2 and r.id in (
           select room from members ${byUser} where app = ?1 and username = ?2
           union select room from absent_owners where app = ?1 and owner = ?2)
         order by r.id ${forUpdate(db, 'r')}`,
        app,
        username,
      )
      return rows.map((row) => row.id)
    },

    async removeFromAllRooms(app, username) {
      await db.all(
        `select r.id from members m ${byUser} join rooms r on r.app = m.app and r.id = m.room
         where m.app = ?1 and m.username = ?2 order by r.id ${forUpdate(db, 'r')}`,
        app,
        username,
      )
      // Now that the rooms stand still: whoever was taken out of one meanwhile is not counted twice.
      const left = await db.all<{ room: string }>(
        `delete from members ${byUser} where app = ?1 and username = ?2 returning room`,
        app,
        username,
      )
      return db.all(
        `update rooms set member_count = member_count - 1 where app = ?1 and ${isOneOf(db, 'id', 2)}
         returning id as room, member_count as "memberCount"`,
        app,
        JSON.stringify(left.map(({ room }) => room)),
      )
    },
  }
}
