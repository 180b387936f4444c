import type { Database } from './database.ts'

/** The position of an event in the log of its app. `xid` is its transaction, 0 on SQLite, which has one writer. */
export interface EventPosition {
  xid: number
  /** Microseconds since the epoch. */
  at: number
  room: string
  number: number
}

/** Before every event. */
export const logStart: EventPosition = { xid: 0, at: 0, room: '', number: -1 }

/** Below 0 where `a` is before `b`. Rooms have ids of ASCII, which both databases sort as JavaScript does. */
export function comparePositions(a: EventPosition, b: EventPosition): number {
  const byRoom = a.room === b.room ? 0 : a.room < b.room ? -1 : 1
  return a.xid - b.xid || a.at - b.at || byRoom || a.number - b.number
}

/** The `xid` of the transaction that runs, in a statement. Its events, and those of all before it, are not later. */
export const ownXid = ({ dialect }: Pick<Database, 'dialect'>): string =>
  dialect === 'sqlite' ? '0' : 'pg_current_xact_id()::text::bigint'

/** What commits later has a larger xid than every transaction below the horizon, all of which have ended. */
export const isBelowHorizon = ({ dialect }: Pick<Database, 'dialect'>): string =>
  dialect === 'sqlite' ? '' : 'and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint'
