/** What requests cost, in µs of processor. */
export interface Costs {
  /** A read, and a write, at the thread that serves it. */
  read: number
  write: number
  /** A write at each other thread that serves, which hears of it. */
  heard: number
  /** A write at the thread that writes. */
  writer: number
}

/**
 * Requests a second of a machine with so many cores, all but one of them with a thread that serves and the last with the one that
 * writes; `share` of the requests write. Either the threads that serve are used up, or the one that writes.
 */
export function capacityOf({ read, write, heard, writer }: Costs, cores: number, share: number) {
  const serving = Math.max(1, cores - 1)
  const each = (1 - share) * read + share * (write + heard * (serving - 1))
  const served = (serving * 1e6) / each
  const written = share === 0 ? Number.POSITIVE_INFINITY : 1e6 / (share * writer)
  return { perSecond: Math.min(served, written), limit: served <= written ? 'serving' : 'writing' }
}
