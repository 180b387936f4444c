import { limits } from '../../domain/limits.ts'
import type { HeldRule, Settled } from '../../store/callback-delivery.ts'
import type { EventRow } from '../../store/events.ts'
import { appOnly } from '../allowed.ts'
import type { LeaseHolder } from '../lease.ts'
import { write } from '../operation.ts'

/** Takes the callback rules that no living process delivers, and renews those of this one. */
export const holdCallbacks = write({
  id: 'holdCallbacks',
  allowed: appOnly,

  async run({ store }, { process, leaseMs, alone }: LeaseHolder) {
    const now = await store.clock.steadyMs()
    return store.callbackDelivery.holdRules(process, now, now + leaseMs, alone)
  },
})

export const releaseCallbacks = write({
  id: 'releaseCallbacks',
  allowed: appOnly,
  run: ({ store }, { process }: Pick<LeaseHolder, 'process'>) => store.callbackDelivery.releaseRules(process),
})

/** Stores what has become of callbacks; false if another process delivers the rule now. */
export const settleCallbacks = write({
  id: 'settleCallbacks',
  allowed: appOnly,

  async run({ store }, { held, process, settled }: { held: HeldRule; process: string; settled: Settled }) {
    const now = await store.clock.steadyMs()
    return store.callbackDelivery.settle(held, process, now, settled, limits.callbackLog.value)
  },
})

/** An event that nobody's call made: a message that was accepted, or who came and went. */
export type ActivityEvent = Pick<EventRow, 'room' | 'operator' | 'type' | 'data'>

/** Adds messages, and who came and went, to the log of events of an app whose callbacks or event streams tell of them. */
export const recordActivity = write({
  id: 'recordActivity',
  allowed: appOnly,

  async run({ app, store, tick }, { events }: { events: ActivityEvent[] }) {
    if (app.callbacks === 0 && app.recorded === undefined) return
    const at = tick()
    // The audit trail shows operations, by the first of their events: it is left out here.
    const rows = events.map((event, place) => ({
      ...event,
      at,
      number: place + 1,
      operation: event.type,
      before: null,
    }))
    await store.events.addEvents(app.id, rows)
  },
})

/** How many rows one transaction removes. */
export const prunedRows = 500

/** Removes messages, failures and attempts of before a time; returns how many of the log of events. */
export const pruneCallbacks = write({
  id: 'pruneCallbacks',
  allowed: appOnly,

  async run({ app, store }, { beforeMs }: { beforeMs: number }) {
    await store.callbackDelivery.pruneCallbacks(app.id, beforeMs)
    const { removed, last } = await store.events.removeActivity(app.id, beforeMs * 1000, prunedRows)
    if (last) await store.recordedRooms.removedUpTo(app.id, last)
    return removed
  },
})
