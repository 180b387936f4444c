import type { Event } from '../domain/event.ts'
import { keywordLists } from './keywords.ts'
import { moderating } from './moderate.ts'
import { moderationLog } from './moderation-log.ts'
import type { Parts } from './parts.ts'

/** Keywords: the lists, what is done to messages that hold some, and the log of that. */
export async function moderation(
  parts: Pick<Parts, 'store' | 'commit' | 'log' | 'counters' | 'tally'>,
  isAlone?: boolean,
) {
  const lists = await keywordLists(parts, isAlone)
  const moderated = moderationLog(parts)
  return {
    ofApp: lists.of,
    moderate: moderating(moderated, parts.counters),
    /** Lists may have been changed by an event that was missed. */
    changed: lists.changed,
    /** Takes note of changed lists, and passes every event on. */
    subscriber: (onEvent: (event: Event) => void) => (event: Event) => {
      if (event.type === 'keywords.changed') lists.changed()
      onEvent(event)
    },
    async stop(): Promise<void> {
      await Promise.all([lists.stop(), moderated.stop()])
    },
  }
}
