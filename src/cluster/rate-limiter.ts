import type { Commit } from '../engine/commit.ts'
import { countCalls } from '../operations/apps/count-calls.ts'
import type { Awaitable } from '../store/database.ts'

/** What became of a call that counts towards a limit. */
export interface Counted {
  isOver: boolean
  /** Calls a second. */
  limit: number
  /** Calls that are left of this second. */
  remaining: number
}

/** Counts the calls of an app's operations in seconds of the clock; what is over the limit is not counted. */
export interface Rates {
  count(app: number, operation: string, limit: number): Awaitable<Counted>
}

const secondOf = (ms: number): number => Math.floor(ms / 1000)

const counted = (limit: number, used: number): Counted => ({
  isOver: used > limit,
  limit,
  remaining: Math.max(0, limit - used),
})

/** For the embedded store, where one process serves all calls. */
export function ownRates(now: () => number): Rates {
  let second = 0
  let used = new Map<string, number>()
  return {
    count(app, operation, limit) {
      const current = secondOf(now())
      if (current !== second) {
        second = current
        used = new Map()
      }
      const key = `${app} ${operation}`
      const count = (used.get(key) ?? 0) + 1
      used.set(key, Math.min(count, limit))
      return counted(limit, count)
    },
  }
}

interface Bucket {
  app: number
  operation: string
  waiting: { limit: number; resolve(counted: Counted): void; reject(reason: unknown): void }[]
  isCounting: boolean
  /** The second in which nothing is left. */
  spent: number
}

/**
 * For PostgreSQL, where several servers count together. A bucket asks one question at a time: what arrives meanwhile
 * is counted by the next one together, and once a second is spent nothing is asked until it is over.
 */
export function sharedRates(commit: Commit, now: () => number): Rates {
  const buckets = new Map<string, Bucket>()

  async function drain(bucket: Bucket): Promise<void> {
    bucket.isCounting = true
    while (bucket.waiting.length > 0) {
      const calls = bucket.waiting.splice(0)
      try {
        const { app, operation } = bucket
        const asked = secondOf(now())
        const { second, used } = await commit(app, { kind: 'app' }, countCalls, {
          operation,
          second: asked,
          calls: calls.length,
        })
        const before = used - calls.length
        for (const [place, { limit, resolve }] of calls.entries()) {
          const answer = counted(limit, before + place + 1)
          if (answer.isOver) bucket.spent = second
          resolve(answer)
        }
      } catch (error) {
        for (const { reject } of calls) reject(error)
      }
    }
    bucket.isCounting = false
  }

  return {
    count(app, operation, limit) {
      const key = `${app} ${operation}`
      const bucket = buckets.get(key) ?? { app, operation, waiting: [], isCounting: false, spent: 0 }
      buckets.set(key, bucket)
      if (bucket.spent >= secondOf(now())) return counted(limit, limit + 1)
      return new Promise((resolve, reject) => {
        bucket.waiting.push({ limit, resolve, reject })
        if (!bucket.isCounting) drain(bucket)
      })
    },
  }
}
