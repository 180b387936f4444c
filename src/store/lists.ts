import type { Mute } from '../domain/mute.ts'
import { byIndex, type Database, each, isOneOf, usernamesIn } from './database.ts'

/** An entry of a block list. */
interface Ban extends Mute {
  reason: string
}

/** Where a user may not speak, or may not come in. */
interface Sanction {
  kind: 'blocked' | 'muted'
  room: string
  /** Name of the room. */
  name: string
  expiresMs: number
  /** Of a block. */
  reason: string
}

/** A place in the list of a user's sanctions. */
export type SanctionPosition = Pick<Sanction, 'room' | 'kind'>

/** The mute and the block list of a room. Both outlast a user's leaving. */
export interface ListReads {
  /** Who is muted at `now` (Unix ms), of all or of `usernames`. */
  muted(app: number, room: string, now: number, usernames?: string[]): Promise<Mute[]>
  isMuted(app: number, room: string, username: string, now: number): Promise<boolean>
  /** Who is blocked at `now` (Unix ms). */
  blocked(app: number, room: string, now: number): Promise<string[]>
  /** Those of `usernames` that are blocked at `now`. */
  blockedAmong(app: number, room: string, usernames: string[], now: number): Promise<string[]>
  /** Who is blocked at `now`, until when and why. */
  bans(app: number, room: string, now: number): Promise<Ban[]>
  /** At most `limit` mutes and blocks of a user at `now`, by room, from after a place on. */
  sanctionsOf(
    app: number,
    username: string,
    now: number,
    limit: number,
    after?: SanctionPosition,
  ): Promise<Sanction[]>
}

export interface ListStore extends ListReads {
  /** Mutes users until `expiresMs`, and removes mutes that ended before `now`. */
  mute(app: number, room: string, usernames: string[], expiresMs: number, now: number): Promise<void>
  unmute(app: number, room: string, usernames: string[]): Promise<void>
  /** Blocks users until `expiresMs`, and removes entries that ended before `now`. */
  block(
    app: number,
    room: string,
    usernames: string[],
    ban: Omit<Ban, 'username'>,
    now: number,
  ): Promise<void>
  unblock(app: number, room: string, usernames: string[]): Promise<void>
  /** Takes a user off every list of the app. */
  forgetUser(app: number, username: string): Promise<void>
}

type BlockLists = Pick<ListStore, 'blocked' | 'blockedAmong' | 'bans' | 'block' | 'unblock'>

function blockLists(db: Database): BlockLists {
  return {
    blocked: (app, room, now) =>
      usernamesIn(
        db,
        `select username from blocks where app = ?1 and room = ?2 and expires > ?3 order by username`,
        app,
        room,
        now,
      ),

    blockedAmong: (app, room, usernames, now) =>
      usernamesIn(
        db,
        `select username from blocks where app = ?1 and room = ?2 and ${isOneOf(db, 'username', 3)} and expires > ?4
         order by username`,
        app,
        room,
        JSON.stringify(usernames),
        now,
      ),

    bans: async (app, room, now) =>
      db.all<Ban>(
        `select username, expires as "expiresMs", reason from blocks where app = ?1 and room = ?2 and expires > ?3 order by username`,
        app,
        room,
        now,
      ),

    async block(app, room, usernames, { expiresMs, reason }, now) {
      await db.run(`delete from blocks where app = ?1 and room = ?2 and expires <= ?3`, app, room, now)
      await db.run(
        `insert into blocks (app, room, username, expires, reason)
         select ?1, ?2, value, ?4, ?5 from ${each(db, 3)} as names where true
         on conflict (app, room, username) do update set expires = excluded.expires, reason = excluded.reason`,
        app,
        room,
        JSON.stringify([...new Set(usernames)]),
        expiresMs,
        reason,
      )
    },

    async unblock(app, room, usernames) {
      await db.run(
        `delete from blocks where app = ?1 and room = ?2 and ${isOneOf(db, 'username', 3)}`,
        app,
        room,
        JSON.stringify(usernames),
      )
    },
  }
}

/** Reads and writes the tables `mutes` and `blocks`. */
export function listStore(db: Database): ListStore {
  return {
    async muted(app, room, now, usernames) {
      const among = usernames ? `and ${isOneOf(db, 'username', 4)}` : ''
      return db.all<Mute>(
        `select username, expires as "expiresMs" from mutes
         where app = ?1 and room = ?2 and expires > ?3 ${among} order by username`,
        app,
        room,
        now,
        ...(usernames ? [JSON.stringify(usernames)] : []),
      )
    },

    async isMuted(app, room, username, now) {
      const row = await db.get(
        `select 1 from mutes where app = ?1 and room = ?2 and username = ?3 and expires > ?4`,
        app,
        room,
        username,
        now,
      )
      return row !== undefined
    },

    async mute(app, room, usernames, expiresMs, now) {
      await db.run(`delete from mutes where app = ?1 and room = ?2 and expires <= ?3`, app, room, now)
      await db.run(
        `insert into mutes (app, room, username, expires)
         select ?1, ?2, value, ?3 from ${each(db, 4)} as names where true
         on conflict (app, room, username) do update set expires = excluded.expires`,
        app,
        room,
        expiresMs,
        JSON.stringify(usernames),
      )
    },

    async unmute(app, room, usernames) {
      await db.run(
        `delete from mutes where app = ?1 and room = ?2 and ${isOneOf(db, 'username', 3)}`,
        app,
        room,
        JSON.stringify(usernames),
      )
    },

    ...blockLists(db),

    async sanctionsOf(app, username, now, limit, after) {
      return db.all<Sanction>(
        `select l.kind, l.room, r.name, l.expires as "expiresMs", l.reason from (
           select 'muted' as kind, room, expires, '' as reason from mutes ${byIndex(db, 'mutes_by_user')}
             where app = ?1 and username = ?2 and expires > ?3
           union all
           select 'blocked', room, expires, reason from blocks ${byIndex(db, 'blocks_by_user')}
             where app = ?1 and username = ?2 and expires > ?3) l
         join rooms r on r.app = ?1 and r.id = l.room
         where (l.room, l.kind) > (?4, ?5) order by l.room, l.kind limit ?6`,
        app,
        username,
        now,
        after?.room ?? '',
        after?.kind ?? '',
        limit,
      )
    },

    async forgetUser(app, username) {
      await db.run(
        `delete from mutes ${byIndex(db, 'mutes_by_user')} where app = ?1 and username = ?2`,
        app,
        username,
      )
      await db.run(
        `delete from blocks ${byIndex(db, 'blocks_by_user')} where app = ?1 and username = ?2`,
        app,
        username,
      )
    },
  }
}
