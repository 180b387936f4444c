import type { OwnLifecycle } from '../domain/lifecycle.ts'
import type { Room } from '../domain/room.ts'

/** A room as a list shows it, and its place in the list. */
export interface ListedRoom {
  id: string
  name: string
  owner: string
  memberCount: number
  /** 1 where it is disabled. */
  disabled: number
  /** Microseconds since the epoch. */
  createdUs: number
}

export interface RoomRow {
  id: string
  name: string
  description: string
  custom: string
  maxusers: number
  owner: string
  member_count: number
  mute: number
  disabled: number
  slow_mode: number
  lifecycle: string | null
  created: number
}

export const columns =
  'id, name, description, custom, maxusers, owner, member_count, mute, disabled, slow_mode, created, lifecycle'

/** What a room sets of its life itself, from its column. */
export const lifecycleIn = (stored: string | null): OwnLifecycle | null =>
  stored === null ? null : JSON.parse(stored)

/** The room that a row holds. */
export const toRoom = (row: RoomRow): Room => ({
  id: row.id,
  name: row.name,
  description: row.description,
  custom: row.custom,
  maxusers: row.maxusers,
  owner: row.owner,
  createdMs: Math.floor(row.created / 1000),
  memberCount: row.member_count,
  mute: row.mute === 1,
  disabled: row.disabled === 1,
  slowMode: row.slow_mode,
  lifecycle: lifecycleIn(row.lifecycle),
})

/** The statement that finds one room. */
export const findRoom = `select ${columns} from rooms where app = ?1 and id = ?2`
