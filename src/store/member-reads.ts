import { type Awaitable, type Database, isOneOf, usernamesIn } from './database.ts'

/** Someone in a room. */
interface Member {
  username: string
  admin: boolean
  joinedUs: number
}

/** A position in a list of members by when they joined. */
export interface MemberPosition {
  joinedUs: number
  username: string
}

/** Who is in a room, and as what. The owner is one of them, unless it has left its room. */
export interface MemberReads {
  findMember(app: number, room: string, username: string): Awaitable<Member | undefined>
  /** Those of `usernames` that are in the room. */
  membersAmong(app: number, room: string, usernames: string[]): Promise<string[]>
  /** At most `limit` members by user id, without the first `offset`. */
  pageMembers(app: number, room: string, limit: number, offset: number): Promise<string[]>
  /** At most `limit` members but `without`, by when they joined, from after `position` on. */
  listMembers(
    app: number,
    room: string,
    order: { ascending: boolean; without: string; limit: number; position?: MemberPosition | undefined },
  ): Promise<Member[]>
  /** Those of `rooms` that a user is in. */
  roomsAmong(app: number, rooms: string[], username: string): Promise<string[]>
  /** Who of `usernames` is in which room, room by room, but for a room's owner and its allow list. */
  roomsToLeave(app: number, usernames: string[]): Promise<{ room: string; username: string }[]>
  admins(app: number, room: string): Promise<string[]>
  /** The admin but `without` that joined first. */
  oldestAdmin(app: number, room: string, without: string): Promise<string | undefined>
  /** Members on the allow list. */
  allowed(app: number, room: string): Promise<string[]>
  isAllowed(app: number, room: string, username: string): Promise<boolean>
}

interface MemberRow {
  username: string
  admin: number
  joined: number
}

const toMember = ({ username, admin, joined }: MemberRow): Member => ({
  username,
  admin: admin === 1,
  joinedUs: joined,
})

const earliestAdmin = `select username from members
  where app = ?1 and room = ?2 and admin = 1 and username <> ?3 order by joined, username limit 1`

/** Reads the table `members`. */
export function memberReads(db: Database): MemberReads {
  return {
    async findMember(app, room, username) {
      const row = await db.get<MemberRow>(
        `select username, admin, joined from members where app = ?1 and room = ?2 and username = ?3`,
        app,
        room,
        username,
      )
      return row && toMember(row)
    },

    membersAmong: (app, room, usernames) =>
      usernamesIn(
        db,
        `select username from members where app = ?1 and room = ?2 and ${isOneOf(db, 'username', 3)}`,
        app,
        room,
        JSON.stringify(usernames),
      ),

    pageMembers: (app, room, limit, offset) =>
      usernamesIn(
        db,
        `select username from members where app = ?1 and room = ?2 order by username limit ?3 offset ?4`,
        app,
        room,
        limit,
        offset,
      ),

    async listMembers(app, room, { ascending, without, limit, position }) {
      const [after, direction] = ascending ? ['>', 'asc'] : ['<', 'desc']
      const from = position ? `and (joined, username) ${after} (?5, ?6)` : ''
      const rows = await db.all<MemberRow>(
        `select username, admin, joined from members where app = ?1 and room = ?2 and username <> ?3 ${from}
         order by joined ${direction}, username ${direction} limit ?4`,
        app,
        room,
        without,
        limit,
        ...(position ? [position.joinedUs, position.username] : []),
      )
      return rows.map(toMember)
    },

    async roomsAmong(app, rooms, username) {
      const rows = await db.all<{ room: string }>(
        `select room from members where app = ?1 and username = ?2 and ${isOneOf(db, 'room', 3)}`,
        app,
        username,
        JSON.stringify(rooms),
      )
      return rows.map((row) => row.room)
    },

    roomsToLeave: async (app, usernames) =>
      db.all<{ room: string; username: string }>(
        `select m.room, m.username from members m join rooms r on r.app = m.app and r.id = m.room
         where m.app = ?1 and m.allowed = 0 and m.username <> r.owner and ${isOneOf(db, 'm.username', 2)}
         order by m.room, m.username`,
        app,
        JSON.stringify(usernames),
      ),

    admins: (app, room) =>
      usernamesIn(
        db,
        `select username from members where app = ?1 and room = ?2 and admin = 1 order by username`,
        app,
        room,
      ),

    async oldestAdmin(app, room, without) {
      const [first] = await usernamesIn(db, earliestAdmin, app, room, without)
      return first
    },

    allowed: (app, room) =>
      usernamesIn(
        db,
        `select username from members where app = ?1 and room = ?2 and allowed = 1 order by username`,
        app,
        room,
      ),

    async isAllowed(app, room, username) {
      const row = await db.get(
        `select 1 from members where app = ?1 and room = ?2 and username = ?3 and allowed = 1`,
        app,
        room,
        username,
      )
      return row !== undefined
    },
  }
}
