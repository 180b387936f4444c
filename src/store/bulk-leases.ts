import { type Awaitable, type Database, forUpdate } from './database.ts'

/** A job and the app that it is of. */
export interface BulkHeld {
  app: number
  id: string
}

/** Which process has which jobs, and what waits for whom. */
export interface BulkLeases {
  /** Takes at most `most` jobs for a process, its own first; `alone`: there is no other process. Returns all that it has. */
  hold(process: string, now: number, expires: number, most: number, alone: boolean): Promise<BulkHeld[]>
  release(process: string): Promise<void>
  /** Holds a job as it is until the transaction ends: `shared` by those that change its rooms, `alone` by whoever ends it. */
  lockJob(app: number, id: string, how: 'shared' | 'alone'): Awaitable<unknown>
  /** Whether a process still has a job whose rooms are being written down; nobody takes it until the transaction ends. */
  collects(app: number, id: string, process: string): Promise<boolean>
}

/** Reads and writes the leases in the table `bulk_jobs`. */
export function bulkLeases(db: Database): BulkLeases {
  return {
    lockJob(app, id, how) {
      // In the embedded store one transaction follows the other. The row of the job is left to those that renew its lease.
      if (db.dialect === 'sqlite') return undefined
      const lock = how === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared'
      return db.get(`select ${lock}(hashtextextended(?1, 0))`, `bulk/${app}/${id}`)
    },

    async hold(process, now, expires, most, alone) {
      const free = alone ? '?2 = ?2' : '(holder = ?1 or expires < ?2)'
      const jobs = await db.all<BulkHeld & { holder: string }>(
        `select app, id, holder from bulk_jobs where ended = 0 and ${free}
         order by case when holder = ?1 then 0 else 1 end, created limit ?3 ${forUpdate(db)}`,
        process,
        now,
        most,
      )
      for (const { app, id } of jobs)
        await db.run(
          `update bulk_jobs set holder = ?3, expires = ?4 where app = ?1 and id = ?2`,
          app,
          id,
          process,
          expires,
        )
      return jobs.map(({ app, id }) => ({ app, id }))
    },

    async release(process) {
      await db.run(`update bulk_jobs set expires = 0 where ended = 0 and holder = ?1`, process)
    },

    async collects(app, id, process) {
      const sql = `select 1 from bulk_jobs where app = ?1 and id = ?2 and state = 'collecting' and holder = ?3`
      return (await db.get(`${sql} ${forUpdate(db)}`, app, id, process)) !== undefined
    },
  }
}
