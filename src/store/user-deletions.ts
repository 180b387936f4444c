import { type Database, forUpdateOfFree } from './database.ts'

export interface UserDeletionReads {
  /** At most `limit` deleted users that still have chat rooms. */
  listDeletions(limit: number): Promise<{ app: number; username: string }[]>
}

/** Users that are deleted, and whose chat rooms follow; nobody registers under their names meanwhile. */
export interface UserDeletionStore extends UserDeletionReads {
  /** How many chat rooms a user has left, its own or others'. */
  roomsLeft(app: number, username: string): Promise<number>
  beginDeletion(app: number, username: string): Promise<void>
  /** Locks a deletion until the transaction ends; false when it is over, or another transaction is at it. */
  lockDeletion(app: number, username: string): Promise<boolean>
  endDeletion(app: number, username: string): Promise<void>
}

/** Reads and writes the table `user_deletions`. */
export function userDeletionStore(db: Database): UserDeletionStore {
  return {
    listDeletions: async (limit) => db.all(`select app, username from user_deletions limit ?1`, limit),

    async roomsLeft(app, username) {
      const row = await db.get<{ rooms: number }>(
        `select (select count(*) from members where app = ?1 and username = ?2)
           + (select count(*) from absent_owners where app = ?1 and owner = ?2) as rooms`,
        app,
        username,
      )
      return row?.rooms ?? 0
    },

    async beginDeletion(app, username) {
      await db.run(
        `insert into user_deletions (app, username) values (?1, ?2) on conflict do nothing`,
        app,
        username,
      )
    },

    lockDeletion: async (app, username) =>
      (await db.get(
        `select 1 from user_deletions where app = ?1 and username = ?2 ${forUpdateOfFree(db)}`,
        app,
        username,
      )) !== undefined,

    async endDeletion(app, username) {
      await db.run(`delete from user_deletions where app = ?1 and username = ?2`, app, username)
    },
  }
}
