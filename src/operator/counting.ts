import { ownLockout } from '../auth/lockout.ts'
import { sharedTally } from '../cluster/shared-tally.ts'
import type { Seat } from '../cluster/threads.ts'
import { readinessPolls } from '../domain/readiness-polls.ts'
import { ownTally } from '../domain/tally.ts'
import { lockoutOfFirst } from './of-first-thread.ts'

/**
 * What is counted of users, addresses and rooms, failed sign-ins of operators, and who asks for readiness: with several threads
 * by all of them together.
 */
export function counting(seat: Seat | undefined) {
  const elapsedMs = () => performance.now()
  const tally = seat ? sharedTally(seat.memory) : ownTally(elapsedMs)
  return {
    tally,
    lockout: seat?.first ? lockoutOfFirst(seat.first.calls) : ownLockout(elapsedMs),
    polls: readinessPolls(tally),
  }
}
