import { type AppMutes, type MuteKind, noAppMutes } from '../domain/mute.ts'
import type { Database } from './database.ts'

/** A user that is muted in all conversations of a kind. */
interface AppMute {
  username: string
  kind: MuteKind
  expiresMs: number
}

/** Who is muted in the whole app. Times in Unix ms. */
export interface AppMuteReads {
  /** Until when a user is muted, by kind; those that are over may be among them. */
  appMutes(app: number, username: string): Promise<AppMutes>
  /** At most `limit` mutes that go on after `now`, by user id, without the first `offset`. */
  pageAppMutes(app: number, now: number, limit: number, offset: number): Promise<AppMute[]>
}

export interface AppMuteStore extends AppMuteReads {
  /** Mutes a user, or lifts the mute where `expiresMs` is 0. */
  setAppMute(app: number, mute: AppMute): Promise<void>
  /** Removes all mutes of a user. */
  removeAppMutes(app: number, username: string): Promise<void>
}

/** Reads and writes the table `app_mutes`. */
export function appMuteStore(db: Database): AppMuteStore {
  return {
    async appMutes(app, username) {
      const rows = await db.all<Omit<AppMute, 'username'>>(
        `select kind, expires as "expiresMs" from app_mutes where app = ?1 and username = ?2`,
        app,
        username,
      )
      if (rows.length === 0) return noAppMutes
      return { ...noAppMutes, ...Object.fromEntries(rows.map(({ kind, expiresMs }) => [kind, expiresMs])) }
    },

    pageAppMutes: async (app, now, limit, offset) =>
      db.all<AppMute>(
        `select username, kind, expires as "expiresMs" from app_mutes where app = ?1 and expires > ?2
         order by username, kind limit ?3 offset ?4`,
        app,
        now,
        limit,
        offset,
      ),

    async setAppMute(app, { username, kind, expiresMs }) {
      if (expiresMs === 0) {
        await db.run(
          `delete from app_mutes where app = ?1 and username = ?2 and kind = ?3`,
          app,
          username,
          kind,
        )
        return
      }
      await db.run(
        `insert into app_mutes (app, username, kind, expires) values (?1, ?2, ?3, ?4)
         on conflict (app, username, kind) do update set expires = excluded.expires`,
        app,
        username,
        kind,
        expiresMs,
      )
    },

    async removeAppMutes(app, username) {
      await db.run(`delete from app_mutes where app = ?1 and username = ?2`, app, username)
    },
  }
}
