import { BoundedMap } from '../domain/bounded-map.ts'
import type { Caller } from '../domain/event.ts'
import { overRate } from '../domain/failures.ts'
import { limits } from '../domain/limits.ts'
import type { Rated, Tally } from '../domain/tally.ts'
import type { Engine } from '../engine/engine-types.ts'

type Writes = Pick<Engine, 'commit' | 'rehearse'>

interface MeteredWrites extends Writes {
  /** As `rehearse`: refused as that is, and not counted. */
  explore: Engine['rehearse']
}

/**
 * Changes that users make themselves, over REST and sockets, and those that they only try, held together to their app's
 * rate, which `rateOf` returns (null = no limit). What the app does is not counted.
 */
export function metered(
  { commit, rehearse }: Writes,
  tally: Pick<Tally, 'meter'>,
  rateOf: (app: number) => number | null,
): MeteredWrites {
  const meters = new BoundedMap<string, Rated>(limits.userMeters.value)

  function meterOf(key: string): Rated {
    const meter = meters.get(key) ?? tally.meter(`changes ${key}`)
    meters.set(key, meter)
    return meter
  }

  function isOver(app: number, caller: Caller): boolean {
    const rate = caller.kind === 'user' ? rateOf(app) : null
    if (rate === null || caller.kind !== 'user') return false
    return !meterOf(`${app}/${caller.username}`).passes(rate, performance.now())
  }

  function wouldBeOver(app: number, caller: Caller): boolean {
    const rate = caller.kind === 'user' ? rateOf(app) : null
    if (rate === null || caller.kind !== 'user') return false
    return !meterOf(`${app}/${caller.username}`).wouldPass(rate, performance.now())
  }

  return {
    commit: (app, caller, ...asked) =>
      isOver(app, caller) ? Promise.reject(overRate()) : commit(app, caller, ...asked),
    rehearse: (app, caller, ...asked) =>
      isOver(app, caller) ? Promise.reject(overRate()) : rehearse(app, caller, ...asked),
    explore: (app, caller, ...asked) =>
      wouldBeOver(app, caller) ? Promise.reject(overRate()) : rehearse(app, caller, ...asked),
  }
}
