import type { Logger } from 'pino'
import { type BusCounts, busCounts } from '../domain/bus-counts.ts'
import type { Event } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import type { Tracer } from '../domain/tracing.ts'
import { encode, type Item, position, split } from './bus-codec.ts'
import { inTrace } from './bus-trace.ts'
import { type Heard, hearRooms } from './heard-rooms.ts'
import { type Listener, type Receiver, receiverOf } from './receiver.ts'
import { everyone, type Packet, type Wire, type WireListener } from './wire.ts'

/** Carries items to every other node that they concern, in order. */
export interface Bus extends Heard {
  send(item: Item): void
  /** All 0 where this node has no others to publish to. */
  counts: BusCounts
  stop(): Promise<void>
}

/** What may wait for the wire; beyond it items are dropped, so that memory is bounded. */
const most = { items: limits.busWaiting.value, characters: limits.busWaitingText.value }

/** How often a node publishes the numbers of its last items. */
const positionMs = 5000

/** For how long the messages of a room go to every node after somebody has joined it: by then its node hears the room. */
const joiningMs = 1000

/** An item on its way, with its number among those of its subject. */
interface Waiting {
  subject: string
  n: number
  text: string
}

const topicOf = ({ app, room }: { app: number; room: string }): string => `${app}/${room}`

const addsMembers = ({ type }: Event): boolean => type === 'member.joined' || type === 'room.created'

/**
 * Says where items go: messages to the subject of their room, which nodes with members of it hear; all else, and the
 * messages of a room that somebody has just joined, to every node.
 */
function addressing() {
  const joining = new Map<string, number>()
  let changes = 0

  return {
    /** Takes note of events of any node. */
    note(events: Event[]): void {
      for (const event of events) {
        if (!addsMembers(event)) continue
        const topic = topicOf(event)
        if (!joining.has(topic)) changes += 1
        joining.set(topic, performance.now() + joiningMs)
      }
    },

    /** How often the messages of a room began to go elsewhere. */
    changes: () => changes,

    subjectOf(item: Item): string {
      if (!('message' in item)) return everyone
      const topic = topicOf(item.message)
      return joining.has(topic) ? everyone : topic
    },

    /** Forgets rooms that nobody has joined for a while. */
    settle(): void {
      const now = performance.now()
      for (const [topic, until] of joining) {
        if (until > now) continue
        joining.delete(topic)
        changes += 1
      }
    },
  }
}

/** Numbers the items of each subject; a subject that was not used for a while begins anew. */
function numbering() {
  const numbers = new Map<string, { last: number; quiet: number }>()
  return {
    next(subject: string): number {
      const known = numbers.get(subject)
      if (!known) {
        numbers.set(subject, { last: 1, quiet: 0 })
        return 1
      }
      known.quiet = 0
      known.last += 1
      return known.last
    },

    /** The last number of each subject that was used since the look before; called regularly. */
    look(): { subject: string; last: number }[] {
      const used: { subject: string; last: number }[] = []
      for (const [subject, each] of numbers) {
        if (each.quiet === 0 || subject === everyone) used.push({ subject, last: each.last })
        else if (each.quiet > 12) numbers.delete(subject)
        each.quiet += 1
      }
      return used
    },
  }
}

/** Puts a bus on a wire. Items sent while a publication is under way share the next one. */
function busOn(
  wire: Wire,
  me: string,
  receiver: Receiver,
  rooms: ReturnType<typeof addressing>,
  counts: BusCounts,
  log: Logger,
  tracer?: Tracer,
): Bus {
  const numbers = numbering()
  /** In order. Within one batch, the items of a subject share packets; before a room goes elsewhere, another batch begins. */
  let batches: Waiting[][] = [[]]
  let size = 0
  let overflowed = 0
  let changes = 0
  let sending: Promise<void> | undefined

  function packetsOf(batch: Waiting[]): Packet[] {
    const packets: Packet[] = []
    for (const [subject, some] of Map.groupBy(batch, (each) => each.subject))
      for (const text of split(me, some, wire.longest)) packets.push({ subject, text })
    return packets
  }

  async function publish(): Promise<void> {
    while (counts.waiting > 0) {
      const [some, count] = [batches, counts.waiting]
      batches = [[]]
      counts.waiting = 0
      size = 0
      try {
        const sending = () => wire.publish(some.flatMap(packetsOf))
        const about = { 'messaging.batch.message_count': count }
        const startedMs = performance.now()
        await (tracer ? tracer.part('producer', 'bus publish', about, sending) : sending())
        counts.publishMs = performance.now() - startedMs
        counts.sent += count
      } catch (error) {
        counts.lost += count
        log.error({ err: error, lost: count }, 'events could not be published to other nodes')
      }
      if (overflowed > 0) log.error({ lost: overflowed }, 'too much waited for the bus to other nodes')
      overflowed = 0
    }
    sending = undefined
  }

  /** Others notice by this that the last items of this node were lost. */
  function publishPositions(): void {
    receiver.sweep()
    const used = numbers.look()
    sending ??= wire
      .publish(used.map(({ subject, last }) => ({ subject, text: position(me, last) })))
      .catch((error) => log.debug({ err: error }, 'the latest number of this node could not be published'))
      .then(publish)
  }

  publishPositions()
  const timers = [setInterval(publishPositions, positionMs), setInterval(rooms.settle, joiningMs / 2)]
  const heard = hearRooms(wire, receiver, log)

  return {
    ...heard,
    counts,
    send(item) {
      if ('events' in item) rooms.note(item.events)
      if (rooms.changes() !== changes) batches.push([])
      changes = rooms.changes()
      const subject = wire.rooms ? rooms.subjectOf(item) : everyone
      const n = numbers.next(subject)
      if (counts.waiting >= most.items || size >= most.characters) {
        overflowed += 1
        counts.lost += 1
        return
      }
      const text = inTrace(encode(item), tracer)
      size += text.length
      counts.waiting += 1
      batches.at(-1)?.push({ subject, n, text })
      sending ??= Promise.resolve().then(publish)
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      heard.stop()
      await sending
      await wire.close()
    },
  }
}

/** A bus on the wire that `connect` makes. */
export async function openBusOn(
  connect: (listener: WireListener, log: Logger) => Promise<Wire>,
  { onItem, missed }: Listener,
  log: Logger,
  tracer?: Tracer,
): Promise<Bus> {
  const me = crypto.randomUUID()
  const rooms = addressing()
  const counts = busCounts()
  const receiver = receiverOf(
    me,
    {
      missed,
      gap: () => {
        counts.gaps += 1
      },
      onItem(item) {
        counts.received += 1
        if ('events' in item) rooms.note(item.events)
        onItem(item)
      },
    },
    log,
    tracer,
  )
  return busOn(await connect(receiver, log), me, receiver, rooms, counts, log, tracer)
}
