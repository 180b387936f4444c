import { andThen } from '../domain/and-then.ts'
import type { Room, RoomDetails } from '../domain/room.ts'
import { type Awaitable, type Database, isOneOf } from './database.ts'
import { type JoinedReads, joinedReads } from './joined-rooms.ts'
import { columns, findRoom, type ListedRoom, type RoomRow, toRoom } from './room-rows.ts'
import { type RoomSearch, roomSearch } from './room-search.ts'

/** A cursor in a list of rooms, newest first. */
export interface RoomPosition {
  /** Microseconds since the epoch. */
  createdUs: number
  id: string
}

/** Rooms and who is in them. Times are stored in microseconds: they are the order, too. */
export interface RoomReads extends JoinedReads, RoomSearch {
  findRoom(app: number, id: string): Awaitable<Room | undefined>
  /** Known rooms among `ids` with their members, each as it was at one moment; in no particular order. */
  findDetails(app: number, ids: string[]): Awaitable<RoomDetails[]>
  /** At most `limit` rooms, newest first, from after `position` on. */
  listRooms(app: number, limit: number, position?: RoomPosition): Awaitable<ListedRoom[]>
  /** At most `limit` rooms, newest first, without the first `offset`. */
  pageRooms(app: number, limit: number, offset: number): Awaitable<ListedRoom[]>
  isMember(app: number, room: string, username: string): Awaitable<boolean>
  /** Whether an id is that of a room, was that of one that is dissolved, or was chosen. */
  isUsed(app: number, id: string): Promise<boolean>
  announcement(app: number, room: string): Promise<string>
  /** Those of these rooms that are disabled, or set their lives themselves; or `all`. */
  restrictedAmong(app: number, ids: string[], all: boolean): Promise<Room[]>
}

const listed = 'id, name, owner, member_count as "memberCount", disabled, created as "createdUs"'

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

/** Reads the table `rooms`, with its members where they are asked for. */
export function roomReads(db: Database): RoomReads {
  const oneWithMembers = details('id = ?2')
  const manyWithMembers = details(isOneOf(db, 'id', 2))
  const newest = `select ${listed} from rooms where app = ?1 order by created desc, id desc limit ?2 offset ?3`
  const newestFrom = `select ${listed} from rooms where app = ?1 and (created, id) < (?2, ?3)
    order by created desc, id desc limit ?4`

  async function oneByOne(app: number, ids: string[]): Promise<RoomDetails[]> {
    const rooms: RoomDetails[] = []
    for (const id of ids) {
      const row = await db.get<DetailsRow>(oneWithMembers, app, id)
      if (row) rooms.push(toDetails(row))
    }
    return rooms
  }

  async function atOnce(app: number, ids: string[]): Promise<RoomDetails[]> {
    const rows = await db.all<DetailsRow>(manyWithMembers, app, JSON.stringify(ids))
    return rows.map(toDetails)
  }

  return {
    ...joinedReads(db),
    ...roomSearch(db),

    findRoom: (app, id) => andThen(db.get<RoomRow>(findRoom, app, id), (row) => row && toRoom(row)),

    findDetails(app, ids) {
      const [id = ''] = ids
      if (db.dialect === 'sqlite' && ids.length === 1)
        return andThen(db.get<DetailsRow>(oneWithMembers, app, id), (row) => (row ? [toDetails(row)] : []))
      return db.dialect === 'sqlite' ? oneByOne(app, ids) : atOnce(app, ids)
    },

    listRooms(app, limit, position) {
      if (!position) return this.pageRooms(app, limit, 0)
      return db.all<ListedRoom>(newestFrom, app, position.createdUs, position.id, limit)
    },

    pageRooms(app, limit, offset) {
      return db.all<ListedRoom>(newest, app, limit, offset)
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

    async isUsed(app, id) {
      const row = await db.get(
        `select 1 from rooms where app = ?1 and id = ?2 union all select 1 from used_ids where app = ?1 and id = ?2`,
        app,
        id,
      )
      return row !== undefined
    },

    async announcement(app, room) {
      const row = await db.get<{ announcement: string }>(
        `select announcement from rooms where app = ?1 and id = ?2`,
        app,
        room,
      )
      return row?.announcement ?? ''
    },

    async restrictedAmong(app, ids, all) {
      const restricted = `select ${columns} from rooms
        where app = ?1 and (disabled = 1 or lifecycle is not null or ?3 = 1) and ${isOneOf(db, 'id', 2)}`
      return (await db.all<RoomRow>(restricted, app, JSON.stringify(ids), all ? 1 : 0)).map(toRoom)
    },
  }
}
