import type { Flow } from './session.ts'

/** What is known of how busy a room is. */
type Busy = { users: { size: number }; flow?: Flow | undefined }

/** Spans over which the messages of a room are counted, in ms. */
const spanMs = 500
/** A tick that is shorter than this is none: timers are not more exact. */
const shortestMs = 5
/** With the loop so late in ms, a room waits as long as it may. */
const lateMs = 100
/** Messages that have to be likely within a tick: a wait for fewer delays those that come evenly and joins none. */
const fewest = 1.25

/** Counts one more delivery to a room, and returns how many come a second. */
function rateOf(room: Busy, nowMs: number): number {
  room.flow ??= { fromMs: nowMs, written: 0, rate: 0 }
  const flow: Flow = room.flow
  const elapsed = nowMs - flow.fromMs
  if (elapsed >= spanMs) {
    flow.rate = (flow.written * 1000) / elapsed
    flow.fromMs = nowMs
    flow.written = 0
  }
  flow.written += 1
  // A burst counts at once; its first message does not make one.
  const current = ((flow.written - 1) * 1000) / Math.max(elapsed, spanMs / 2)
  return Math.max(flow.rate, elapsed >= spanMs ? 0 : current)
}

/**
 * How long in ms a delivery to a room waits for others: not at all while it costs little, longer the more deliveries a
 * second it causes and the later the event loop is; never when nothing is likely to come meanwhile.
 */
export function tickOf(
  room: Busy,
  { mostMs, idle, busy }: { mostMs: number; idle: number; busy: number },
  lagMs: number,
): number {
  const rate = rateOf(room, performance.now())
  const load = Math.max(0, (rate * room.users.size - idle) / (busy - idle))
  const tick = mostMs * Math.min(1, load + lagMs / lateMs)
  return tick < shortestMs || rate * tick < fewest * 1000 ? 0 : tick
}
