import { rereading } from '../cluster/rereading.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import type { Parts } from './parts.ts'
import type { LiveUser } from './session.ts'

/** Users that are read at the same time: whoever else wants something of the store must not wait for all of them. */
const together = 50

/**
 * Reads everybody who is connected again, by `lookUp`, after packets of other nodes were lost. A busy store gives up what waits
 * too long: who could not be read is read once more.
 */
export function readingAgain(
  { live, log }: Pick<Parts, 'live' | 'log'>,
  lookUp: (user: LiveUser) => Promise<void>,
) {
  const left = new Set<LiveUser>()

  async function readSome(users: LiveUser[]): Promise<unknown[]> {
    const read = await Promise.allSettled(
      users.map(async (user) => {
        if (user.sessions.length > 0) await lookUp(user)
        left.delete(user)
      }),
    )
    return read.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
  }

  const { changed, stop } = rereading(
    async () => {
      const users = [...left]
      const errors: unknown[] = []
      for (let start = 0; start < users.length; start += together)
        errors.push(...(await readSome(users.slice(start, start + together))))
      if (errors.length > 0) throw errors[0]
    },
    rateLimitedLog(log, 'users could not be read again after a gap on the bus; it is retried'),
  )

  return {
    /** Something was lost. */
    begin(): void {
      for (const user of live.users.values()) {
        user.mutes = undefined
        user.superAdmin = undefined
        left.add(user)
      }
      changed()
    },
    stop,
  }
}
