import type { Logger } from 'pino'
import type { Receiver } from './receiver.ts'
import type { Wire } from './wire.ts'

/** The rooms whose messages a node gets from the others: those with members who are connected to it. */
export interface Heard {
  /** Subscribes to the messages of a room, `<app>/<room>`. */
  hear(room: string): void
  /** Ends the subscription. */
  ignore(room: string): void
  /** Resolves once the subscriptions since the previous call are in force; undefined where they are already. */
  heard(): undefined | Promise<void>
  /** For how many milliseconds a room has been heard; Infinity where every node hears all. */
  heardForMs(room: string): number
  /** Whether every node hears all rooms. */
  hearsAll: boolean
}

/** A room that is left is heard for this long: its members often come back. */
const lingerMs = 30_000
const lookMs = 5000
const retryMs = 200
/** Whoever waits for rooms to be heard goes on after this, so that nobody is kept out while the bus is down. */
const patienceMs = 1000

/** Where every node hears all rooms. */
export const everythingHeard: Heard & { stop(): void } = {
  hear: () => undefined,
  ignore: () => undefined,
  heard: () => undefined,
  heardForMs: () => Number.POSITIVE_INFINITY,
  hearsAll: true,
  stop: () => undefined,
}

/** Subscribes to rooms on a wire; what is asked for while a subscription is under way shares the next one. */
export function hearRooms(
  { rooms }: Pick<Wire, 'rooms'>,
  receiver: Pick<Receiver, 'forget'>,
  log: Logger,
): Heard & { stop(): void } {
  if (!rooms) return everythingHeard
  const wire = rooms
  /** When each room began to be heard; undefined while it is not yet. */
  const since = new Map<string, number | undefined>()
  const left = new Map<string, number>()
  let wanted: string[] = []
  let subscribing: Promise<void> | undefined
  /** Whether rooms were asked for that do not come yet, since `heard` was called. */
  let isAwaited = false
  let isStopped = false

  async function subscribe(): Promise<void> {
    while (wanted.length > 0 && !isStopped) {
      const some = wanted
      wanted = []
      try {
        await wire.subscribe(some)
        for (const room of some) since.set(room, performance.now())
      } catch (error) {
        log.debug({ err: error }, 'rooms cannot be subscribed to at the bus; it is retried')
        wanted = [...some, ...wanted]
        await Bun.sleep(retryMs)
      }
    }
    subscribing = undefined
  }

  /** In turn with subscriptions: a room that is heard again must not be unsubscribed from afterwards. */
  function unsubscribe(): void {
    if (subscribing) return
    const now = performance.now()
    const done = [...left].filter(([, at]) => at + lingerMs < now).map(([room]) => room)
    if (done.length === 0) return
    for (const room of done) {
      left.delete(room)
      since.delete(room)
      receiver.forget(room)
    }
    subscribing = wire
      .unsubscribe(done)
      .catch((error) => log.debug({ err: error }, 'rooms could not be unsubscribed from'))
      .then(subscribe)
  }

  const timer = setInterval(unsubscribe, lookMs)

  return {
    hear(room) {
      left.delete(room)
      if (since.get(room) !== undefined) return
      isAwaited = true
      if (since.has(room)) return
      since.set(room, undefined)
      wanted.push(room)
      subscribing ??= Promise.resolve().then(subscribe)
    },
    ignore(room) {
      left.set(room, performance.now())
    },
    heard() {
      if (!isAwaited) return undefined
      isAwaited = false
      return subscribing && Promise.race([subscribing, Bun.sleep(patienceMs)])
    },
    heardForMs(room) {
      const at = since.get(room)
      return at === undefined ? 0 : performance.now() - at
    },
    hearsAll: false,
    stop() {
      isStopped = true
      clearInterval(timer)
    },
  }
}
