import { embeddedMs } from './clock.ts'
import { type Database, isOneOf } from './database.ts'
import { type MemberReads, memberReads } from './member-reads.ts'
import { emptiedAfter } from './room-membership.ts'

export interface MemberStore extends MemberReads {
  /** Takes users out of a room that the transaction has locked, with the roles they have there; returns how many members it has then. */
  removeMembers(app: number, room: string, usernames: string[]): Promise<number>
  /** Makes a member an admin, or an admin a member. */
  setAdmin(app: number, room: string, username: string, admin: boolean): Promise<void>
  setAllowed(app: number, room: string, usernames: string[], allowed: boolean): Promise<void>
  /** Remembers that the owner has left the room that it owns. */
  ownerLeft(app: number, room: string, owner: string): Promise<void>
  /** Forgets that: the owner is back, or there is another. */
  ownerIsIn(app: number, room: string): Promise<void>
}

/** Reads and writes the tables `members` and `absent_owners`. */
export function memberStore(db: Database): MemberStore {
  return {
    ...memberReads(db),

    async removeMembers(app, room, usernames) {
      const removed = await db.run(
        `delete from members where app = ?1 and room = ?2 and ${isOneOf(db, 'username', 3)}`,
        app,
        room,
        JSON.stringify(usernames),
      )
      const row = await db.get<{ member_count: number }>(
        `update rooms set member_count = member_count - ?3, ${emptiedAfter(db, '?3', 4)}
         where app = ?1 and id = ?2 returning member_count`,
        app,
        room,
        removed,
        embeddedMs(db),
      )
      return row?.member_count ?? 0
    },

    async setAdmin(app, room, username, admin) {
      await db.run(
        `update members set admin = ?4 where app = ?1 and room = ?2 and username = ?3`,
        app,
        room,
        username,
        admin ? 1 : 0,
      )
    },

    async setAllowed(app, room, usernames, allowed) {
      await db.run(
        `update members set allowed = ?4 where app = ?1 and room = ?2 and ${isOneOf(db, 'username', 3)}`,
        app,
        room,
        JSON.stringify(usernames),
        allowed ? 1 : 0,
      )
    },

    async ownerLeft(app, room, owner) {
      await db.run(
        `insert into absent_owners (app, room, owner) values (?1, ?2, ?3) on conflict do nothing`,
        app,
        room,
        owner,
      )
    },

    async ownerIsIn(app, room) {
      await db.run(`delete from absent_owners where app = ?1 and room = ?2`, app, room)
    },
  }
}
