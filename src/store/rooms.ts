import type { NewRoom, Room } from '../domain/room.ts'
import { type Awaitable, type Database, forUpdate, isOneOf } from './database.ts'
import { leftBehind } from './dissolved-rooms.ts'
import { insertMembers, type MembershipWrites, membershipWrites } from './room-membership.ts'
import { type RoomReads, roomReads } from './room-reads.ts'
import { findRoom, type RoomRow, toRoom } from './room-rows.ts'

export interface RoomStore extends RoomReads, MembershipWrites {
  /** Finds a room and locks it until the transaction ends. */
  lockRoom(app: number, id: string): Awaitable<Room | undefined>
  /** Stores a new room with its owner and members; `createdUs` in microseconds since the epoch. */
  addRoom(app: number, room: NewRoom & { id: string; createdUs: number }): Promise<void>
  /** Stores name, description, custom, maxusers, owner, mute, disabled and slow mode. */
  changeRoom(app: number, room: Room): Promise<void>
  /** Stores that an id was chosen; fails where another transaction has just chosen it. */
  useId(app: number, id: string): Promise<void>
  /** Removes a room with everything in it, for ever; its id is never given again. */
  removeRoom(app: number, id: string): Promise<void>
  /** Stores that something happened in these rooms at a time (microseconds since the epoch). */
  setActive(app: number, rooms: string[], activeUs: number): Promise<void>
  setAnnouncement(app: number, room: string, announcement: string): Promise<void>
}

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
        `insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created, active)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?9)`,
        app,
        room.id,
        room.name,
        room.description,
        room.custom,
        room.maxusers,
        room.owner,
        room.members.length + 1,
        room.createdUs,
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

    async setActive(app, rooms, activeUs) {
      // Whoever locks a room meanwhile changes it, and that is noted a moment later: nobody waits here.
      const unlocked = db.dialect === 'sqlite' ? '' : 'order by id for update skip locked'
      await db.run(
        `update rooms set active = ?3 where app = ?1 and id in (
           select id from rooms where app = ?1 and active < ?3 and ${isOneOf(db, 'id', 2)} ${unlocked})`,
        app,
        JSON.stringify(rooms),
        activeUs,
      )
    },

    async setAnnouncement(app, room, announcement) {
      await db.run(`update rooms set announcement = ?3 where app = ?1 and id = ?2`, app, room, announcement)
    },
  }
}
