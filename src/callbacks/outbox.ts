import type { AppDirectory } from '../auth/app-directory.ts'
import { coalesced, every } from '../cluster/every.ts'
import { type Event, theApp } from '../domain/event.ts'
import type { Tracer } from '../domain/tracing.ts'
import type { Engine } from '../engine/engine-types.ts'
import type { Publisher } from '../engine/publisher.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { holdCallbacks, releaseCallbacks, settleCallbacks } from '../operations/callbacks/deliver.ts'
import { attempting } from './attempt.ts'
import { guardedPost, tracedPost } from './guarded-post.ts'
import type { CallbackTerms } from './worker-types.ts'
import { ruleWorkers, type Settle } from './workers.ts'

const usualTerms: CallbackTerms = { lookMs: 1000, gatherMs: 20, now: Date.now, random: Math.random }

interface Given {
  engine: Pick<Engine, 'kind' | 'store' | 'commit'>
  /** Whether callbacks may go to an address. */
  mayCall(address: string): boolean
  apps: Pick<AppDirectory, 'ofId'>
  events: Pick<Publisher<Event[]>, 'subscribe'>
  /** Hears what could not be done and is retried. */
  failed(error: unknown): void
  /** Length of the lease of a rule, in milliseconds. */
  leaseMs: number
  terms?: Partial<CallbackTerms> | undefined
  tracer?: Tracer | undefined
}

/** Delivers callbacks from the log of events: each rule belongs to one process, for as long as that renews its lease. */
export function startOutbox({
  engine,
  mayCall,
  apps,
  events,
  failed: told,
  leaseMs,
  tracer,
  ...given
}: Given) {
  const { store, commit } = engine
  const attempt = attempting(tracedPost(guardedPost(mayCall), tracer))
  const alone = engine.kind === 'sqlite'
  const terms = { ...usualTerms, ...given.terms }

  const process = crypto.randomUUID()
  const counters = { delivered: 0, failed: 0, dead: 0 }
  let isStopped = false
  let leasedUntil = 0

  const failed = (error: unknown) => {
    if (!isStopped) told(error)
  }
  const settle: Settle = (held, settled) =>
    commit(held.app, theApp, settleCallbacks, { held, process, settled })
  const workers = ruleWorkers({ store, attempt, counters, terms, failed, settle, appOf: apps.ofId })

  /** Takes and renews leases, and brings the workers in line with them. */
  async function look(): Promise<boolean> {
    const begun = performance.now()
    const held = await commit(0, theApp, holdCallbacks, { process, leaseMs, alone })
    leasedUntil = begun + leaseMs
    return workers.align(held)
  }

  const looking = coalesced(look, failed)

  /** A lease that could not be renewed in time is lost: another process may deliver. */
  async function endLost(): Promise<void> {
    if (performance.now() < leasedUntil) return
    await workers.endAll()
  }

  const stops = [every(leaseMs / 3, looking.run, failed), every(leaseMs / 10, endLost, failed)]
  // Rules may have changed, and there may be more to deliver.
  events.subscribe((batch) => {
    if (batch.some(({ type }) => type === 'callback.changed')) looking.run()
    if (workers.size() > 0) for (const { app } of batch) workers.wake(app)
  })
  looking.run()

  return {
    /** There is more in the log of an app. */
    wake: workers.wake,

    /** Registers what deliveries count. */
    measured(metrics: Metrics): Metrics {
      const { counter, gauge } = metrics
      counter(
        'chatroomd_callbacks_delivered_total',
        'Callbacks that were delivered.',
        () => counters.delivered,
      )
      counter(
        'chatroomd_callbacks_failed_total',
        'Attempts to deliver a callback that failed.',
        () => counters.failed,
      )
      counter('chatroomd_callbacks_dead_total', 'Callbacks that were given up.', () => counters.dead)
      gauge('chatroomd_callback_rules', 'Callback rules that this process delivers.', workers.size)
      gauge('chatroomd_callback_lag_seconds', 'Age of the oldest event that waits to be delivered.', () => {
        const oldest = workers.oldestUs()
        return oldest === undefined ? 0 : Math.max(0, Date.now() / 1000 - oldest / 1e6)
      })
      return metrics
    },

    async [Symbol.asyncDispose](): Promise<void> {
      isStopped = true
      for (const stop of stops) stop()
      await looking.stop()
      await workers.endAll()
      await commit(0, theApp, releaseCallbacks, { process }).catch(() => undefined)
    },
  }
}
