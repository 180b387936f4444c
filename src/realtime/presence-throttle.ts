import type { Event } from '../domain/event.ts'
import type { LiveRoom } from './session.ts'

/** Rooms with more members on this node than this get presence notices in batches. */
const largeRoom = 100
const gatherMs = 100

/** Someone joined or left. */
type Movement = Event & { type: 'member.joined' | 'member.left' }

const isMovement = (event: Event): event is Movement =>
  event.type === 'member.left' || (event.type === 'member.joined' && event.ext === undefined)

interface Batch {
  came: Movement | undefined
  went: Movement | undefined
}

/**
 * Batches joins and leaves of large rooms: each goes to everybody, so ten thousand who join would cause fifty million
 * notices. `publish` gets a batch as one event. Those who join in one batch are not notified of each other; a client
 * gets the number of members on joining and may list them.
 */
export function presenceThrottle(publish: (event: Movement) => void) {
  const rooms = new Map<LiveRoom, Batch>()

  function flush(room: LiveRoom): void {
    const gathered = rooms.get(room)
    rooms.delete(room)
    if (gathered?.came) publish(gathered.came)
    if (gathered?.went) publish(gathered.went)
  }

  const merged = (earlier: Movement | undefined, event: Movement): Movement =>
    earlier ? { ...event, usernames: [...earlier.usernames, ...event.usernames] } : event

  /** Whether the event was batched, to be published later. */
  return function isThrottled(room: LiveRoom, event: Event): boolean {
    if (!isMovement(event)) return false
    if (room.users.size <= largeRoom && !rooms.has(room)) return false
    const came = event.type === 'member.joined'
    const opposite = came ? rooms.get(room)?.went : rooms.get(room)?.came
    if (opposite?.usernames.some((username) => event.usernames.includes(username))) flush(room)
    const gathered = rooms.get(room)
    if (!gathered) setTimeout(() => flush(room), gatherMs)
    rooms.set(room, {
      came: came ? merged(gathered?.came, event) : gathered?.came,
      went: came ? gathered?.went : merged(gathered?.went, event),
    })
    return true
  }
}
