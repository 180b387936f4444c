import {
  type BulkAction,
  type BulkCounts,
  type BulkItem,
  type BulkMoved,
  type BulkState,
  bulkDiffers,
  isOpen,
} from '../../domain/bulk.ts'
import { digestOf, membersMoved, whoMoved } from '../../domain/bulk-events.ts'
import type { AppEvent, RoomEvent } from '../../domain/event.ts'
import { limits } from '../../domain/limits.ts'
import { appOnly } from '../allowed.ts'
import type { LeaseHolder } from '../lease.ts'
import { type Transaction, write } from '../operation.ts'
import { steps } from './tasks.ts'

/** Items that are removed in one transaction: few enough that no write waits for it. */
const prunedItems = 1000

/** Takes jobs for a process, or renews that it has them; returns those that it has now. */
export const holdBulk = write({
  id: 'holdBulk',
  allowed: appOnly,
  run: ({ store, now }, { process, leaseMs, alone }: LeaseHolder) =>
    store.bulk.hold(process, now, now + leaseMs, limits.bulkJobsOfProcess.value, alone),
})

/** Lets others have the jobs of a process that ends. */
export const releaseBulk = write({
  id: 'releaseBulk',
  allowed: appOnly,
  run: ({ store }, { process }: Pick<LeaseHolder, 'process'>) => store.bulk.release(process),
})

/** A process that writes down the rooms of a job, as long as it has it: one that was held up may have lost it. */
interface Collector {
  job: string
  process: string
}

/** Writes down some of the rooms of a job; returns whether it could. */
export const addBulkItems = write({
  id: 'addBulkItems',
  allowed: appOnly,
  async run({ app, store }, { job, process, items }: Collector & { items: BulkItem[] }) {
    if (!(await store.bulk.collects(app.id, job, process))) return false
    await store.bulk.addItems(app.id, job, items)
    return true
  },
})

/** Removes some of what was written down of a job that has not begun; returns whether there was any. */
export const clearBulkItems = write({
  id: 'clearBulkItems',
  allowed: appOnly,
  async run({ app, store }, { job, process }: Collector) {
    if (!(await store.bulk.collects(app.id, job, process))) return false
    return (await store.bulk.removeItems(app.id, job, prunedItems)) > 0
  },
})

/** Whose turn it is. */
interface Turn {
  job: string
  seq: number
  action: BulkAction
}

/** What became of a room. */
interface Ran {
  room: string
  digest: string
  members: number
  usernames: string[]
}

/**
 * Does what a job does to one room, and stores that it is done, in one transaction: never twice, and never half. Returns nothing where
 * that is settled already, or the job has ended. Fails as the operation does.
 */
export const runBulkItem = write({
  id: 'runBulkItem',
  allowed: appOnly,
  auditedAs: ({ action }: Turn) => steps[action].audited,

  async run(transaction: Transaction, { job: id, seq, action }: Turn): Promise<Ran | undefined> {
    const { app, store } = transaction
    await store.bulk.lockJob(app.id, id, 'shared')
    const job = await store.bulk.findJob(app.id, id)
    if (job?.state !== 'running') return undefined
    const item = await store.bulk.lockPending(app.id, id, seq)
    if (!item) return undefined
    const events: (RoomEvent | AppEvent)[] = []
    let room = item.room
    const emit: Transaction['emit'] = (event, of) => {
      events.push(event)
      if (event.type === 'room.created') room = of ?? room
      transaction.emit(event, of)
    }
    const named = limits.bulkMembersNamed.value
    const going = action === 'dissolve' ? await store.members.pageMembers(app.id, room, named, 0) : undefined
    await steps[action].execute({ ...transaction, emit }, item.room, job.given, item.draft)
    const digest = digestOf(events)
    if (item.digest !== '' && item.digest !== digest) throw bulkDiffers()
    const usernames = going ?? whoMoved(events).slice(0, named)
    const ran = { room, digest, members: membersMoved(events), usernames }
    await store.bulk.settleItem(app.id, id, { ...item, ...ran, outcome: 'done' })
    return ran
  },
})

/** Stores what became of rooms to which nothing was done; returns whether the job still was to go on. */
export const settleBulkItems = write({
  id: 'settleBulkItems',
  allowed: appOnly,
  async run({ app, store }, { job, items }: { job: string; items: BulkItem[] }) {
    await store.bulk.lockJob(app.id, job, 'shared')
    if ((await store.bulk.findJob(app.id, job))?.state !== 'running') return false
    for (const item of items) await store.bulk.settleItem(app.id, job, item)
    return true
  },
})

type Progress = BulkCounts & {
  job: string
  state: BulkState
  error?: string
  isPublished: boolean
  /** When it is done. */
  moved?: BulkMoved
  /** Whoever has written down its rooms. */
  collector?: string
}

const nothing: BulkMoved = { members: 0, messages: 0 }

/** Stores how far a job is; returns whether it still was to go on. */
export const progressBulk = write({
  id: 'progressBulk',
  allowed: appOnly,

  async run(
    { app, store, now, emit },
    { job: id, state, error = '', isPublished, moved = nothing, collector, ...counts }: Progress,
  ) {
    if (collector !== undefined && !(await store.bulk.collects(app.id, id, collector))) return false
    const job = await store.bulk.findJob(app.id, id)
    if (!job || !isOpen(job.state)) return false
    const endedMs = isOpen(state) ? 0 : now
    await store.bulk.changeJob(app.id, id, { ...counts, ...moved, state, error, endedMs })
    const { given, isDryRun: dryRun } = job
    if (isPublished) emit({ type: 'bulk.changed', job: id, action: given.action, state, dryRun, ...counts })
    return true
  },
})

/** Removes some of a job that ended before a time (Unix ms); returns 1 where there was one. */
export const pruneBulk = write({
  id: 'pruneBulk',
  allowed: appOnly,
  run: async ({ store }, { beforeMs }: { beforeMs: number }) =>
    (await store.bulk.removeEnded(beforeMs, prunedItems)) ? 1 : 0,
})
