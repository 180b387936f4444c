import { limits } from './limits.ts'

/** Ids count milliseconds from here: the next 69 years fit. */
const epoch = Date.UTC(2026, 0)
/** Ids of a node in one millisecond. */
export const idsPerMillisecond = 64

const perMillisecond = limits.nodes.value * idsPerMillisecond

/** The id of the `sequence`th message of a node in the millisecond `at` (Unix ms). */
export const messageId = (at: number, node: number, sequence: number): number =>
  (at - epoch) * perMillisecond + node * idsPerMillisecond + sequence

/** Reads a message id; undefined for a text that is none. */
export const readMessageId = (text: string): number | undefined =>
  /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined

/** When the message with an id was accepted (Unix ms). */
export const timeOfMessage = (id: number): number => epoch + Math.floor(id / perMillisecond)

/** Whether the time in which a message can be recalled is over at `nowMs` (Unix ms), by its id. */
export const isTooOldToRecall = (id: number, nowMs: number): boolean =>
  nowMs - timeOfMessage(id) > limits.recallTime.value

/** The lowest id that a message of `at` (Unix ms) or later can have. */
export const firstMessageId = (at: number): number => messageId(at, 0, 0)
