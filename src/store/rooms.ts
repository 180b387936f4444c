import type { OwnLifecycle } from '../domain/lifecycle.ts'
import type { NewRoom, Room } from '../domain/room.ts'
import { embeddedMs } from './clock.ts'
import { type Awaitable, type Database, forUpdate, isOneOf } from './database.ts'
import { leftBehind } from './dissolved-rooms.ts'
import { insertMembers, type MembershipWrites, membershipWrites } from './room-membership.ts'
import { type RoomReads, roomReads } from './room-reads.ts'
import { findRoom, type RoomRow, toRoom } from './room-rows.ts'

/** A room as it is stored first; times in microseconds since the epoch, `dueMs` in Unix ms. */
interface AddedRoom extends Omit<NewRoom, 'lifecycle'> {
  id: string
  createdUs: number
  lifecycle?: OwnLifecycle | null
  dueMs?: number | null
}

export interface RoomStore extends RoomReads, MembershipWrites {
  /** Finds a room and locks it until the transaction ends. */
  lockRoom(app: number, id: string): Awaitable<Room | undefined>
  /** Stores a new room with its owner and members; `createdUs` in microseconds since the epoch. */
  addRoom(app: number, room: AddedRoom): Promise<void>
  /** Stores name, description, custom, maxusers, owner, mute, disabled and slow mode. */
  changeRoom(app: number, room: Room): Promise<void>
  /** Stores that an id was chosen; fails where another transaction has just chosen it. */
  useId(app: number, id: string): Promise<void>
  /** Removes a room with everything in it, for ever; its id is never given again. */
  removeRoom(app: number, id: string): Promise<void>
  /** Stores when something last happened in rooms (microseconds since the epoch); returns those that others hold. */
  setActive(app: number, rooms: { id: string; activeUs: number }[]): Promise<string[]>
  setAnnouncement(app: number, room: string, announcement: string): Promise<void>
}

/** A transaction that holds a room may wait for another one of these: nobody waits here. */
const setActiveOf = (db: Database): string =>
  db.dialect === 'sqlite'
    ? `update rooms set active = max(active, a.at)
       from (select value ->> 'id' as room, value ->> 'activeUs' as at from json_each(?3)) a
       where app = ?1 and ${isOneOf(db, 'id', 2)} and id = a.room returning id`
    : `with free as (
         select id from rooms where app = ?1 and ${isOneOf(db, 'id', 2)} for update skip locked)
       update rooms set active = greatest(active, a."activeUs")
       from free join json_to_recordset(?3::text::json) as a(id text, "activeUs" bigint) on a.id = free.id
       where app = ?1 and rooms.id = free.id returning rooms.id`

/** Reads and writes the table `rooms`, and what goes with a room that is removed. */
export function roomStore(db: Database): RoomStore {
  const lockRoom = `${findRoom} ${forUpdate(db)}`
  const removals = ['members', 'reports', ...Object.keys(leftBehind)].map(
    (table) => `delete from ${table} where app = ?1 and room = ?2`,
  )

  return {
    ...roomReads(db),
    ...membershipWrites(db),

    async lockRoom(app, id) {
      const row = await db.get<RoomRow>(lockRoom, app, id)
      return row && toRoom(row)
    },

    async addRoom(app, room) {
      await db.run(
        `insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created, active, emptied, lifecycle, due)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?10, case when ?8 <= 1 then ?10 / 1000 end, ?11, ?12)`,
        app,
        room.id,
        room.name,
        room.description,
        room.custom,
        room.maxusers,
        room.owner,
        room.members.length + 1,
        room.createdUs,
        Math.max(room.createdUs, (embeddedMs(db) ?? 0) * 1000),
        room.lifecycle ? JSON.stringify(room.lifecycle) : null,
        room.dueMs ?? null,
      )
      await insertMembers(db, app, room.id, room.createdUs, [room.owner, ...room.members])
    },

    async changeRoom(app, room) {
      await db.run(
        `update rooms set name = ?3, description = ?4, custom = ?5, maxusers = ?6, owner = ?7, mute = ?8, disabled = ?9,
           slow_mode = ?10
         where app = ?1 and id = ?2`,
        app,
        room.id,
        room.name,
        room.description,
        room.custom,
        room.maxusers,
        room.owner,
        room.mute ? 1 : 0,
        room.disabled ? 1 : 0,
        room.slowMode,
      )
    },

    async useId(app, id) {
      await db.run(`insert into used_ids (id, app) values (?1, ?2)`, id, app)
    },

    async removeRoom(app, id) {
      await db.run(`insert into used_ids (id, app) values (?1, ?2) on conflict do nothing`, id, app)
      for (const removal of removals) await db.run(removal, app, id)
      await db.run(`delete from rooms where app = ?1 and id = ?2`, app, id)
    },

    async setActive(app, rooms) {
      const ids = JSON.stringify(rooms.map(({ id }) => id))
      const stored = await db.all<{ id: string }>(setActiveOf(db), app, ids, JSON.stringify(rooms))
      if (stored.length === rooms.length) return []
      const done = new Set(stored.map(({ id }) => id))
      const there = `select id from rooms where app = ?1 and ${isOneOf(db, 'id', 2)}`
      const others = JSON.stringify(rooms.flatMap(({ id }) => (done.has(id) ? [] : id)))
      return (await db.all<{ id: string }>(there, app, others)).map(({ id }) => id)
    },

    async setAnnouncement(app, room, announcement) {
      await db.run(`update rooms set announcement = ?3 where app = ?1 and id = ?2`, app, room, announcement)
    },
  }
}
