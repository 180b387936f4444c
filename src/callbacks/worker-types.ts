import type { App } from '../domain/app.ts'
import type { CallbackRule } from '../domain/callbacks/rule.ts'
import type { HeldRule, Settled } from '../store/callback-delivery.ts'
import type { ReadStore } from '../store/store.ts'
import type { Attempt } from './attempt.ts'

/** What deliveries have come to; `metrics` shows it. */
interface CallbackCounters {
  delivered: number
  failed: number
  dead: number
}

/** How often a worker looks, and how it measures time; `random` is for jitter. */
export interface CallbackTerms {
  /** Milliseconds between two polls of the log without a notification. */
  lookMs: number
  /** Milliseconds for which results are gathered before they are stored. */
  gatherMs: number
  now(): number
  random(): number
}

/** What all workers share. */
export interface WorkerTools {
  store: Pick<ReadStore, 'events' | 'callbackDelivery'>
  attempt: Attempt
  counters: CallbackCounters
  terms: CallbackTerms
  failed(error: unknown): void
}

export interface WorkerGiven extends WorkerTools {
  app: App
  rule: CallbackRule
  held: HeldRule
  /** Stores what has come of callbacks; false if another process holds the rule now. */
  settle(settled: Settled): Promise<boolean>
}
