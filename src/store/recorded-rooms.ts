import { allRooms, recordedText } from '../domain/recorded-rooms.ts'
import { lockOfApp } from './app-locks.ts'
import { type Database, isOneOf } from './database.ts'
import { comparePositions, type EventPosition, ownXid } from './event-position.ts'

export interface RecordedRoomReads {
  /**
   * The position from which on the log has every message of some rooms, or of all; undefined where one of them is not
   * recorded.
   */
  recordedSince(app: number, rooms: string[]): Promise<EventPosition | undefined>
}

export interface RecordedRoomStore extends RecordedRoomReads {
  /** Holds the recorded rooms of an app still until the transaction ends. */
  lock(app: number): Promise<void>
  /** Notes that a stream asks for rooms at `nowMs`; returns those that are not recorded yet. */
  ask(app: number, rooms: string[], nowMs: number): Promise<string[]>
  /** Records rooms from `atUs` on; beyond `most` those that were asked for longest ago are dropped. */
  add(app: number, rooms: string[], atUs: number, nowMs: number, most: number): Promise<void>
  /** Drops rooms that no stream has asked for since a time. Returns whether the app records something else now. */
  dropUnasked(app: number, beforeMs: number): Promise<boolean>
  /** Says that messages up to a position were removed. */
  removedUpTo(app: number, position: EventPosition): Promise<void>
}

/** Reads and writes the table `recorded_rooms`, and keeps what an app's row repeats of it. */
export function recordedRoomStore(db: Database): RecordedRoomStore {
  /** Brings the app's column up to date; returns whether that was needed. */
  async function update(app: number): Promise<boolean> {
    const rows = await db.all<{ room: string }>(
      `select room from recorded_rooms where app = ?1 order by room`,
      app,
    )
    const changed = await db.run(
      `update apps set recorded = nullif(?2, ''), version = version + 1 where id = ?1 and coalesce(recorded, '') <> ?2`,
      app,
      recordedText(rows.map(({ room }) => room)),
    )
    return changed > 0
  }

  return {
    async recordedSince(app, rooms) {
      const rows = await db.all<{ room: string; xid: number; at: number }>(
        `select room, xid, at from recorded_rooms where app = ?1 and ${isOneOf(db, 'room', 2)}`,
        app,
        JSON.stringify([...rooms, allRooms]),
      )
      const since = new Map(
        rows.map(({ room, xid, at }) => [room, { xid, at, room: '', number: -1 } satisfies EventPosition]),
      )
      const ofAll = since.get(allRooms)
      let latest: EventPosition | undefined
      for (const room of rooms) {
        const own = since.get(room) ?? ofAll
        if (!own) return undefined
        const first = ofAll && comparePositions(ofAll, own) < 0 ? ofAll : own
        if (!latest || comparePositions(first, latest) > 0) latest = first
      }
      return latest
    },

    lock: (app) => lockOfApp(db, 'recordedRooms', app),

    async ask(app, rooms, nowMs) {
      const known = await db.all<{ room: string }>(
        `update recorded_rooms set asked = ?3 where app = ?1 and ${isOneOf(db, 'room', 2)} returning room`,
        app,
        JSON.stringify(rooms),
        nowMs,
      )
      return rooms.filter((room) => !known.some((row) => row.room === room))
    },

    async add(app, rooms, atUs, nowMs, most) {
      for (const room of rooms)
        await db.run(
          `insert into recorded_rooms (app, room, xid, at, asked) values (?1, ?2, ${ownXid(db)}, ?3, ?4)`,
          app,
          room,
          atUs,
          nowMs,
        )
      await db.run(
        `delete from recorded_rooms where app = ?1 and room in (
           select room from recorded_rooms where app = ?1 and room <> '' order by asked desc, at desc, room limit ?2 offset ?2)`,
        app,
        most,
      )
      await update(app)
    },

    async dropUnasked(app, beforeMs) {
      await db.run(`delete from recorded_rooms where app = ?1 and asked < ?2`, app, beforeMs)
      return update(app)
    },

    async removedUpTo(app, { xid, at }) {
      await db.run(
        `update recorded_rooms set xid = ?2, at = ?3 where app = ?1 and (xid, at) < (?2, ?3)`,
        app,
        xid,
        at + 1,
      )
    },
  }
}
