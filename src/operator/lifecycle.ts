import type { Logger } from 'pino'
import type { AppDirectory } from '../auth/app-directory.ts'
import { every } from '../cluster/every.ts'
import { theApp } from '../domain/event.ts'
import type { Moment } from '../domain/lifecycle.ts'
import { limits } from '../domain/limits.ts'
import type { Engine } from '../engine/engine-types.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { rateLimited } from '../metrics/rate-limited-log.ts'
import { holdLifecycleJob, releaseLifecycleJob } from '../operations/lifecycle/lifecycle-job.ts'
import type { LookedAfter } from '../operations/lifecycle/look-after-room.ts'
import { momentOf } from '../operations/lifecycle/moment.ts'
import { lifecycleRounds } from './lifecycle-rounds.ts'

/** How the job measures time; for tests. */
export interface LifecycleTerms {
  lookMs: number
  /** The moment, of what the clock of the store says. */
  moment(stored: Moment): Moment
}

interface Given {
  engine: Pick<Engine, 'kind' | 'store' | 'commit'>
  apps: Pick<AppDirectory, 'all' | 'ofId'>
  log: Logger
  /** Milliseconds for which the job is this process's. */
  leaseMs: number
  terms?: Partial<LifecycleTerms> | undefined
}

const usualTerms: LifecycleTerms = { lookMs: 1000, moment: (stored) => stored }

/** Dissolves rooms whose time has come, and warns their members before: one process does, for as long as it renews its lease. */
export function startLifecycle({ engine, apps, log, leaseMs, terms: given }: Given) {
  const { store, commit } = engine
  const terms = { ...usualTerms, ...given }
  const alone = engine.kind === 'sqlite'
  const process = crypto.randomUUID()
  const dissolved = { idle_timeout: 0, empty_timeout: 0, expires_at: 0 }
  let warned = 0
  let renewMs = 0
  let heldUntilMs = 0
  let isStopped = false
  let working = Promise.resolve()

  const told = rateLimited((error: unknown, times) =>
    log.warn({ err: error, times }, 'rooms whose time has come could not be dissolved; it is tried again'),
  )
  const failed = (error: unknown) => {
    if (!isStopped) told(error)
  }

  const isHeld = (): boolean => !isStopped && performance.now() < heldUntilMs

  /** Takes or renews the lease; forgets what was seen under an earlier one. */
  async function hold(): Promise<boolean> {
    const begunMs = performance.now()
    if (begunMs < renewMs) return isHeld()
    const wasHeld = isHeld()
    const isOurs = await commit(0, theApp, holdLifecycleJob, { process, leaseMs, alone })
    if (isOurs && !wasHeld) rounds.forget()
    renewMs = begunMs + leaseMs / 3
    heldUntilMs = isOurs ? begunMs + leaseMs : 0
    return isOurs
  }

  function count(done: LookedAfter): void {
    if (done.kind === 'dissolved') dissolved[done.reason] += 1
    else if (done.kind === 'warned') warned += 1
  }

  const rounds = lifecycleRounds({ engine, apps, isHeld, renew: hold, count })

  /** Whether a node was not heard of for so long that activity which it has not stored could be missed; it may be lost. */
  async function isSilent(steadyMs: number): Promise<boolean> {
    const renewedMs = steadyMs - limits.nodeSilence.value
    return (await store.presence.expiredNodes(renewedMs + leaseMs)).length > 0
  }

  async function look(): Promise<void> {
    if (!(await hold())) return
    const now = await momentOf(store)
    if (await isSilent(now.steadyMs)) now.interruptedMs = now.steadyMs
    await rounds.round(terms.moment(now))
  }

  const end = every(terms.lookMs, () => (working = look()), failed)

  return {
    /** Registers what was done. */
    measured(metrics: Metrics): Metrics {
      metrics.counter(
        'chatroomd_rooms_dissolved_total',
        'Chat rooms that were dissolved by themselves, by reason.',
        () => Object.entries(dissolved).map(([reason, count]) => [{ reason }, count]),
      )
      metrics.counter('chatroomd_rooms_warned_total', 'Chat rooms whose members were warned.', () => warned)
      metrics.gauge('chatroomd_lifecycle_job', 'Whether this process dissolves chat rooms: 1 or 0.', () =>
        isHeld() ? 1 : 0,
      )
      return metrics
    },

    async [Symbol.asyncDispose](): Promise<void> {
      isStopped = true
      end()
      await working.catch(() => undefined)
      await commit(0, theApp, releaseLifecycleJob, { process }).catch(() => undefined)
    },
  }
}
