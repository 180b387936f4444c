import { theApp } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import { firstMessageId, timeOfMessage } from '../domain/message-ids.ts'
import type { RememberedMessage } from '../domain/relayed-message.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import { storeMessages } from '../operations/messages/store-messages.ts'
import type { MessageRow } from '../store/messages.ts'
import type { Parts } from './parts.ts'

/** Messages are buffered this long: a crash can lose these, and those of the running transaction. */
const gatherMs = 50
const retryMs = 1000
/** Messages of one transaction. */
const batch = 1000
/** Messages that may wait for the store. */
const most = limits.messagesUnwritten.value
/** A client that connects again repeats what was not acknowledged: the latest few. */
const mostRepeated = 100

/**
 * Stores the messages that this node accepts, after the fan-out and in batches, so that they can be recalled, and
 * recognised when they are repeated, after a restart and on any node (docs/adr/0057).
 */
export function messageLog({ store, commit, now, log }: Pick<Parts, 'store' | 'commit' | 'now' | 'log'>) {
  const failed = rateLimitedLog(log, 'messages could not be stored for recalls; it is retried')
  let rows: MessageRow[] = []
  let recalled: number[] = []
  let writing: Promise<void> | undefined
  let isStopped = false

  /** Writes until nothing waits; what comes while a transaction is under way is gathered again. */
  async function write(): Promise<void> {
    while (rows.length > 0 || recalled.length > 0) {
      if (!isStopped && rows.length < batch) await Bun.sleep(gatherMs)
      const some = { rows: rows.slice(0, batch), recalled }
      rows = rows.slice(batch)
      recalled = []
      try {
        await commit(0, theApp, storeMessages, some)
      } catch (error) {
        failed(error)
        rows = [...some.rows, ...rows].slice(0, most)
        recalled = [...some.recalled, ...recalled].slice(0, most)
        if (isStopped) break
        await Bun.sleep(retryMs)
      }
    }
    writing = undefined
  }

  return {
    /** Takes in a message that this node has accepted. */
    add({ id, app, room, sender, client, recalls }: RememberedMessage): void {
      if (rows.length < most) rows.push({ id: Number(id), app, room, sender, client: client ?? null })
      if (recalls !== undefined && recalled.length < most) recalled.push(recalls)
      writing ??= write()
    },

    /** A message that any node has accepted, and that nobody has recalled. */
    find: (app: number, id: number) => store.messages.findMessage(app, id),

    /** The latest messages that a client may yet repeat. */
    latest: () =>
      store.messages.messagesOfClients(
        firstMessageId(now() - limits.recallTime.value),
        limits.recentMessages.value / 2,
      ),

    /** What a user may yet repeat. */
    latestOf: (app: number, username: string) =>
      store.messages.messagesOfSender(
        app,
        username,
        firstMessageId(now() - limits.recallTime.value),
        mostRepeated,
      ),

    /** When the last message that is stored was accepted (Unix ms), by whatever node, of whomever. */
    lastMs: async () => timeOfMessage(await store.messages.lastMessageId()),

    /** Writes what waits. */
    async stop(): Promise<void> {
      isStopped = true
      await writing
    },
  }
}

export type MessageLog = ReturnType<typeof messageLog>
