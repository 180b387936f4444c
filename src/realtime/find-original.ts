import { isTooOldToRecall, timeOfMessage } from '../domain/message-ids.ts'
import type { MessageLog } from './message-log.ts'
import type { Parts } from './parts.ts'
import type { RecentMessage, RecentMessages } from './recent-messages.ts'

/** A message to be recalled, as far as it is known. */
export type Original = RecentMessage | 'recalled' | undefined

export type FindOriginal = (app: number, id: number) => Original | Promise<Original>

/** A message of another node is known here or stored within this time, and looked for again meanwhile; in ms. */
const settleMs = 500
const againMs = 50

/** Finds messages that are to be recalled; one that is too old is not looked for. */
export function originalFinder(
  { now }: Pick<Parts, 'now'>,
  recent: RecentMessages,
  messageLog: MessageLog,
): FindOriginal {
  async function findStored(app: number, id: number): Promise<Original> {
    for (let left = settleMs / againMs; ; left -= 1) {
      const stored = await messageLog.find(app, id)
      const found = recent.find(id) ?? stored
      if (found || left === 0 || now() - timeOfMessage(id) > settleMs) return found
      await Bun.sleep(againMs)
    }
  }

  return (app, id) => {
    if (!Number.isSafeInteger(id) || isTooOldToRecall(id, now())) return undefined
    return recent.find(id) ?? findStored(app, id)
  }
}
