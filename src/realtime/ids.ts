import { idsPerMillisecond, messageId } from '../domain/message-ids.ts'

/**
 * Ids of messages and events: each larger than the last of this node, and of no other node below 64. Like room
 * ids they stay below 2^53, so that they are the same as numbers and as texts. A burst borrows from the next
 * milliseconds, and a clock that steps back begins where it was: `after` is the time (Unix ms) of the latest id that an
 * earlier process is known to have given.
 */
export function messageIds(node: number, after = 0): (now: number) => bigint {
  let last = after
  let sequence = 0
  return (now) => {
    if (now > last) {
      last = now
      sequence = 0
    } else if (++sequence === idsPerMillisecond) {
      last += 1
      sequence = 0
    }
    return BigInt(messageId(last, node, sequence))
  }
}
