import type { Logger } from 'pino'
import type { Login } from '../auth/login.ts'
import type { AppRecord } from '../domain/app.ts'
import type { BeforeSending } from '../domain/callbacks/before.ts'
import type { Tally } from '../domain/tally.ts'
import type { Commit } from '../engine/commit.ts'
import type { Counters } from '../metrics/counters.ts'
import type { ReadStore } from '../store/store.ts'
import type { Live } from './live.ts'
import type { RoomOutbox } from './room-outbox.ts'

/** What real time is given, and what its parts share. */
export interface Parts {
  store: ReadStore
  commit: Commit
  login: Login
  findApp(org: string, name: string): AppRecord | undefined
  now(): number
  log: Logger
  /** Runs callbacks before messages are delivered. */
  before: BeforeSending
  live: Live
  tally: Tally
  counters: Counters
  newId(now: number): bigint
  /** Writes deliveries to rooms of this node, in order. */
  outbox: RoomOutbox
}
