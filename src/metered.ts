import type { Caller } from './events.ts'
import { Failure } from './failure.ts'
import { limits } from './limits.ts'
import type { Args, OperationName, Result } from './operations.ts'
import { Meter } from './realtime/meter.ts'
import type { Commit } from './run.ts'

/** Users that are counted, in two halves: when the newer is full the older is forgotten. */
const most = limits.userMeters.value

/** A user has changed more in a second than it may. */
const overRate = (): Failure => new Failure('reach_limit', 'This request has reached api limit')

/**
 * Changes that users ask for themselves, over REST and sockets, held to their app's rate, which `rateOf` tells (null =
 * no limit). What the app asks for is not counted.
 */
export function metered(commit: Commit, rateOf: (app: number) => number | null): Commit {
  let newer = new Map<string, Meter>()
  let older = newer

  function meterOf(key: string, now: number): Meter {
    const meter = newer.get(key) ?? older.get(key) ?? new Meter(now)
    if (newer.size >= most / 2) {
      older = newer
      newer = new Map()
    }
    newer.set(key, meter)
    return meter
  }

  function isOver(app: number, caller: Caller): boolean {
    const rate = caller.kind === 'user' ? rateOf(app) : null
    if (rate === null || caller.kind !== 'user') return false
    const now = performance.now()
    return !meterOf(`${app}/${caller.username}`, now).passes(rate, now)
  }

  return <N extends OperationName>(
    app: number,
    caller: Caller,
    name: N,
    ...args: Args<N>
  ): Promise<Result<N>> =>
    isOver(app, caller) ? Promise.reject(overRate()) : commit(app, caller, name, ...args)
}
