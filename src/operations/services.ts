import type { Login } from '../auth/login.ts'
import type { Passwords } from '../auth/passwords.ts'
import type { Presence } from '../cluster/presence-types.ts'
import type { Rates } from '../cluster/rate-types.ts'
import type { AppRecord } from '../domain/app.ts'
import type { KeywordsOf } from '../domain/keywords/matcher.ts'
import type { Messenger, Speaking } from '../domain/messenger.ts'
import type { Role } from '../domain/role.ts'
import type { ReadMessage } from '../domain/shown-message.ts'
import type { Text } from '../domain/text.ts'
import type { Commit, Rehearse } from '../engine/commit.ts'
import type { EventFeed } from '../engine/event-feed.ts'
import type { Attachments } from '../store/attachments.ts'
import type { HistoryReads, HistoryStore } from '../store/history/history.ts'
import type { HourlyFiles } from '../store/history/hourly-files.ts'
import type { ReadStore } from '../store/store.ts'
import type { OperationRequest } from './request.ts'

/** What is stored of messages. */
export type History = HistoryReads & Pick<HistoryStore, 'hide' | 'clear'>

/** A call that is tried: as whom, and with what. */
export type Tried = Pick<OperationRequest, 'app' | 'params' | 'query' | 'body' | 'client'> & {
  id: string
  /** Undefined where the app itself calls, null where the call has no token. */
  username: string | null | undefined
  /** By their names in lower case. */
  headers: ReadonlyMap<string, string>
}

/** What would have to change for a call to be done. */
export interface Remedy {
  change: Text
  lifted_by: {
    /** Calls, by their `operationId`. */
    calls?: readonly string[]
    /** Settings of the app or the server. */
    settings?: readonly string[]
    /** Who may make the call. */
    roles?: readonly Role[]
  }
}

/** What a call would do, or the failure and the rule behind it. */
export interface Explained extends Partial<Remedy> {
  allowed: boolean
  code?: number
  status?: number
  error?: string
  error_description?: string
  why?: Text
  events?: unknown[]
  speaking?: Omit<Speaking, 'silence'>
}

/** Runs a call and rolls it back. Fails for calls that cannot be. */
export type Explain = (tried: Tried) => Promise<Explained>

/** What actions use beside the store. */
export interface Services extends Messenger {
  store: ReadStore
  /** Runs a write. */
  commit: Commit
  /** Runs a write and rolls it back. */
  rehearse: Rehearse
  login: Login
  passwords: Passwords
  presence: Presence
  attachments: Attachments
  readMessage: ReadMessage
  hourlyFiles: HourlyFiles
  /** Messages of rooms, where the app has a history. */
  history: History
  explain: Explain
  /** Counts what apps do in a second. */
  rates: Rates
  /** What happens, from the log of events. */
  feed: EventFeed
  /** An app as it is now. */
  appOf(id: number): AppRecord | undefined
  /** Fails where a callback must not go to this URL. */
  checkTarget(url: string): void
  /** What the messages of an app are held against. */
  keywordsOf: KeywordsOf
}
