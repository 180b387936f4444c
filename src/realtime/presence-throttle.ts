import type { Event } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import { high, Meter } from '../domain/meter.ts'
import type { LiveRoom } from './session.ts'

/** How notices of joins and leaves are held back. */
export interface NoticeTerms {
  /** Rooms with more users on this node get them in batches. */
  largeRoom: number
  /** Deliveries a second that they may cause in one room. */
  perSecond: number
  /** Users that one of them names. */
  names: number
}

/** Time for which they are gathered in ms, where each user is still named. */
const shortestMs = 100
const longestMs = limits.presenceTime.value

/** Someone joined or left. */
type Movement = Event & { type: 'member.joined' | 'member.left' }

const isMovement = (event: Event): event is Movement =>
  event.type === 'member.left' || event.type === 'member.joined'

/** What somebody sends on joining stands in no notice that names others, too. */
function withoutText(event: Movement): Movement {
  if (event.type !== 'member.joined' || event.ext === undefined) return event
  const { ext: _, ...rest } = event
  return rest
}

interface Batch {
  came: Movement | undefined
  went: Movement | undefined
  /** Members in the room after the last of them. */
  memberCount: number
  timer: ReturnType<typeof setTimeout>
}

/**
 * Batches joins and leaves of large rooms: each goes to everybody, so ten thousand who join would cause fifty million
 * notices. `publish` gets a batch as one event. Those who join in one batch are not notified of each other; a client
 * gets the number of members on joining and may list them. The larger a room, the longer a batch: in the largest ones
 * who comes and goes again meanwhile is in no notice, and beyond some names the others are only counted. Who sends a text on
 * joining has a notice of its own, as long as the rate has room for it; beyond that the text is left out.
 */
export function presenceThrottle(
  publish: (event: Movement) => void,
  { largeRoom, perSecond, names }: NoticeTerms,
) {
  const batches = new Map<LiveRoom, Batch>()
  /** Deliveries of notices with a text. */
  const texts = new WeakMap<LiveRoom, Meter>()

  /** Whether an event has a text, and there is room for its own notice after those that wait. */
  function hasRoomForText(room: LiveRoom, event: Movement): boolean {
    if (event.type !== 'member.joined' || event.ext === undefined) return false
    const now = performance.now()
    const meter = texts.get(room) ?? new Meter(now)
    texts.set(room, meter)
    const { came, went } = batches.get(room) ?? {}
    const notices = 1 + (came ? 1 : 0) + (went ? 1 : 0)
    return meter.passes(perSecond, now, high, room.users.size * notices)
  }

  const timeOf = ({ users }: LiveRoom): number =>
    Math.min(longestMs, Math.max(shortestMs, (users.size * 2 * 1000) / perSecond))

  function flush(room: LiveRoom): void {
    const batch = batches.get(room)
    if (!batch) return
    clearTimeout(batch.timer)
    batches.delete(room)
    const { came, went, memberCount } = batch
    for (const event of [came, went])
      if (event && event.usernames.length > 0) publish({ ...event, memberCount })
  }

  function batchOf(room: LiveRoom, ms: number): Batch {
    const known = batches.get(room)
    if (known) return known
    const timer = setTimeout(flush, ms, room)
    const batch: Batch = { came: undefined, went: undefined, memberCount: 0, timer }
    batches.set(room, batch)
    return batch
  }

  const merged = (earlier: Movement | undefined, event: Movement): Movement => {
    const before = earlier?.usernames ?? []
    const room = Math.max(0, names - before.length)
    return { ...withoutText(event), usernames: [...before, ...event.usernames.slice(0, room)] }
  }

  const without = (event: Movement, usernames: string[]): Movement => ({
    ...event,
    usernames: event.usernames.filter((username) => !usernames.includes(username)),
  })

  /** What is left of an event where somebody goes who came in the same batch, or the other way round. */
  function settled(room: LiveRoom, event: Movement, ms: number): Movement {
    const way = event.type === 'member.joined' ? 'went' : 'came'
    const opposite = batches.get(room)?.[way]
    if (!opposite?.usernames.some((username) => event.usernames.includes(username))) return event
    if (ms === shortestMs) {
      flush(room)
      return event
    }
    batchOf(room, ms)[way] = without(opposite, event.usernames)
    return without(event, opposite.usernames)
  }

  /** Whether the event was batched, to be published later. */
  return function isThrottled(room: LiveRoom, event: Event): boolean {
    if (!isMovement(event)) return false
    if (room.users.size <= largeRoom && !batches.has(room)) return false
    if (hasRoomForText(room, event)) {
      flush(room)
      return false
    }
    const ms = timeOf(room)
    const rest = settled(room, event, ms)
    const batch = batchOf(room, ms)
    batch.memberCount = event.memberCount
    const way = event.type === 'member.joined' ? 'came' : 'went'
    batch[way] = merged(batch[way], rest)
    return true
  }
}
