import { theApp } from '../domain/event.ts'
import { isAppGone } from '../domain/failures.ts'
import type { KeywordAction } from '../domain/keywords/automaton.ts'
import type { Hit } from '../domain/keywords/check.ts'
import { limits } from '../domain/limits.ts'
import { type ModeratedMessage, statusOf } from '../domain/moderation.ts'
import type { Rated } from '../domain/tally.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import { type Moderated, recordModerated } from '../operations/keywords/record-moderated.ts'
import type { Incoming } from './decode.ts'
import type { Parts } from './parts.ts'

const gatherMs = 200
const retryMs = 1000
/** Events of one transaction. */
const batch = 200

/** Words whose hits wait to be counted, and the events of an app in a second. */
const [mostWords, mostEvents] = [limits.keywordHitsWaiting.value, limits.moderatedRate.value]

interface Waiting {
  messages: Moderated['messages']
  hits: Map<string, { list: string; word: string; times: number }>
  /** Events of the app. */
  rate: Rated
}

/** Records messages with keywords in the log of events, and counts them, after the fan-out and in batches. */
export function moderationLog({ commit, log, tally }: Pick<Parts, 'commit' | 'log' | 'tally'>) {
  const apps = new Map<number, Waiting>()
  let writing: Promise<void> | undefined
  let isStopped = false

  function waitingOf(app: number): Waiting {
    let waiting = apps.get(app)
    if (!waiting) {
      waiting = { messages: [], hits: new Map(), rate: tally.meter(`moderated ${app}`) }
      apps.set(app, waiting)
    }
    return waiting
  }

  const failed = rateLimitedLog(log, 'matches of keywords could not be stored; it is retried')

  function addEvent(waiting: Waiting, room: string, message: ModeratedMessage): void {
    if (waiting.messages.length < mostWords && waiting.rate.passes(mostEvents, performance.now()))
      waiting.messages.push({ room, message })
  }

  async function writeSome(app: number, waiting: Waiting): Promise<void> {
    const messages = waiting.messages.splice(0, batch)
    const { hits } = waiting
    waiting.hits = new Map()
    try {
      await commit(app, theApp, recordModerated, { messages, hits: [...hits.values()] })
    } catch (error) {
      if (isAppGone(error)) {
        apps.delete(app)
        return
      }
      waiting.messages.unshift(...messages)
      for (const hit of hits.values()) count(waiting, hit.list, hit.word, hit.times)
      throw error
    }
  }

  async function write(): Promise<void> {
    if (!isStopped) await Bun.sleep(gatherMs)
    for (;;) {
      const some = [...apps].filter(([, { messages, hits }]) => messages.length > 0 || hits.size > 0)
      if (some.length === 0) break
      try {
        for (const [app, waiting] of some) await writeSome(app, waiting)
      } catch (error) {
        failed(error)
        if (isStopped) break
        await Bun.sleep(retryMs)
      }
    }
    writing = undefined
  }

  function count({ hits }: Waiting, list: string, word: string, times: number): void {
    const key = `${list} ${word}`
    const known = hits.get(key)
    if (known) known.times += times
    else if (hits.size < mostWords) hits.set(key, { list, word, times })
  }

  return {
    add({ session, room, user }: Incoming, id: bigint, action: KeywordAction, found: Hit[]): void {
      const waiting = waitingOf(session.user.app)
      const words = new Map(found.map((hit) => [`${hit.list.id} ${hit.word}`, hit]))
      for (const { list, word } of words.values()) count(waiting, list.id, word, 1)
      addEvent(waiting, user === undefined ? room : '', {
        message: String(id),
        sender: session.user.username,
        ...(user === undefined ? {} : { to: user }),
        status: statusOf[action],
        words: [...new Set(found.map(({ word }) => word))],
        lists: [...new Set(found.map(({ list }) => list.id))],
      })
      writing ??= write()
    },

    /** Writes what waits. */
    async stop(): Promise<void> {
      isStopped = true
      await writing
    },
  }
}

export type ModerationLog = ReturnType<typeof moderationLog>
