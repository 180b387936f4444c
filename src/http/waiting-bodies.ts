import { bodyTooSlow, tooManyBodies } from '../domain/body-failures.ts'
import type { Failure } from '../domain/failure.ts'
import { limits } from '../domain/limits.ts'
import { ownTally, type Tally } from '../domain/tally.ts'

/** A body that has not come whole yet. */
interface Waiting {
  /** `performance.now()` when the server began to read it. */
  sinceMs: number
  /** Bytes that came. */
  received: number
  /** Bytes of memory that it takes. */
  held: number
  refuse(why: Failure): void
}

/** Counts bodies together with other threads, from the start. */
export function countBodies(tally: Pick<Tally, 'counter'>): void {
  held = tally.counter('bodies')
}

/** Oldest first. */
const waiting = new Set<Waiting>()
/** Bytes of memory that bodies take; with several threads, those of all of them. */
let held = ownTally(() => performance.now()).counter('bodies')
let watching: ReturnType<typeof setInterval> | undefined

function refuse(body: Waiting, why: Failure): void {
  forget(body)
  body.refuse(why)
}

function forget(body: Waiting): void {
  if (waiting.delete(body)) held.add(-body.held)
}

/** Refuses what comes more slowly than the least rate, counted from its beginning and with some time to begin in. */
function refuseSlow(): void {
  const now = performance.now()
  for (const body of waiting) {
    const allowed = limits.bodyGrace.value + (body.received * 1000) / limits.bodyRate.value
    if (now - body.sinceMs > allowed) refuse(body, bodyTooSlow())
  }
  if (waiting.size > 0) return
  clearInterval(watching)
  watching = undefined
}

/** Counts bytes that a body takes; beyond what all may take, the one that has waited longest goes. */
function hold(body: Waiting, bytes: number): void {
  if (!waiting.has(body)) return
  body.held += bytes
  held.add(bytes)
  for (const oldest of waiting) {
    if (held.add(0) <= limits.waitingBodies.value) return
    refuse(oldest, tooManyBodies())
  }
}

/** The progress of reading a body. */
export interface Progress {
  /** So many bytes came. */
  came(bytes: number): void
  /** So many bytes are buffered until the body is whole. */
  holds(bytes: number): void
}

/**
 * Reads a body by `read`, and fails when it comes too slowly or has to make room for others. `cancel` then ends what
 * `read` still waits for.
 */
export function watched<T>(read: (progress: Progress) => Promise<T>, cancel?: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const body: Waiting = {
      sinceMs: performance.now(),
      received: 0,
      held: 0,
      refuse(why) {
        cancel?.()
        reject(why)
      },
    }
    const ended = (error: unknown): void => {
      forget(body)
      cancel?.()
      reject(error)
    }
    waiting.add(body)
    watching ??= setInterval(refuseSlow, 1000).unref()
    const reading = read({
      came: (bytes) => {
        body.received += bytes
      },
      holds: (bytes) => hold(body, bytes),
    })
    reading.then((value) => {
      forget(body)
      resolve(value)
    }, ended)
  })
}
