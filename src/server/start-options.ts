import type { CallbackTerms } from '../callbacks/worker-types.ts'
import type { Tracer } from '../domain/tracing.ts'
import type { LifecycleTerms } from '../operator/lifecycle.ts'
import type { BatchTerms } from '../realtime/room-outbox.ts'

/** What a server is started with beside its configuration: what its process knows, and other times for tests and benches. */
export interface StartOptions {
  /** The most operations that share a commit; for benches. */
  batch?: number
  /** How many lines of the log were lost. */
  lostLines?(): number
  /** The latest lines of the log, each JSON text. */
  recentLog?(): string[]
  /** How often quotas are looked at; for tests. */
  quotaEveryMs?: number
  /** How often what is over is removed; for tests. */
  pruneEveryMs?: number
  /** How callbacks measure time; for tests. */
  callbackTerms?: Partial<CallbackTerms>
  lifecycleTerms?: Partial<LifecycleTerms>
  /** When deliveries to rooms wait for others; for tests. */
  batchTerms?: Partial<BatchTerms>
  /** None where nobody asked for traces. */
  tracer?: Tracer | undefined
}
