import { setTimeout as sleep } from 'node:timers/promises'
import { type CallRest, RestError } from '../rest.ts'

/** A call that could not be made, however often it was tried. */
export class GaveUp extends Error {}

/** A refusal that goes away by itself; `waitMs` where the server says when. */
export class TryAgain extends Error {
  constructor(
    message: string,
    readonly waitMs?: number,
  ) {
    super(message)
  }
}

export interface Patience {
  /** Tries of one call. */
  tries: number
  /** Back-off: up to this before the second try, twice as much before the third, and so on. */
  firstMs: number
  mostMs: number
}

export const patience: Patience = { tries: 10, firstMs: 500, mostMs: 30_000 }

const isPassing = (error: unknown): boolean =>
  !(error instanceof RestError) || error.status === 408 || error.status === 429 || error.status >= 500

/** Repeats calls that fail for a reason that passes: no connection, no answer in time, 408, 429, 5xx. */
export function steady(call: CallRest, { tries, firstMs, mostMs }: Patience, signal: AbortSignal): CallRest {
  return async (method, path, body) => {
    for (let tried = 1; ; tried += 1) {
      signal.throwIfAborted()
      try {
        return await call(method, path, body)
      } catch (error) {
        if (!isPassing(error)) throw error
        if (tried === tries) throw new GaveUp(`${method} ${path}: ${(error as Error).message}`)
        const most = Math.min(mostMs, firstMs * 2 ** (tried - 1))
        // Jitter: calls that failed together are not repeated together.
        const waitMs = Math.random() * most
        const least = error instanceof TryAgain ? (error.waitMs ?? 0) : 0
        await sleep(Math.max(least, waitMs), undefined, { signal })
      }
    }
  }
}
