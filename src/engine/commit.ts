import type { Caller, Event } from '../domain/event.ts'
import type { Once } from '../domain/retry.ts'
import type { SentFailure } from '../domain/sent-failure.ts'
import type { Awaitable } from '../store/database.ts'
import type { Transaction } from './transaction.ts'

/** A write, as the engine runs it. Its input and output are JSON: they may cross threads. */
export interface Write<Input = never, Output = unknown> {
  id: string
  /** It decides before it writes and touches no row that its like could hold: on PostgreSQL several share a transaction. */
  sharesTransaction: boolean
  /** Its name in the audit trail, where that has an older one. */
  auditedAs?(input: Input): string
  execute(transaction: Transaction, input: Input): Awaitable<Output>
}

/** The options of a caller for a write beside its input. */
export interface Terms {
  /** Written once for this key of this owner, and the same output for each repetition. */
  once?: Once | undefined
  /** The room must still have this version. */
  version?: string | undefined
}

/** Runs a write; its output is there when it is stored, and its events were published on this node. */
export type Commit = <Input, Output>(
  app: number,
  caller: Caller,
  operation: Write<Input, Output>,
  input: Input,
  terms?: Terms,
) => Promise<Output>

/** Runs a write and rolls it back: what it would return and publish, or its failure. */
export type Rehearse = <Input, Output>(
  app: number,
  caller: Caller,
  operation: Write<Input, Output>,
  input: Input,
  terms?: Terms,
) => Promise<Rehearsed<Output>>

export interface Rehearsed<Output = unknown> {
  output: Output
  events: Event[]
}

/** A requested write. `app` is an app's number; 0 for writes on apps themselves. */
export interface Request {
  app: number
  caller: Caller
  operation: Write
  input: unknown
  terms?: Terms | undefined
  /** It is rolled back. */
  isRehearsal?: boolean
}

/** The same as JSON, which crosses threads: the write by its name. */
export type SentRequest = Omit<Request, 'operation'> & { operation: string }

/** The result of a write, and what it changed. */
export interface Done {
  result: unknown
  events: Event[]
}

/** What came of a request, as data that can cross threads. */
export type Outcome = Done | { failure: SentFailure } | { error: string }

/** A request that waits for its transaction. */
export interface Waiting {
  request: Request
  resolve(result: unknown): void
  reject(reason: unknown): void
}

/** Called with what a write changed, before its caller has the result. */
export type OnEvents = (events: Event[]) => undefined | Promise<void>

/** A commit and a rehearsal that hand requests to `run`. */
export const committing = (
  run: (request: Request) => Promise<unknown>,
): { commit: Commit; rehearse: Rehearse } => ({
  commit: (app, caller, operation, input, terms) =>
    run({ app, caller, operation, input, terms }) as Promise<never>,
  rehearse: (app, caller, operation, input, terms) =>
    run({ app, caller, operation, input, terms, isRehearsal: true }) as Promise<never>,
})
