import { BoundedMap } from '../domain/bounded-map.ts'
import { limits } from '../domain/limits.ts'
import { lockedOut } from '../domain/operator.ts'

interface Failures {
  count: number
  sinceMs: number
}

/** Who signs in, and from where. */
interface Attempt {
  name: string
  address: string
}

/** Keeps out who has failed to sign in too often. */
export interface Lockout {
  /** Counts an attempt; fails where there were too many. */
  attempt(by: Attempt): void | Promise<void>
  /** The password of one that was counted was right. */
  succeeded(by: Attempt): void | Promise<void>
}

/**
 * Counts failed sign-ins in this thread by name and by address. An attempt counts as failed when it begins, so that many at
 * once gain nothing over one after another. `elapsedMs` reads a monotonic clock.
 */
export function ownLockout(elapsedMs: () => number): Lockout {
  const known = new BoundedMap<string, Failures>(limits.operatorFailuresKept.value)

  function failuresOf(key: string): Failures {
    const found = known.get(key)
    const now = elapsedMs()
    return found && now - found.sinceMs < limits.operatorLockout.value ? found : { count: 0, sinceMs: now }
  }

  function add(key: string, more: number): void {
    const { count, sinceMs } = failuresOf(key)
    known.set(key, { count: Math.max(0, count + more), sinceMs })
  }

  const ofName = (name: string): string => `name ${name}`
  const ofAddress = (address: string): string => `address ${address}`

  return {
    attempt({ name, address }) {
      const counted = [
        [ofName(name), limits.operatorFailures.value],
        [ofAddress(address), limits.operatorFailuresOfAddress.value],
      ] as const
      for (const [key, most] of counted) {
        const { count, sinceMs } = failuresOf(key)
        if (count < most) continue
        const leftMs = sinceMs + limits.operatorLockout.value - elapsedMs()
        throw lockedOut({ seconds: Math.ceil(leftMs / 1000) })
      }
      add(ofName(name), 1)
      add(ofAddress(address), 1)
    },

    succeeded({ name, address }) {
      known.set(ofName(name), { count: 0, sinceMs: elapsedMs() })
      // Only its own: who knows one password must not try others for ever.
      add(ofAddress(address), -1)
    },
  }
}
