import { isActivity } from './activity-events.ts'
import type { Database } from './database.ts'
import { comparePositions, type EventPosition, isBelowHorizon, logStart, ownXid } from './event-position.ts'

/** What the log of an app holds. */
export interface LogBounds {
  /** Everything up to here may have been removed. */
  removed: EventPosition
  /** The last event that a reader sees now; `removed` where there is none after it. */
  latest: EventPosition
}

/** What the log of events holds, and what it holds no more. */
export interface EventRetention {
  boundsOf(app: number): Promise<LogBounds>
  /** Everything up to here may have been removed. */
  removedUpTo(app: number): Promise<EventPosition>
  /**
   * Removes at most `limit` of the events before a time (microseconds), the oldest first, and stores up to where that was;
   * returns how many.
   */
  removeEvents(app: number, beforeUs: number, limit: number): Promise<number>
  /** As `removeEvents`, of messages and of who came and went; returns how many, and the last of them. */
  removeActivity(
    app: number,
    beforeUs: number,
    limit: number,
  ): Promise<{ removed: number; last: EventPosition | undefined }>
  /** Says that what happened before this transaction may be missing, as an app that begins its log does. */
  beginLog(app: number, atUs: number): Promise<void>
}

const tooOldOf = (condition: string) =>
  `select at, room, number from events where app = ?1 ${condition} and at < ?2 order by at, room, number limit ?3`
const tooOld = tooOldOf('')
const tooOldActivity = tooOldOf(`and ${isActivity}`)

/** Removes events from the table `events`, and reads and writes `removed_events`. */
export function eventRetention(db: Database): EventRetention {
  const isSqlite = db.dialect === 'sqlite'
  const backwards = `${isSqlite ? '' : 'xid desc, '}at desc, room desc, number desc`
  const xid = isSqlite ? '0 as xid' : 'xid'

  const removedUpTo = async (app: number): Promise<EventPosition> =>
    (await db.get<EventPosition>(`select xid, at, room, number from removed_events where app = ?1`, app)) ??
    logStart

  const lastOf = async (chosen: string, app: number, beforeUs: number, limit: number) =>
    db.get<EventPosition>(
      `select ${xid}, at, room, number from events
       where app = ?1 and (at, room, number) in (${chosen}) order by ${backwards} limit 1`,
      app,
      beforeUs,
      limit,
    )

  const remove = async (chosen: string, app: number, beforeUs: number, limit: number) =>
    db.run(`delete from events where app = ?1 and (at, room, number) in (${chosen})`, app, beforeUs, limit)

  async function setRemoved(app: number, { at, room, number, xid }: EventPosition): Promise<void> {
    await db.run(
      `insert into removed_events (app, xid, at, room, number) values (?1, ?2, ?3, ?4, ?5)
       on conflict (app) do update set xid = ?2, at = ?3, room = ?4, number = ?5`,
      app,
      xid,
      at,
      room,
      number,
    )
  }

  return {
    async boundsOf(app) {
      const removed = await removedUpTo(app)
      const latest = await db.get<EventPosition>(
        `select ${xid}, at, room, number from events where app = ?1 ${isBelowHorizon(db)}
         order by ${backwards} limit 1`,
        app,
      )
      const isAfter = latest !== undefined && comparePositions(latest, removed) > 0
      return { removed, latest: isAfter ? latest : removed }
    },

    removedUpTo,

    async removeEvents(app, beforeUs, limit) {
      const last = await lastOf(tooOld, app, beforeUs, limit)
      if (!last) return 0
      if (comparePositions(last, await removedUpTo(app)) > 0) await setRemoved(app, last)
      return remove(tooOld, app, beforeUs, limit)
    },

    async removeActivity(app, beforeUs, limit) {
      const last = await lastOf(tooOldActivity, app, beforeUs, limit)
      return { last, removed: last ? await remove(tooOldActivity, app, beforeUs, limit) : 0 }
    },

    async beginLog(app, at) {
      const own = await db.get<{ xid: number }>(`select ${ownXid(db)} as xid`)
      await setRemoved(app, { xid: own?.xid ?? 0, at, room: '', number: -1 })
    },
  }
}
