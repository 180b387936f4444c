import { andThen } from '../domain/and-then.ts'
import type { Room } from '../domain/room.ts'
import { type Awaitable, byIndex, type Database } from './database.ts'
import { columns, type RoomRow, toRoom } from './room-rows.ts'

/** A room as the list of a user's rooms shows it. */
export type JoinedRoom = Pick<Room, 'id' | 'name'> & {
  /** 1 where it is disabled. */
  disabled: number
}

/** The rooms that a user is in. */
export interface JoinedReads {
  /** Rooms that a user is in, the most recently joined first, without the first `offset`. */
  pageJoined(app: number, username: string, limit: number, offset: number): Awaitable<JoinedRoom[]>
  /** The same with all that a room is: twice the work. */
  pageJoinedInFull(app: number, username: string, limit: number, offset: number): Awaitable<Room[]>
  /** How many rooms a user is in; counting stops at `most`. */
  countJoined(app: number, username: string, most: number): Awaitable<number>
  /** Ids of the rooms that a user is in. */
  joinedRooms(app: number, username: string): Promise<string[]>
}

/** Reads the rooms of a user from the table `members`. */
export function joinedReads(db: Database): JoinedReads {
  const byUser = byIndex(db, 'members_by_user')
  const joinedWith = (shown: string) => `select ${shown} from (
      select room, joined from members ${byUser} where app = ?1 and username = ?2
      order by joined desc, room desc limit ?3 offset ?4) page
    join rooms r on r.app = ?1 and r.id = page.room
    order by page.joined desc, page.room desc`
  const joined = joinedWith('r.id, r.name, r.disabled')
  const joinedInFull = joinedWith(columns)

  return {
    pageJoined: (app, username, limit, offset) => db.all<JoinedRoom>(joined, app, username, limit, offset),

    pageJoinedInFull: (app, username, limit, offset) =>
      andThen(db.all<RoomRow>(joinedInFull, app, username, limit, offset), (rows) => rows.map(toRoom)),

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

    async joinedRooms(app, username) {
      const rows = await db.all<{ room: string }>(
        `select room from members ${byUser} where app = ?1 and username = ?2 order by room`,
        app,
        username,
      )
      return rows.map((row) => row.room)
    },
  }
}
