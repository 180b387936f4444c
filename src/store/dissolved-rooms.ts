import { type Database, forUpdate, forUpdateOfFree, isOneOf, type Param, usernamesIn } from './database.ts'

/** Tables whose rows stay where they are while a room can be restored, and what tells its rows apart. */
export const leftBehind = {
  absent_owners: 'owner',
  mutes: 'username',
  blocks: 'username',
  attributes: 'name',
  room_files: 'id',
  pins: 'message',
} as const

type Row = Record<string, Param>

/** A member of a dissolved room: name, time of joining in µs, whether an admin, whether on the allow list. */
type DissolvedMember = [username: string, joinedUs: number, admin: number, allowed: number]

/** A dissolved room that can be restored. */
interface DissolvedRoom {
  id: string
  dissolvedUs: number
  name: string
  owner: string
  memberCount: number
}

/** The same with all that comes back. */
interface StoredRoom extends DissolvedRoom {
  room: Row
  members: DissolvedMember[]
  reports: (Row & { username: string; sender: string })[]
}

export interface DissolvedReads {
  /** At most `limit` of those that were dissolved since `sinceUs`, the latest first, from after a position on. */
  listDissolved(
    app: number,
    limit: number,
    sinceUs: number,
    position?: Pick<DissolvedRoom, 'id' | 'dissolvedUs'>,
  ): Promise<DissolvedRoom[]>
}

/** Rooms that are dissolved, and can be restored until the retention job removes what is left of them. */
export interface DissolvedStore extends DissolvedReads {
  /**
   * Takes a room that the transaction has locked out of the rooms, with its members; its id is never given again. The
   * rest stays: nobody finds it without the room.
   */
  dissolve(app: number, id: string, nowUs: number): Promise<void>
  /** One that was dissolved since `sinceUs`; locks it until the transaction ends. */
  lockDissolved(app: number, id: string, sinceUs: number): Promise<StoredRoom | undefined>
  /** Brings a room back with what is left of its members and reports. */
  restore(app: number, room: StoredRoom): Promise<void>
  /** Remembers that a user was deleted. */
  userDeleted(app: number, username: string, nowUs: number): Promise<void>
  /** Those of `usernames` that were deleted since then, whether registered again or not. */
  deletedSince(app: number, usernames: string[], sinceUs: number): Promise<string[]>
  /** Removes what is left of rooms dissolved before a time, a part of it; returns whether there is more. */
  pruneDissolved(app: number, beforeUs: number, most: number): Promise<boolean>
}

const toDissolved = ({ id, dissolved, room }: { id: string; dissolved: number; room: string }) => {
  const { name, owner, member_count } = JSON.parse(room) as {
    name: string
    owner: string
    member_count: number
  }
  return { id, dissolvedUs: dissolved, name, owner, memberCount: member_count }
}

/** Adds a row as it was read, whatever columns the table has. */
async function addRow(db: Database, table: string, row: Row): Promise<void> {
  const columns = Object.keys(row)
  await db.run(
    `insert into ${table} (${columns.join()}) values (${columns.map((_, n) => `?${n + 1}`).join()})
     on conflict do nothing`,
    ...Object.values(row),
  )
}

/** Moves rooms to the table `dissolved_rooms` and back; reads and writes `deleted_users`. */
export function dissolvedStore(db: Database): DissolvedStore {
  const sqlite = db.dialect === 'sqlite'
  const members = sqlite
    ? `json_group_array(json_array(username, joined, admin, allowed))`
    : `coalesce(json_agg(json_build_array(username, joined, admin, allowed)), '[]')::text`
  const eachMember = sqlite ? 'json_each(?3)' : 'json_array_elements(?3::text::json) as each (value)'

  return {
    ...deletedUsers(db),
    ...pruning(db),

    async listDissolved(app, limit, sinceUs, position) {
      const rows = await db.all<{ id: string; dissolved: number; room: string }>(
        `select id, dissolved, room from dissolved_rooms
         where app = ?1 and dissolved >= ?3 and (dissolved, id) < (?4, ?5) order by dissolved desc, id desc limit ?2`,
        app,
        limit,
        sinceUs,
        position?.dissolvedUs ?? Number.MAX_SAFE_INTEGER,
        position?.id ?? '',
      )
      return rows.map(toDissolved)
    },

    async dissolve(app, id, nowUs) {
      await db.run(`insert into used_ids (id, app) values (?1, ?2) on conflict do nothing`, id, app)
      // In SQLite reading and deleting takes half of the time that deleting with "returning" takes.
      const room = await db.get<Row>(`select * from rooms where app = ?1 and id = ?2`, app, id)
      if (!room) return
      const reports = await db.all<Row>(`select * from reports where app = ?1 and room = ?2`, app, id)
      if (reports.length > 0) await db.run(`delete from reports where app = ?1 and room = ?2`, app, id)
      await db.run(`delete from rooms where app = ?1 and id = ?2`, app, id)
      await db.run(
        `insert into dissolved_rooms (app, id, dissolved, room, reports, members)
         select ?1, ?2, ?3, ?4, ?5, ${members} from members where app = ?1 and room = ?2`,
        app,
        id,
        nowUs,
        JSON.stringify(room),
        JSON.stringify(reports),
      )
      await db.run(`delete from members where app = ?1 and room = ?2`, app, id)
    },

    async lockDissolved(app, id, sinceUs) {
      const row = await db.get<
        { id: string; dissolved: number } & Record<'room' | 'members' | 'reports', string>
      >(
        `select id, dissolved, room, members, reports from dissolved_rooms
         where app = ?1 and id = ?2 and dissolved >= ?3 ${forUpdate(db)}`,
        app,
        id,
        sinceUs,
      )
      if (!row) return undefined
      return {
        ...toDissolved(row),
        room: JSON.parse(row.room),
        members: JSON.parse(row.members),
        reports: JSON.parse(row.reports),
      }
    },

    async restore(app, { id, room, members: back, reports }) {
      await db.run(`delete from dissolved_rooms where app = ?1 and id = ?2`, app, id)
      await addRow(db, 'rooms', { ...room, member_count: back.length })
      await db.run(
        `insert into members (app, room, username, joined, admin, allowed)
         select ?1, ?2, value ->> 0, cast(value ->> 1 as bigint), cast(value ->> 2 as smallint), cast(value ->> 3 as smallint)
         from ${eachMember}`,
        app,
        id,
        JSON.stringify(back),
      )
      for (const report of reports) await addRow(db, 'reports', report)
    },
  }
}

type DeletedUsers = Pick<DissolvedStore, 'userDeleted' | 'deletedSince'>

const deletedUsers = (db: Database): DeletedUsers => ({
  async userDeleted(app, username, nowUs) {
    await db.run(
      `insert into deleted_users (app, username, deleted) values (?1, ?2, ?3)
         on conflict (app, username) do update set deleted = excluded.deleted`,
      app,
      username,
      nowUs,
    )
  },

  deletedSince: (app, usernames, sinceUs) =>
    usernamesIn(
      db,
      `select username from deleted_users where app = ?1 and deleted > ?3 and ${isOneOf(db, 'username', 2)}`,
      app,
      JSON.stringify(usernames),
      sinceUs,
    ),
})

/** Removes what is left of rooms, by the table and by the room. */
const pruning = (db: Database): Pick<DissolvedStore, 'pruneDissolved'> => ({
  async pruneDissolved(app, beforeUs, most) {
    const rows = await db.all<{ id: string }>(
      `select id from dissolved_rooms where app = ?1 and dissolved < ?2 order by dissolved limit ?3 ${forUpdateOfFree(db)}`,
      app,
      beforeUs,
      most,
    )
    const ids = JSON.stringify(rows.map(({ id }) => id))
    const isChosen = isOneOf(db, 'id', 2)
    // From now on it cannot be restored, whatever the app's setting becomes: a part of it may be gone.
    await db.run(`update dissolved_rooms set dissolved = 0 where app = ?1 and ${isChosen}`, app, ids)
    for (const [table, key] of Object.entries(leftBehind)) {
      const removed = await db.run(
        `delete from ${table} where app = ?1 and (room, ${key}) in (
             select room, ${key} from ${table} where app = ?1 and ${isOneOf(db, 'room', 2)} limit ?3)`,
        app,
        ids,
        most,
      )
      if (removed >= most) return true
    }
    await db.run(`delete from dissolved_rooms where app = ?1 and ${isChosen}`, app, ids)
    if (rows.length === most) return true
    const users = await db.run(
      `delete from deleted_users where app = ?1 and username in (
           select username from deleted_users where app = ?1 and deleted < ?2 limit ?3)`,
      app,
      beforeUs,
      most,
    )
    return users === most
  },
})
