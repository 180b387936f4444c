/** Priority of a message in a room: `chatroom_msg_tag` on the wire. */
export type Priority = 0 | 1 | 2
export const [high, normal, low] = [0, 1, 2] as const satisfies Priority[]

/** Share of a rate that is left for messages of a priority: the low ones are dropped first. */
const share: Record<Priority, number> = { [high]: 1, [normal]: 0.9, [low]: 0.5 }

/** What may pass at once for a priority, at so many a second. */
export const mostAtOnce = (rate: number, priority: Priority): number => Math.max(1, rate * share[priority])

/** Counts what passes in a second; a budget refills evenly. */
export class Meter {
  private used = 0
  private last: number

  constructor(now: number) {
    this.last = now
  }

  /** Whether one more would pass; nothing is counted. */
  wouldPass(rate: number, now: number, priority: Priority = high): boolean {
    const used = Math.max(0, this.used - ((now - this.last) * rate) / 1000)
    return used + 1 <= mostAtOnce(rate, priority)
  }

  /** Whether `cost` more may pass at `now` (ms of a monotonic clock) under `rate` a second; if so it is counted. */
  passes(rate: number, now: number, priority: Priority = high, cost = 1): boolean {
    this.used = Math.max(0, this.used - ((now - this.last) * rate) / 1000)
    this.last = now
    if (this.used + cost > mostAtOnce(rate, priority)) return false
    this.used += cost
    return true
  }
}
