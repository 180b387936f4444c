import { limits } from '../domain/limits.ts'
import { type CutOff, closeCode } from './close.ts'
import type { Connection } from './session.ts'

/** A connection must have logged in by then. */
const loginMs = limits.loginTime.value

/** Pings in a row to which nothing comes, before a connection counts as gone. */
const mostUnanswered = 2
const sweepMs = 250

/** Seconds after which Bun closes a connection on which nothing moves: pings come sooner. Bun takes 960 at most. */
export const idleSeconds = (pingMs: number): number => Math.min(960, Math.max(120, (2 * pingMs) / 1000))

interface Terms {
  pingMs: number
  /** Unix ms. */
  now(): number
  cutOff: CutOff
}

/** Looks at all connections again and again, and `after` that at other things: how late it was is told. Returns how to stop. */
export function sweeping(
  connections: Iterable<Connection>,
  { pingMs, now, cutOff }: Terms,
  after: (lateMs: number) => void,
): () => void {
  /** Pings a connection when it is time to; one that did not respond to earlier pings is gone. */
  function ping(connection: Connection, at: number): void {
    if (at < connection.pingDueMs) return
    if (connection.unanswered >= mostUnanswered) {
      cutOff(connection, 'no answer', closeCode.slow)
      return
    }
    connection.unanswered += 1
    connection.pingDueMs = at + pingMs
    connection.socket.ping()
  }

  /** Closes whoever has not logged in in time, does not respond, or has a token that has expired. */
  function sweep(): void {
    const at = performance.now()
    const lateMs = at - dueMs
    const wall = now()
    for (const connection of connections) {
      if (connection.stage !== 'open' && at - connection.openedMs > loginMs) {
        cutOff(connection, 'no login', closeCode.policy)
        continue
      }
      const expiresMs = connection.session?.expiresMs ?? 0
      if (expiresMs !== 0 && expiresMs <= wall) {
        cutOff(connection, 'token expired', closeCode.policy)
        continue
      }
      ping(connection, at)
    }
    after(lateMs)
    dueMs = performance.now() + sweepMs
  }

  let dueMs = performance.now() + sweepMs
  const timer = setInterval(sweep, sweepMs)
  timer.unref()
  return () => clearInterval(timer)
}
