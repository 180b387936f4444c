import { theApp } from '../domain/event.ts'
import type { Commit } from '../engine/commit.ts'
import type { Engine } from '../engine/engine-types.ts'
import { countCalls } from '../operations/apps/count-calls.ts'
import type { Counted, Rates } from './rate-types.ts'

const secondOf = (ms: number): number => Math.floor(ms / 1000)

export const counted = (limit: number, used: number): Counted => ({
  isOver: used > limit,
  limit,
  remaining: Math.max(0, limit - used),
})

/** For the embedded store, where one process serves all calls. `nowMs` is of a monotonic clock. */
export function ownRates(nowMs: () => number): Rates {
  let second = 0
  let used = new Map<string, number>()
  return {
    count(app, operation, limit) {
      const current = secondOf(nowMs())
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
  /** Until then nothing is left, in ms of the monotonic clock. */
  spentUntilMs: number
}

/**
 * For PostgreSQL, where several servers count together. A bucket has one statement under way at a time: calls that arrive meanwhile
 * are batched into the next one, and once a second is spent none is sent until it is over. Seconds are those of
 * the store's clock; `nowMs` is of a monotonic one.
 */
export function sharedRates(commit: Commit, nowMs: () => number): Rates {
  const buckets = new Map<string, Bucket>()

  async function drain(bucket: Bucket): Promise<void> {
    bucket.isCounting = true
    while (bucket.waiting.length > 0) {
      const calls = bucket.waiting.splice(0)
      try {
        const { app, operation } = bucket
        const { used, leftMs } = await commit(app, theApp, countCalls, {
          operation,
          calls: calls.length,
        })
        const endMs = nowMs() + leftMs
        const before = used - calls.length
        for (const [place, { limit, resolve }] of calls.entries()) {
          const result = counted(limit, before + place + 1)
          if (result.isOver) bucket.spentUntilMs = endMs
          resolve(result)
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
      const bucket = buckets.get(key) ?? { app, operation, waiting: [], isCounting: false, spentUntilMs: 0 }
      buckets.set(key, bucket)
      if (nowMs() < bucket.spentUntilMs) return counted(limit, limit + 1)
      return new Promise((resolve, reject) => {
        bucket.waiting.push({ limit, resolve, reject })
        if (!bucket.isCounting) drain(bucket)
      })
    },
  }
}

/** Calls are counted in memory where one process has the store alone, else in the store. */
export function ratesOf({ kind, commit }: Pick<Engine, 'kind' | 'commit'>): Rates {
  const elapsedMs = () => performance.now()
  return kind === 'sqlite' ? ownRates(elapsedMs) : sharedRates(commit, elapsedMs)
}
