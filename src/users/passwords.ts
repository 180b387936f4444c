import { availableParallelism } from 'node:os'
import { Failure } from '../failure.ts'
import { limits } from '../limits.ts'

/** argon2id at the cost that OWASP names as its minimum: 19 MiB, two passes. */
export const hashPassword = (password: string): Promise<string> =>
  Bun.password.hash(password, { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 })

/** The hash of a password that nobody knows: checked where there is none, so that it takes as long. */
const nobodys =
  '$argon2id$v=19$m=19456,t=2,p=1$ve5hH8WF+AD9ERU+pdI6WfgKLZi9vA3BD+njQc+C0aI$wyyYXzbXK0vCkivTtpaYqM9a7Zd2kVaUNiKwKbWb8cM'

/** Runs as much work at once as there are cores; fails with 503 when over `waiting` wait for their turn. */
function turns(waiting: number) {
  const queue: (() => void)[] = []
  let free = availableParallelism()
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free === 0) {
      if (queue.length >= waiting) throw new Failure('service_unavailable', 'too many logins at once')
      await new Promise<void>((resolve) => queue.push(resolve))
    } else free -= 1
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next) next()
      else free += 1
    }
  }
}

/** Most checks that wait: some seconds of work, after which a client would have given up. */
const waitingChecks = limits.passwordChecks.value

/** Most new passwords that wait: twenty full registration calls. */
const waitingHashes = limits.passwordHashes.value

/** Passwords cost processor and memory on purpose: here the cost of a flood is bounded. */
export function passwords() {
  const checking = turns(waitingChecks)
  const hashing = turns(waitingHashes)
  return {
    /** Whether the password is the one that was hashed; as slow for a user without one, `null`. */
    verify: async (password: string, hash: string | null): Promise<boolean> =>
      (await checking(() => Bun.password.verify(password, hash ?? nobodys))) && hash !== null,
    hash: (password: string): Promise<string> => hashing(() => hashPassword(password)),
  }
}

export type Passwords = ReturnType<typeof passwords>
