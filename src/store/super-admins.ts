import { type Awaitable, type Database, usernamesIn } from './database.ts'

/** Users that may create rooms of their app. */
export interface SuperAdminReads {
  isSuperAdmin(app: number, username: string): Awaitable<boolean>
  /** At most `limit`, the first appointed first, without the first `offset`. */
  pageSuperAdmins(app: number, limit: number, offset: number): Promise<string[]>
}

export interface SuperAdminStore extends SuperAdminReads {
  /** `added` in microseconds. False when the user is one already. */
  addSuperAdmin(app: number, username: string, added: number): Promise<boolean>
  /** False when the user is none. */
  removeSuperAdmin(app: number, username: string): Promise<boolean>
}

/** Reads and writes the table `super_admins`. */
export function superAdminStore(db: Database): SuperAdminStore {
  return {
    async isSuperAdmin(app, username) {
      const row = await db.get(`select 1 from super_admins where app = ?1 and username = ?2`, app, username)
      return row !== undefined
    },

    pageSuperAdmins: (app, limit, offset) =>
      usernamesIn(
        db,
        `select username from super_admins where app = ?1 order by added, username limit ?2 offset ?3`,
        app,
        limit,
        offset,
      ),

    async addSuperAdmin(app, username, added) {
      const changed = await db.run(
        `insert into super_admins (app, username, added) values (?1, ?2, ?3) on conflict do nothing`,
        app,
        username,
        added,
      )
      return changed === 1
    },

    async removeSuperAdmin(app, username) {
      const changed = await db.run(`delete from super_admins where app = ?1 and username = ?2`, app, username)
      return changed === 1
    },
  }
}
