import { embeddedMs, steadyMsIn } from './clock.ts'
import { byIndex, type Database, each, forUpdate, isOneOf } from './database.ts'

/** Who comes into rooms, and who goes from all of them. */
export interface MembershipWrites {
  /** Adds users to a room that the transaction has locked; returns how many members it has then. */
  addMembers(app: number, room: string, usernames: string[], joinedUs: number): Promise<number>
  /** Ids of at most `most` rooms that a user owns, also of those that it has left; locks them until the transaction ends. */
  ownedRooms(app: number, username: string, most: number, after?: string): Promise<string[]>
  /** Takes a user out of at most `most` rooms; returns them with their members after it. */
  leaveRooms(app: number, username: string, most: number): Promise<{ room: string; memberCount: number }[]>
}

/**
 * Sets since when nobody but the owner can be in a room from which `gone` go, by the number of its members; whoever is
 * alone in it may be somebody else, so that this is checked before the room is dissolved. One that sets its life itself is looked at. `embeddedMs` is parameter `n`.
 */
export const emptiedAfter = (db: Database, gone: string, n: number): string =>
  `emptied = case when member_count - ${gone} <= 1 then ${steadyMsIn(db, n)} else emptied end,
   due = case when member_count - ${gone} <= 1 and lifecycle is not null then ${steadyMsIn(db, n)} else due end`

/** Returns how many of the users were no members yet. */
export async function insertMembers(
  db: Database,
  app: number,
  room: string,
  joined: number,
  usernames: string[],
): Promise<number> {
  if (db.dialect === 'sqlite') {
    const insert = `insert into members (app, room, username, joined) values (?1, ?2, ?3, ?4) on conflict do nothing`
    let added = 0
    for (const username of usernames) added += await db.run(insert, app, room, username, joined)
    return added
  }
  return db.run(
    `insert into members (app, room, username, joined)
     select ?1, ?2, value, ?3 from ${each(db, 4)} as names where true
     on conflict do nothing`,
    app,
    room,
    joined,
    JSON.stringify(usernames),
  )
}

/** Writes the table `members`, and what `rooms` repeats of it. */
export function membershipWrites(db: Database): MembershipWrites {
  const byUser = byIndex(db, 'members_by_user')

  return {
    async addMembers(app, room, usernames, joined) {
      const added = await insertMembers(db, app, room, joined, usernames)
      const row = await db.get<{ member_count: number }>(
        `update rooms set member_count = member_count + ?3, emptied = case when member_count + ?3 <= 1 then emptied end
         where app = ?1 and id = ?2 returning member_count`,
        app,
        room,
        added,
      )
      return row?.member_count ?? 0
    },

    async ownedRooms(app, username, most, after) {
      const isFurther = `and (r.created, r.id) > (select created, id from rooms where app = ?1 and id = ?4)`
      const rows = await db.all<{ id: string }>(
        `select r.id from rooms r ${byIndex(db, 'rooms_by_owner')} where r.app = ?1 and r.owner = ?2 and (
           exists (select 1 from members m where m.app = ?1 and m.room = r.id and m.username = ?2)
           or exists (select 1 from absent_owners o where o.app = ?1 and o.room = r.id and o.owner = ?2))
           ${after === undefined ? '' : isFurther}
         order by r.created, r.id limit ?3 ${forUpdate(db, 'r')}`,
        app,
        username,
        most,
        ...(after === undefined ? [] : [after]),
      )
      return rows.map((row) => row.id)
    },

    async leaveRooms(app, username, most) {
      const chosen = await db.all<{ room: string }>(
        `select room from members ${byUser} where app = ?1 and username = ?2 order by joined, room limit ?3`,
        app,
        username,
        most,
      )
      const rooms = JSON.stringify(chosen.map(({ room }) => room))
      if (db.dialect === 'postgres')
        await db.all(
          `select id from rooms where app = ?1 and ${isOneOf(db, 'id', 2)} order by id ${forUpdate(db)}`,
          app,
          rooms,
        )
      // Now that the rooms are locked: whoever was taken out of one meanwhile is not counted twice.
      const left = await db.all<{ room: string }>(
        `delete from members where app = ?1 and ${isOneOf(db, 'room', 2)} and username = ?3 returning room`,
        app,
        rooms,
        username,
      )
      return db.all(
        `update rooms set member_count = member_count - 1, ${emptiedAfter(db, '1', 3)}
         where app = ?1 and ${isOneOf(db, 'id', 2)}
         returning id as room, member_count as "memberCount"`,
        app,
        JSON.stringify(left.map(({ room }) => room)),
        embeddedMs(db),
      )
    },
  }
}
