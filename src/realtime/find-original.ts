import { isTooOldToRecall } from '../domain/message-ids.ts'
import type { MessageLog } from './message-log.ts'
import type { Parts } from './parts.ts'
import type { RecentMessage, RecentMessages } from './recent-messages.ts'

/** A message to be recalled, as far as it is known. */
export type Original = RecentMessage | 'recalled' | undefined

export type FindOriginal = (app: number, id: number) => Original | Promise<Original>

/** Finds messages that are to be recalled; one that is too old is not looked for. */
export const originalFinder =
  ({ now }: Pick<Parts, 'now'>, recent: RecentMessages, messageLog: MessageLog): FindOriginal =>
  (app, id) => {
    if (!Number.isSafeInteger(id) || isTooOldToRecall(id, now())) return undefined
    return recent.find(id) ?? messageLog.find(app, id).then((row) => recent.find(id) ?? row)
  }
