import { limits } from '../domain/limits.ts'

/** Ids count milliseconds from here: the next 69 years fit. */
const epoch = Date.UTC(2026, 0)
/** Nodes of one store, and ids of a node in one millisecond; a burst borrows from the next milliseconds. */
const nodes = limits.nodes.value
const perMillisecond = 64

/**
 * Ids of messages and events: each larger than the last of this node, and of no other node below 64. Like room
 * ids they stay below 2^53, so that they are the same as numbers and as texts.
 */
export function messageIds(node: number): (now: number) => bigint {
  let last = 0
  let sequence = 0
  return (now) => {
    if (now > last) {
      last = now
      sequence = 0
    } else if (++sequence === perMillisecond) {
      last += 1
      sequence = 0
    }
    return BigInt(((last - epoch) * nodes + node) * perMillisecond + sequence)
  }
}
