import type { Logger } from 'pino'
import { coalesced, every } from '../../cluster/every.ts'
import { type Event, theApp } from '../../domain/event.ts'
import { isAppGone } from '../../domain/failures.ts'
import type { Engine } from '../../engine/engine-types.ts'
import type { Publisher } from '../../engine/publisher.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import { rateLimited } from '../../metrics/rate-limited-log.ts'
import { holdBulk, releaseBulk } from '../../operations/bulk/run-bulk.ts'
import { jobRunner } from './run-job.ts'

interface Given {
  engine: Engine
  events: Pick<Publisher<Event[]>, 'subscribe'>
  log: Logger
  /** Length of the lease of a job, in milliseconds. */
  leaseMs: number
}

/** Runs bulk jobs: each belongs to one process, for as long as that renews its lease. */
export function startBulkJobs({ engine, events, log, leaseMs }: Given) {
  const { commit, kind } = engine
  const counters = { done: 0, refused: 0, changed: 0 }
  const process = crypto.randomUUID()
  const run = jobRunner(engine, counters, process)
  const running = new Map<string, Promise<void>>()
  let held = new Set<string>()
  let leasedUntil = 0
  let isStopped = false

  const told = rateLimited((error: unknown, times) =>
    log.warn({ err: error, times }, 'a bulk job could not go on; it is tried again'),
  )
  const failed = (error: unknown) => {
    if (!isStopped) told(error)
  }

  function begin(app: number, id: string): void {
    const key = `${app}/${id}`
    if (running.has(key)) return
    const isMine = () => !isStopped && held.has(key) && performance.now() < leasedUntil
    const job = run(app, id, isMine)
      .then(() => true)
      .catch((error) => {
        if (!isAppGone(error)) failed(error)
        return false
      })
      .then((isDone) => {
        running.delete(key)
        // There is room for another one.
        if (isDone && !isStopped) looking.run()
      })
    running.set(key, job)
  }

  /** Takes and renews the leases of jobs, and begins those that are new. */
  async function look(): Promise<boolean> {
    const begun = performance.now()
    const jobs = await commit(0, theApp, holdBulk, { process, leaseMs, alone: kind === 'sqlite' })
    leasedUntil = begun + leaseMs
    held = new Set(jobs.map(({ app, id }) => `${app}/${id}`))
    for (const { app, id } of jobs) begin(app, id)
    return false
  }

  const looking = coalesced(look, failed)
  const stop = every(leaseMs / 3, looking.run, failed)
  events.subscribe((batch) => {
    if (batch.some((event) => event.type === 'bulk.changed' && event.state === 'collecting'))
      void looking.run()
  })
  void looking.run()

  return {
    /** Registers what jobs count. */
    measured(metrics: Metrics): Metrics {
      metrics.gauge('chatroomd_bulk_jobs', 'Bulk jobs that this process runs.', () => running.size)
      metrics.counter('chatroomd_bulk_rooms_total', 'Chat rooms of bulk jobs, by outcome.', () =>
        Object.entries(counters).map(([outcome, count]): [Record<string, string>, number] => [
          { outcome },
          count,
        ]),
      )
      return metrics
    },

    async [Symbol.asyncDispose](): Promise<void> {
      isStopped = true
      stop()
      await looking.stop()
      await Promise.all(running.values())
      await commit(0, theApp, releaseBulk, { process }).catch(() => undefined)
    },
  }
}
