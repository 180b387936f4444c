import type { HistoryStore } from '../store/history/history.ts'
import type { ReadStore } from '../store/store.ts'
import type { Commit, Rehearse } from './commit.ts'
import type { WriteHistory } from './history-writer.ts'
import type { WriterPlace } from './writer-messages.ts'

/** What the first thread, which opened the embedded store, gives to another one that shares it. */
export interface SharedStore {
  writer: WriterPlace
  writeHistory: WriteHistory
}

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
  /**
   * Applies what other threads have written and answered, where there are others; where something takes a while, resolves
   * when it is done.
   */
  catchUp?(): undefined | Promise<void>
  /** Lets one more thread use the embedded store. */
  share?(): SharedStore
  /** Calls back when the thread that writes dies, which ends all writes. */
  onDeath?(died: (error: unknown) => void): void
  /** The thread that writes has died, as the first thread knows. */
  died?(error: unknown): void
  close(): Promise<void>
}
