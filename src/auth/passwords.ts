import { availableParallelism } from 'node:os'
import { limits } from '../domain/limits.ts'
import { type Asker, fairTurns } from './fair-turns.ts'

/** argon2id at the cost that OWASP names as its minimum: 19 MiB, two passes. */
export const hashPassword = (password: string): Promise<string> =>
  Bun.password.hash(password, { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 })

/** Hash of a password that nobody knows. It is checked for users who have none, so that a refusal takes as long. */
const nobodys =
  '$argon2id$v=19$m=19456,t=2,p=1$ve5hH8WF+AD9ERU+pdI6WfgKLZi9vA3BD+njQc+C0aI$wyyYXzbXK0vCkivTtpaYqM9a7Zd2kVaUNiKwKbWb8cM'

/**
 * Hashing costs processor time and memory on purpose; this bounds what a flood of sign-ins costs, and shares it out fairly. Each of
 * `threads` threads has its share of the cores and of the queue.
 */
export function passwords(threads = 1) {
  const running = Math.max(1, Math.floor(availableParallelism() / threads))
  const share = ({ value }: { value: number }): number => Math.ceil(value / threads)
  const checking = fairTurns({
    running,
    waiting: share(limits.passwordChecks),
    ofAddress: limits.passwordChecksOfAddress.value,
    ofName: limits.passwordChecksOfName.value,
  })
  const hashing = fairTurns({
    running,
    waiting: share(limits.passwordHashes),
    ofAddress: limits.passwordHashesOfAddress.value,
    ofName: limits.passwordHashesOfAddress.value,
  })
  return {
    /** Whether the password is the one that was hashed; as slow for a user without one, `null`. */
    async verify(password: string, hash: string | null, asker: Asker): Promise<boolean> {
      const [matches] = await checking(asker, [() => Bun.password.verify(password, hash ?? nobodys)])
      return matches === true && hash !== null
    },
    /** Hashes the passwords of one call: all of them, or none. */
    hash: (given: string[], asker: Asker): Promise<string[]> =>
      hashing(
        asker,
        given.map((password) => () => hashPassword(password)),
      ),
  }
}

export type Passwords = ReturnType<typeof passwords>
