import type { SentRequest } from './commit.ts'

/** Most operations that share a commit: bounds how long the first of them waits for the last. */
export const batchLimit = 512

/** What the thread that opened the writer's thread tells it. */
export type ToThread = { open: string; version: SharedArrayBuffer } | { join: MessagePort } | { close: true }

/** What a thread asks of the writer, as JSON; one at a time. */
export type Asked = { batch: SentRequest[] } | { probe: true }

/** The outcomes of a commit, for each thread that writes: its own, and those of others for their events. */
export interface Reply {
  /** Which commit it was, of those that changed something that others know. */
  version: number
  /** The first outcome that is of this thread's own batch, and how many are. */
  from: number
  count: number
  /** Several threads share a commit: one of them counts it. */
  isFirst: boolean
  /** All outcomes as JSON. */
  text: string
}

/** What comes from the writer; a text alone has the outcomes of the only thread that writes. */
export type FromWriter = string | Reply | { probe: string }

/** How a thread reaches the writer. */
export interface WriterPlace {
  port: MessagePort
  /** The number of the last commit of which others have to know. */
  version: SharedArrayBuffer
}
