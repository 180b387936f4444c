import type {
  BulkCounts,
  BulkGiven,
  BulkItem,
  BulkJob,
  BulkMoved,
  BulkOutcome,
  BulkState,
} from '../domain/bulk.ts'
import { type BulkHeld, type BulkLeases, bulkLeases } from './bulk-leases.ts'
import type { Awaitable, Database } from './database.ts'
import { forUpdate } from './database.ts'

export interface BulkReads {
  findJob(app: number, id: string): Promise<BulkJob | undefined>
  /** Rooms or drafts of a job, as JSON; empty where it has a filter. */
  listed(app: number, id: string): Promise<string>
  /** At most `limit` jobs below an id, the latest first. */
  listJobs(app: number, limit: number, below?: string): Promise<BulkJob[]>
  /** At most `limit` items after `seq`, of one outcome where it is given. */
  listItems(
    app: number,
    job: string,
    after: number,
    limit: number,
    outcome?: BulkOutcome,
  ): Promise<BulkItem[]>
  /** How many items there are, and what became of them. */
  countItems(app: number, job: string): Promise<BulkCounts>
  sumItems(app: number, job: string): Promise<BulkMoved>
}

export interface BulkStore extends BulkReads, BulkLeases {
  addJob(app: number, job: BulkJob, listed: string): Promise<void>
  countOpen(app: number): Promise<number>
  /** Adds items, with the names of their rooms as they are now. */
  addItems(app: number, job: string, items: BulkItem[]): Promise<void>
  /** Removes at most `limit` items of a job; returns how many. */
  removeItems(app: number, job: string, limit: number): Promise<number>
  /** A pending item, locked until the transaction ends. */
  lockPending(app: number, job: string, seq: number): Awaitable<BulkItem | undefined>
  settleItem(app: number, job: string, item: Omit<BulkItem, 'draft'>): Promise<void>
  /** Stores how far an open job is; returns whether it was open. */
  changeJob(
    app: number,
    id: string,
    change: BulkCounts & BulkMoved & { state: BulkState; error: string; endedMs: number },
  ): Promise<boolean>
  /** Removes at most `limit` items of a job that ended before a time, or the job when it has fewer; returns whether there was one. */
  removeEnded(beforeMs: number, limit: number): Promise<boolean>
}

interface JobRow extends BulkCounts, BulkMoved {
  id: string
  given: string
  isDryRun: number
  basedOn: string
  state: BulkState
  error: string
  createdMs: number
  endedMs: number
}

const jobColumns = `id, given, is_dry_run as "isDryRun", based_on as "basedOn", state, error, total, done, refused,
  changed, members, messages, created as "createdMs", ended as "endedMs"`
const itemColumns = 'seq, room, name, draft, outcome, digest, word, error, members, usernames, messages'

type ItemRow = Omit<BulkItem, 'usernames'> & { usernames: string }

const toItem = (row: ItemRow): BulkItem => ({ ...row, usernames: JSON.parse(row.usernames) })

const toJob = ({ given, isDryRun, ...row }: JobRow): BulkJob => ({
  ...row,
  given: JSON.parse(given) as BulkGiven,
  isDryRun: isDryRun === 1,
})

function bulkReads(db: Database): BulkReads {
  return {
    async findJob(app, id) {
      const row = await db.get<JobRow>(
        `select ${jobColumns} from bulk_jobs where app = ?1 and id = ?2`,
        app,
        id,
      )
      return row && toJob(row)
    },

    async listed(app, id) {
      const sql = `select listed from bulk_jobs where app = ?1 and id = ?2`
      return (await db.get<{ listed: string }>(sql, app, id))?.listed ?? ''
    },

    async listJobs(app, limit, below) {
      const from = below === undefined ? '' : 'and id < ?3'
      const sql = `select ${jobColumns} from bulk_jobs where app = ?1 ${from} order by id desc limit ?2`
      return (await db.all<JobRow>(sql, app, limit, ...(below === undefined ? [] : [below]))).map(toJob)
    },

    async listItems(app, job, after, limit, outcome) {
      // As a text of the statement, so that pending ones are found by their index.
      const only = outcome === undefined ? '' : `and outcome = '${outcome}'`
      const rows = await db.all<ItemRow>(
        `select ${itemColumns} from bulk_items where app = ?1 and job = ?2 and seq > ?3 ${only} order by seq limit ?4`,
        app,
        job,
        after,
        limit,
      )
      return rows.map(toItem)
    },

    async countItems(app, job) {
      const rows = await db.all<{ outcome: BulkOutcome; count: number }>(
        `select outcome, count(*) as count from bulk_items where app = ?1 and job = ?2 group by outcome`,
        app,
        job,
      )
      const of = (outcome: BulkOutcome) => rows.find((row) => row.outcome === outcome)?.count ?? 0
      const [done, refused, changed] = [of('done'), of('refused'), of('changed')]
      return { total: of('pending') + done + refused + changed, done, refused, changed }
    },

    async sumItems(app, job) {
      const sums = await db.get<BulkMoved>(
        `select cast(coalesce(sum(members), 0) as bigint) as members, cast(coalesce(sum(messages), 0) as bigint) as messages
         from bulk_items where app = ?1 and job = ?2`,
        app,
        job,
      )
      return sums ?? { members: 0, messages: 0 }
    },
  }
}

/** Writes of what a job is about, and what became of it. */
function itemWrites(
  db: Database,
): Pick<BulkStore, 'addItems' | 'removeItems' | 'lockPending' | 'settleItem'> {
  const pending = `select ${itemColumns} from bulk_items
    where app = ?1 and job = ?2 and seq = ?3 and outcome = 'pending' ${forUpdate(db)}`

  return {
    async addItems(app, job, items) {
      for (const { seq, room, name, draft, digest } of items)
        await db.run(
          `insert into bulk_items (app, job, seq, room, name, draft, outcome, digest, word, error, members, messages)
           values (?1, ?2, ?3, ?4, coalesce((select name from rooms where app = ?1 and id = ?4), ?7), ?5, 'pending', ?6,
             '', '', 0, 0) on conflict do nothing`,
          app,
          job,
          seq,
          room,
          draft,
          digest,
          name,
        )
    },

    removeItems: async (app, job, limit) =>
      db.run(
        `delete from bulk_items where app = ?1 and job = ?2 and seq in (
           select seq from bulk_items where app = ?1 and job = ?2 order by seq limit ?3)`,
        app,
        job,
        limit,
      ),

    async lockPending(app, job, seq) {
      const row = await db.get<ItemRow>(pending, app, job, seq)
      return row && toItem(row)
    },

    async settleItem(app, job, { seq, room, outcome, digest, word, error, members, messages, usernames }) {
      await db.run(
        `update bulk_items set room = ?4, outcome = ?5, digest = ?6, word = ?7, error = ?8, members = ?9, messages = ?10,
           usernames = ?11
         where app = ?1 and job = ?2 and seq = ?3 and outcome = 'pending'`,
        app,
        job,
        seq,
        room,
        outcome,
        digest,
        word,
        error,
        members,
        messages,
        JSON.stringify(usernames),
      )
    },
  }
}

/** Reads and writes the tables `bulk_jobs` and `bulk_items`. */
export function bulkStore(db: Database): BulkStore {
  return {
    ...bulkReads(db),
    ...bulkLeases(db),
    ...itemWrites(db),

    async addJob(app, job, listed) {
      await db.run(
        `insert into bulk_jobs (app, id, given, listed, is_dry_run, based_on, state, error, total, done, refused, changed,
           created, ended, holder, expires)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, '', 0, 0, 0, 0, ?8, 0, '', 0)`,
        app,
        job.id,
        JSON.stringify(job.given),
        listed,
        job.isDryRun ? 1 : 0,
        job.basedOn,
        job.state,
        job.createdMs,
      )
    },

    async countOpen(app) {
      const sql = `select count(*) as count from bulk_jobs where app = ?1 and ended = 0`
      return (await db.get<{ count: number }>(sql, app))?.count ?? 0
    },

    async changeJob(app, id, { state, error, total, done, refused, changed, endedMs, members, messages }) {
      const sql = `update bulk_jobs set state = ?3, error = ?4, total = ?5, done = ?6, refused = ?7, changed = ?8, ended = ?9, members = ?10, messages = ?11,
          listed = case when ?9 > 0 then '' else listed end
        where app = ?1 and id = ?2 and ended = 0`
      return (
        (await db.run(
          sql,
          app,
          id,
          state,
          error,
          total,
          done,
          refused,
          changed,
          endedMs,
          members,
          messages,
        )) > 0
      )
    },

    async removeEnded(beforeMs, limit) {
      const job = await db.get<BulkHeld>(
        `select app, id from bulk_jobs where ended > 0 and ended < ?1 order by ended limit 1 ${forUpdate(db)}`,
        beforeMs,
      )
      if (!job) return false
      const removed = await this.removeItems(job.app, job.id, limit)
      if (removed < limit) await db.run(`delete from bulk_jobs where app = ?1 and id = ?2`, job.app, job.id)
      return true
    },
  }
}
