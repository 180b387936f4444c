import {
  type BulkCounts,
  type BulkItem,
  type BulkJob,
  bulkDiffers,
  refusalDigest,
} from '../../domain/bulk.ts'
import { type Caller, theApp } from '../../domain/event.ts'
import { Failure } from '../../domain/failure.ts'
import type { Engine } from '../../engine/engine-types.ts'
import {
  addBulkItems,
  clearBulkItems,
  progressBulk,
  runBulkItem,
  settleBulkItems,
} from '../../operations/bulk/run-bulk.ts'
import type { ReadStore } from '../../store/store.ts'
import { collect } from './collect.ts'

type Given = Pick<Engine, 'store' | 'commit' | 'rehearse' | 'history'>

/** Rooms at a time: so few that a call which comes meanwhile waits no longer than usual. */
const wave = 4

/** After each wave a job rests for as many times as long as the wave took: others come first. */
const pause = 2

/** Progress is stored as often as this. */
const progressMs = 1000

/** A refusal by a rule; anything else ends the attempt. */
function refusalIn(error: unknown): Failure {
  if (error instanceof Failure && error.status < 500) return error
  throw error
}

/** In whose name rooms are changed. */
const doerOf = ({ given: { operator } }: BulkJob): Caller =>
  operator === undefined ? theApp : { kind: 'app', operator }

type Tally = Omit<BulkCounts, 'total'>

function tally(items: BulkItem[], counts: Tally[]): void {
  for (const { outcome } of items) if (outcome !== 'pending') for (const each of counts) each[outcome] += 1
}

/** What a job is when all of its rooms had their turn. */
const endOf = async ({ bulk }: Pick<ReadStore, 'bulk'>, app: number, job: string) => {
  const counts = await bulk.countItems(app, job)
  return { job, state: 'done', isPublished: true, moved: await bulk.sumItems(app, job), ...counts } as const
}

/** Runs one job for a process, room by room, and leaves two thirds of the time to others. */
export function jobRunner({ store, commit, rehearse, history }: Given, total: Tally, process: string) {
  /** What would happen to a room. */
  async function tryOut(app: number, job: BulkJob, item: BulkItem): Promise<BulkItem | undefined> {
    const { action } = job.given
    const input = { job: job.id, seq: item.seq, action }
    try {
      const { output } = await rehearse(app, doerOf(job), runBulkItem, input)
      if (!output) return undefined
      const messages = action === 'dissolve' ? await history.count(app, item.room) : 0
      const room = action === 'create' ? '' : item.room
      return { ...item, ...output, room, messages, outcome: 'done' }
    } catch (error) {
      const { word, text } = refusalIn(error)
      return { ...item, word, error: text, digest: refusalDigest(word, text), outcome: 'refused' }
    }
  }

  /** Does it to a room; returns an item that is not settled yet. */
  async function act(app: number, job: BulkJob, item: BulkItem, counts: BulkCounts) {
    try {
      const ran = await commit(app, doerOf(job), runBulkItem, {
        job: job.id,
        seq: item.seq,
        action: job.given.action,
      })
      if (ran) counts.done += 1
      return undefined
    } catch (error) {
      const { word, text } = refusalIn(error)
      const differs = item.digest !== '' && item.digest !== refusalDigest(word, text)
      const said = differs ? bulkDiffers() : { word, text }
      return { ...item, word: said.word, error: said.text, outcome: differs ? 'changed' : 'refused' } as const
    }
  }

  async function runWave(app: number, job: BulkJob, items: BulkItem[], counts: BulkCounts): Promise<void> {
    const { done } = counts
    const settled = await Promise.all(
      items.map((item) => (job.isDryRun ? tryOut(app, job, item) : act(app, job, item, counts))),
    )
    const unsettled = settled.filter((item) => item !== undefined)
    total.done += counts.done - done
    if (unsettled.length === 0) return
    if (await commit(app, theApp, settleBulkItems, { job: job.id, items: unsettled }))
      tally(unsettled, [counts, total])
  }

  async function runItems(app: number, job: BulkJob, isMine: () => boolean): Promise<void> {
    const counts = await store.bulk.countItems(app, job.id)
    const tenthOf = () => Math.floor(((counts.done + counts.refused + counts.changed) * 10) / counts.total)
    let tenth = tenthOf()
    let stored = performance.now()
    for (let after = 0; isMine(); ) {
      const begun = performance.now()
      const items = await store.bulk.listItems(app, job.id, after, wave, 'pending')
      if (items.length === 0) break
      await runWave(app, job, items, counts)
      after = items.at(-1)?.seq ?? after
      const now = performance.now()
      if (now - stored > progressMs) {
        const isPublished = tenthOf() > tenth
        tenth = tenthOf()
        stored = now
        const progress = { job: job.id, state: 'running', isPublished, ...counts } as const
        if (!(await commit(app, theApp, progressBulk, progress))) return
      }
      await Bun.sleep(Math.max(1, (performance.now() - begun) * pause))
    }
    if (!isMine()) return
    await commit(app, theApp, progressBulk, await endOf(store, app, job.id))
  }

  /** Writes down which rooms it is about, from the start: what an earlier process wrote down may be out of date. */
  async function begin(app: number, job: BulkJob, isMine: () => boolean): Promise<boolean> {
    const collector = { job: job.id, process }
    while (await commit(app, theApp, clearBulkItems, collector));
    const write = (items: BulkItem[]) => commit(app, theApp, addBulkItems, { ...collector, items })
    const error = await collect(store, app, job, write, isMine)
    if (!isMine()) return false
    const counts = await store.bulk.countItems(app, job.id)
    const state = error === '' ? 'running' : 'failed'
    const progress = { job: job.id, state, error, isPublished: true, collector: process, ...counts } as const
    return (await commit(app, theApp, progressBulk, progress)) && error === ''
  }

  /** Runs a job until it ends, or until it is not this process's any more. */
  return async (app: number, id: string, isMine: () => boolean): Promise<void> => {
    const job = await store.bulk.findJob(app, id)
    if (!job) return
    if (job.state === 'running') return runItems(app, job, isMine)
    if (job.state === 'collecting' && (await begin(app, job, isMine))) await runItems(app, job, isMine)
  }
}
