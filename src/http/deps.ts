import type { Login } from '../auth/login.ts'
import type { Operators } from '../auth/operators.ts'
import type { Passwords } from '../auth/passwords.ts'
import type { Presence } from '../cluster/presence-types.ts'
import type { Rates } from '../cluster/rate-types.ts'
import type { AppRecord } from '../domain/app.ts'
import type { AppSettings } from '../domain/app-settings.ts'
import type { KeywordsOf } from '../domain/keywords/matcher.ts'
import type { Messenger } from '../domain/messenger.ts'
import type { ReadinessPolls } from '../domain/readiness-polls.ts'
import type { Retries } from '../domain/retry.ts'
import type { ReadMessage } from '../domain/shown-message.ts'
import type { Tracer } from '../domain/tracing.ts'
import type { Copy, UpkeepJob, UpkeepKind } from '../domain/upkeep.ts'
import type { Commit, Rehearse } from '../engine/commit.ts'
import type { EventFeed } from '../engine/event-feed.ts'
import type { ResponseCache } from '../engine/response-cache.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { HttpOperation } from '../operations/operation.ts'
import type { Permission } from '../operations/permissions.ts'
import type { Explain, History } from '../operations/services.ts'
import type { Attachments } from '../store/attachments.ts'
import type { Awaitable } from '../store/database.ts'
import type { HourlyFiles } from '../store/history/hourly-files.ts'
import type { ReadStore } from '../store/store.ts'
import type { Origin } from './origin.ts'
import type { PageAccess } from './page-guard.ts'

/** What an operator of the console, by name, does to apps, which are named as `org#app`. */
interface AppAdmin {
  /** Returns the credentials of the new app; its secret is never shown again. */
  createApp(operator: string, key: string): Promise<{ clientId: string; clientSecret: string }>
  /** Returns all settings of the app, as they are then. */
  changeApp(operator: string, key: string, change: Partial<AppSettings>): Promise<AppSettings>
}

/** Backup, export and doctor. */
interface Upkeep {
  job(): Awaitable<UpkeepJob | null>
  begin(wanted: { operator: string; kind: UpkeepKind }): Awaitable<UpkeepJob>
  /** Keeps the copy until `close`. */
  open(operator: string): Awaitable<Copy>
  read(copy: Copy): AsyncGenerator<Uint8Array>
  close(): Awaitable<void>
  remove(operator: string): Awaitable<void>
}

/** What the routes are given. */
export interface Deps extends Origin, Messenger {
  /** Reads only; every acknowledged commit is visible to it. */
  store: ReadStore
  commit: Commit
  rehearse: Rehearse
  /** As `rehearse`, without a count towards what the caller may change in a second. */
  explore: Rehearse
  /** Decides as the messenger does, and sends nothing. */
  rehearsedMessenger: Messenger
  retries: Retries
  login: Login
  passwords: Passwords
  operators: Operators
  presence: Presence
  attachments: Attachments
  history: History
  readMessage: ReadMessage
  hourlyFiles: HourlyFiles
  feed: EventFeed
  responses: ResponseCache
  rates: Rates
  keywordsOf: KeywordsOf
  checkTarget(url: string): void
  metrics: Metrics
  /** Of how many requests one is written to the log; 0 = of none. */
  accessLog: number
  /** None where nobody asked for traces. */
  tracer?: Tracer | undefined
  /** Who may see the metrics and the API description. */
  pages: PageAccess
  explain: Explain
  /** What clients do over their sockets, in the form of calls. */
  overSockets: readonly HttpOperation[]
  /** Rooms and users of each app, by its number; some seconds old at most. */
  countApps(): Promise<ReadonlyMap<number, { rooms: number; users: number }>>
  appAdmin: AppAdmin
  upkeep: Upkeep
  /** Who may do what. */
  permissions: readonly Permission[]
  /** What every node does and holds, in numbers. */
  figures(): Promise<object[]>
  /** The latest lines of the log, each JSON text. */
  recentLog(): string[] | Promise<string[]>
  /** Whether the server has been asked to stop: others should be called instead. */
  isStopping(): boolean
  /** Takes note of who asks for readiness. */
  polls: Pick<ReadinessPolls, 'asked'>
  /** Fails, with the reason, when the store does not respond. */
  check(): Promise<void>
  /** The app that `/{org}/{name}` names. */
  findApp(org: string, name: string): AppRecord | undefined
  appOf(id: number): AppRecord | undefined
  now(): number
}
