import type { Event } from '../domain/event.ts'
import { firstMessageId } from '../domain/message-ids.ts'
import { hourMs } from '../domain/time.ts'
import type { Commit } from '../engine/commit.ts'
import type { Services } from '../operations/services.ts'
import type { Deps } from './deps.ts'

const nothing = async (): Promise<void> => undefined

/**
 * The services as an action has them that is only tried: each decides and fails as it would, and none changes anything. What
 * the writes of the action would publish is added to `events`.
 */
export function rehearsedServices(deps: Deps, events: Event[]): Services {
  const { attachments, feed, history, presence, rehearsedMessenger } = deps
  const commit: Commit = async (...asked) => {
    const rehearsed = await deps.rehearse(...asked)
    events.push(...rehearsed.events)
    return rehearsed.output
  }
  return {
    ...rehearsedMessenger,
    store: deps.store,
    commit,
    rehearse: deps.rehearse,
    login: deps.login,
    passwords: deps.passwords,
    presence: { ...presence, disconnect: nothing },
    attachments: { ...attachments, add: attachments.rehearse, remove: nothing },
    readMessage: deps.readMessage,
    hourlyFiles: {
      async find(app, startMs) {
        const [above, below] = [firstMessageId(startMs) - 1, firstMessageId(startMs + hourMs)]
        return (await history.scanApp(app, above, below, 1)).length > 0 ? new Blob() : undefined
      },
    },
    history: { ...history, hide: nothing, clear: nothing },
    explain: deps.explain,
    // A second is over before an explanation is read.
    rates: { count: (_app, _operation, limit) => ({ isOver: false, limit, remaining: limit }) },
    feed: {
      ...feed,
      // Messages would be recorded from now on.
      startOf: (app, after, rooms) => feed.startOf(app, after, typeof after === 'string' ? undefined : rooms),
      open(app, rooms) {
        const reader = feed.open(app, rooms)
        reader?.close()
        return reader
      },
    },
    appOf: deps.appOf,
    checkTarget: deps.checkTarget,
    keywordsOf: deps.keywordsOf,
  }
}
