import { everythingHeard } from '../cluster/heard-rooms.ts'
import type { AppKeywords } from '../domain/keywords/matcher.ts'
import type { Messenger } from '../domain/messenger.ts'
import { counters } from '../metrics/counters.ts'
import type { History } from '../operations/services.ts'
import type { FanOut } from './fan-out.ts'
import type { FindOriginal } from './find-original.ts'
import { liveState } from './live.ts'
import { speechRules } from './may-speak.ts'
import type { Parts } from './parts.ts'
import { posting } from './post.ts'
import { postingToUsers } from './post-to-users.ts'
import { recalling } from './recall.ts'
import type { LastSpoken } from './slow-mode.ts'
import type { UserFanOut } from './to-users.ts'

/** How messages reach those who are connected. */
interface Ways {
  fanOut: Pick<FanOut, 'everywhere'>
  fanOutToUsers: Pick<UserFanOut, 'everywhere'>
  stored(): Promise<void>
  roomsElsewhere(app: number): Promise<string[]>
}

interface Known {
  history: History
  find: FindOriginal
  spoken: LastSpoken
  wordsOf(app: number): AppKeywords
}

const nowhere: Ways = {
  fanOut: { everywhere: () => undefined },
  fanOutToUsers: { everywhere: () => undefined },
  stored: async () => undefined,
  roomsElsewhere: async () => [],
}

/** What an app's own server does with messages. */
export function messengers(
  parts: Parts,
  ways: Ways,
  { history, find, spoken, wordsOf }: Known,
): { messenger: Messenger; rehearsedMessenger: Messenger } {
  const maySpeak = speechRules(parts, find, spoken, wordsOf)
  const on = (own: Parts, { fanOut, fanOutToUsers, ...way }: Ways): Messenger => ({
    ...posting({ ...own, ...way }, fanOut),
    postToUsers: postingToUsers(own, fanOutToUsers),
    maySpeak,
    recalls: recalling({ ...own, history }, { find, fanOut, fanOutToUsers }),
  })
  const unseen = { ...parts, counters: counters(), live: liveState(wordsOf, everythingHeard, parts.tally) }
  return {
    messenger: on(parts, ways),
    /** The same for rehearsals: it refuses what the other one would, and delivers nothing. */
    rehearsedMessenger: on(unseen, nowhere),
  }
}
