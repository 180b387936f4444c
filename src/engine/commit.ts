import type { Caller, Event } from '../domain/event.ts'
import type { FailureWord } from '../domain/failure.ts'
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

/** Runs a write; its output is there when it is stored, and its events were published on this node. */
export type Commit = <Input, Output>(
  app: number,
  caller: Caller,
  operation: Write<Input, Output>,
  input: Input,
) => Promise<Output>

/** A write that somebody asks for. `app` is an app's number; 0 for writes on apps themselves. */
export interface Request {
  app: number
  caller: Caller
  operation: Write
  input: unknown
}

/** The same as JSON, which crosses threads: the write by its name. */
export type SentRequest = Omit<Request, 'operation'> & { operation: string }

/** What a write answers, and what it changed. */
export interface Done {
  result: unknown
  events: Event[]
}

/** What came of a request, as data that can cross threads. */
export type Outcome =
  | Done
  | { failure: { word: FailureWord; text: string; status: number; cause: string | undefined } }
  | { error: string }

/** A request that waits for its transaction. */
export interface Waiting {
  request: Request
  resolve(result: unknown): void
  reject(reason: unknown): void
}

/** Called with what a write changed, before its caller has the answer. */
export type OnEvents = (events: Event[]) => undefined | Promise<void>

/** A commit that hands requests to `run`. */
export const committing =
  (run: (request: Request) => Promise<unknown>): Commit =>
  (app, caller, operation, input) =>
    run({ app, caller, operation, input }) as Promise<never>
