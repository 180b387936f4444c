import type { Earlier, Once } from '../domain/retry.ts'
import type { Database } from './database.ts'

/** Calls of the last day by their idempotency keys. `owner` separates the callers of an app. */
export interface RetryStore {
  /** Finds a call. Others with the same key wait until this transaction ends. */
  find(app: number, owner: string, key: string): Promise<Earlier | undefined>
  /** How many calls an owner has, counted up to `most`. */
  count(app: number, owner: string, most: number): Promise<number>
  /** `createdMs` in Unix ms. */
  add(app: number, call: Once & Earlier & { createdMs: number }): Promise<void>
  finish(app: number, owner: string, key: string, output: string): Promise<void>
  remove(app: number, owner: string, key: string): Promise<void>
  /** Removes at most `limit` of the calls of all apps before `beforeMs` (Unix ms); returns how many. */
  removeBefore(beforeMs: number, limit: number): Promise<number>
}

/** Reads and writes the table `retries`. */
export function retryStore(db: Database): RetryStore {
  return {
    async find(app, owner, key) {
      if (db.dialect === 'postgres')
        await db.get('select pg_advisory_xact_lock(hashtextextended(?1, 0))', `${app}/${owner}/${key}`)
      return db.get<Earlier>(
        'select fingerprint, output from retries where app = ?1 and owner = ?2 and key = ?3',
        app,
        owner,
        key,
      )
    },

    async count(app, owner, most) {
      const row = await db.get<{ count: number }>(
        'select count(*) as count from (select 1 from retries where app = ?1 and owner = ?2 limit ?3) as counted',
        app,
        owner,
        most,
      )
      return row?.count ?? 0
    },

    async add(app, { owner, key, fingerprint, output, createdMs }) {
      await db.run(
        'insert into retries (app, owner, key, fingerprint, output, created) values (?1, ?2, ?3, ?4, ?5, ?6)',
        app,
        owner,
        key,
        fingerprint,
        output,
        createdMs,
      )
    },

    async finish(app, owner, key, output) {
      await db.run(
        'update retries set output = ?4 where app = ?1 and owner = ?2 and key = ?3',
        app,
        owner,
        key,
        output,
      )
    },

    async remove(app, owner, key) {
      await db.run('delete from retries where app = ?1 and owner = ?2 and key = ?3', app, owner, key)
    },

    removeBefore: async (beforeMs, limit) =>
      db.run(
        `delete from retries where (app, owner, key) in
           (select app, owner, key from retries where created < ?1 order by created limit ?2)`,
        beforeMs,
        limit,
      ),
  }
}
