import type { Database } from './database.ts'
import { type EventPosition, isBelowHorizon, logStart } from './event-position.ts'
import { type EventRetention, eventRetention } from './event-retention.ts'

/** An event as it is stored: something that one operation did to one room or, where `room` is empty, to the app. */
export interface EventRow {
  /** Microseconds since the epoch; the events of an operation in one room share it. */
  at: number
  room: string
  /** Counts the events of an operation in one room, from 0. */
  number: number
  /** A user id; empty for the app itself. */
  operator: string
  /** The operation's name. */
  operation: string
  type: string
  /** What is so since then, as JSON text of an object. */
  data: string
  /** What was there before, likewise; null where the type implies it, or nothing was. */
  before: string | null
  /** What callbacks send beyond that, likewise; only where the app has some. */
  extra?: string | null
}

/** The events of one operation in one room, as the audit trail shows them. */
export interface Change extends Pick<EventRow, 'at' | 'room' | 'operator' | 'operation'> {
  /** A JSON array of what the operation did. */
  changes: string
}

/** The log of what happened in an app: append-only, but for what retention removes. */
export interface EventReads extends Pick<EventRetention, 'boundsOf' | 'removedUpTo'> {
  /** At most `limit` changes, the latest first, of one room or of all, from after `cursor` on. */
  listChanges(
    app: number,
    limit: number,
    room?: string,
    cursor?: Pick<EventRow, 'at' | 'room'>,
  ): Promise<Change[]>
  /**
   * At most `limit` events after `after`, of one room or of all, in the order of commits: what commits later comes
   * after everything that was read, so that a reader that goes by position misses nothing.
   */
  eventsAfter(
    app: number,
    after: EventPosition | undefined,
    limit: number,
    room?: string,
  ): Promise<(EventRow & EventPosition)[]>
  /** When the latest event of all apps was, in microseconds since the epoch; 0 if there is none. */
  latestUs(): Promise<number>
}

export interface EventStore extends EventReads, EventRetention {
  addEvents(app: number, rows: EventRow[]): Promise<void>
}

const columns = 'at, room, number, operator, operation, type, data, before, extra'

const insert = `insert into events (app, ${columns}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
  on conflict do nothing`

const change = `'{"type":"' || type || '"' || case data when '{}' then '' else ',' || substr(data, 2, length(data) - 2) end
  || case when before is null then '' else ',"before":' || before end || '}'`

/** One row for each operation and room, by the first of their events. */
const changes = `select at, room, operator, operation, (
    select '[' || string_agg(${change}, ',' order by number) || ']' from events each
    where each.app = ?1 and each.at = e.at and each.room = e.room) as changes
  from events e where app = ?1 and number = 0`

/** Appends to the table `events`, and reads it. */
export function eventStore(db: Database): EventStore {
  const isSqlite = db.dialect === 'sqlite'
  const position = isSqlite ? 'at, room, number' : 'xid, at, room, number'
  const xid = isSqlite ? '0 as xid' : 'xid'
  const belowHorizon = isBelowHorizon(db)

  const retention = eventRetention(db)

  return {
    async addEvents(app, rows) {
      // By room, as an operation may come back to a room after another one: its events there stay together.
      let shifts: Map<string, number> | undefined
      for (const { at, room, number, operator, operation, type, data, before, extra } of rows) {
        let shiftUs = number === 0 ? 0 : (shifts?.get(room) ?? 0)
        const values = [room, number, operator, operation, type, data, before, extra ?? null] as const
        // Two servers can change one room in the same microsecond of the clock that they share.
        while ((await db.run(insert, app, at + shiftUs, ...values)) === 0) shiftUs += 1
        if (shiftUs > 0 || shifts) shifts = (shifts ?? new Map()).set(room, shiftUs)
      }
    },

    async listChanges(app, limit, room, cursor) {
      const { at, room: after } = cursor ?? { at: Number.MAX_SAFE_INTEGER, room: '' }
      if (room !== undefined) {
        const ofRoom = `${changes} and room = ?2 and at < ?3 order by at desc limit ?4`
        return db.all<Change>(ofRoom, app, room, at, limit)
      }
      const ofApp = `${changes} and (at, room) < (?2, ?3) order by at desc, room desc limit ?4`
      return db.all<Change>(ofApp, app, at, after, limit)
    },

    async eventsAfter(app, after, limit, room) {
      const start = after ?? logStart
      const from = isSqlite ? '(?3, ?4, ?5) and ?2 = 0' : '(?2, ?3, ?4, ?5)'
      return db.all<EventRow & EventPosition>(
        `select ${xid}, ${columns} from events
         where app = ?1 and (${position}) > ${from} ${belowHorizon} ${room === undefined ? '' : 'and room = ?7'}
         order by ${position} limit ?6`,
        app,
        start.xid,
        start.at,
        start.room,
        start.number,
        limit,
        ...(room === undefined ? [] : [room]),
      )
    },

    async latestUs() {
      const row = await db.get<{ latest: number | null }>(
        `select max(latest) as latest from (
           select (select max(at) from events where app = apps.id) as latest from apps) each`,
      )
      return row?.latest ?? 0
    },

    ...retention,
  }
}
