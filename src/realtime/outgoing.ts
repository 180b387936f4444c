import { limits } from '../domain/limits.ts'
import type { Connection } from './session.ts'

/** Bytes written to rooms after which slow clients are looked for. */
const lookAfter = 256 * 1024
/** Bytes that may wait for one client. */
const most = limits.bufferedBytes.value

/**
 * Watches what waits for clients that read slowly: one of them that falls too far behind is cut off, and where all of
 * them together hold more than `ceiling` bytes, the slowest go until a quarter is free again.
 */
export function outgoing(
  connections: Iterable<Connection>,
  ceiling: number,
  cutOff: (connection: Connection, reason: string) => void,
) {
  /** Written since slow clients were looked for: once for each room, and once for each client. */
  let written = 0
  let multiplied = 0

  /** Returns how much waits for all of them. */
  function look(): number {
    written = 0
    multiplied = 0
    let total = 0
    const slow: { connection: Connection; amount: number }[] = []
    for (const connection of connections) {
      const amount = connection.socket.getBufferedAmount()
      if (amount === 0) continue
      if (amount > most) {
        cutOff(connection, 'slow reader')
        continue
      }
      total += amount
      slow.push({ connection, amount })
    }
    if (total <= ceiling) return total
    slow.sort((one, other) => other.amount - one.amount)
    for (const { connection, amount } of slow) {
      if (total <= ceiling * 0.75) break
      cutOff(connection, 'buffers full')
      total -= amount
    }
    return total
  }

  return {
    look,

    /** Notes that so many bytes were written to a room with so many clients. */
    wrote(bytes: number, clients: number): void {
      written += bytes
      multiplied += bytes * clients
      if (written >= lookAfter || multiplied >= ceiling / 8) look()
    },
  }
}
