import { firstMessageId } from '../../domain/message-ids.ts'
import type { MessageRow } from '../../store/messages.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** What a node stores of the messages that it has accepted, of whatever app. */
export interface Accepted {
  rows: MessageRow[]
  /** Ids of messages that were recalled. */
  recalled: number[]
}

/** Stores what recalls and repeated messages are checked against. */
export const storeMessages = write({
  id: 'storeMessages',
  allowed: appOnly,

  async run({ store }, { rows, recalled }: Accepted) {
    await store.messages.addMessages(rows)
    for (const id of recalled) await store.messages.removeMessage(id)
    if (recalled.length > 0) await store.pins.removePinsOf(recalled)
  },
})

/** Messages that are removed in one transaction: few enough that no write waits for it. */
export const prunedMessages = 1000

/** Removes messages that were accepted before a time (Unix ms), at most 1000 of them; returns how many. */
export const pruneMessages = write({
  id: 'pruneMessages',
  allowed: appOnly,
  run: ({ store }, { beforeMs }: { beforeMs: number }) =>
    store.messages.removeMessagesBefore(firstMessageId(beforeMs), prunedMessages),
})
