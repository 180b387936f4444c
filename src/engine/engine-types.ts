import type { HistoryStore } from '../store/history/history.ts'
import type { ReadStore } from '../store/store.ts'
import type { Commit, Rehearse } from './commit.ts'

/** A store that is open: reads, writes, and whether it can do both now. */
export interface Engine {
  kind: 'sqlite' | 'postgres'
  store: ReadStore
  commit: Commit
  /** Messages of rooms, for apps with a history. */
  history: HistoryStore
  rehearse: Rehearse
  /** Fails, with the reason, when the store does not respond. */
  check(): Promise<void>
  /** What waits to be written, and what was committed since the start; of the embedded store alone. */
  load?(): { waiting: number; commits: number; operations: number }
  /** What is under way or waits on PostgreSQL, and the connections for it. */
  pool?(): { busy: number; size: number }
  close(): Promise<void>
}
