import type { Event } from '../domain/event.ts'
import type { LiveRoom } from './session.ts'

/** Rooms with more members here than this hear of comings and goings together. */
const crowd = 100
/** Milliseconds for which they are gathered. */
const gather = 100

/** Someone came or went. */
type Movement = Event & { type: 'member.joined' | 'member.left' }

const isMovement = (event: Event): event is Movement =>
  event.type === 'member.left' || (event.type === 'member.joined' && event.ext === undefined)

interface Gathered {
  came: Movement | undefined
  went: Movement | undefined
}

/**
 * Gathers comings and goings of large rooms, since each would go to everybody: ten thousand who join would cause fifty
 * million notices. `tell` gets them together. Those in one gathering do not hear of each other; who joins is told how
 * many there are, and may ask who.
 */
export function crowds(tell: (event: Movement) => void) {
  const rooms = new Map<LiveRoom, Gathered>()

  function flush(room: LiveRoom): void {
    const gathered = rooms.get(room)
    rooms.delete(room)
    if (gathered?.came) tell(gathered.came)
    if (gathered?.went) tell(gathered.went)
  }

  const together = (earlier: Movement | undefined, event: Movement): Movement =>
    earlier ? { ...event, usernames: [...earlier.usernames, ...event.usernames] } : event

  /** Whether the event was gathered, to be told later. */
  return function gathers(room: LiveRoom, event: Event): boolean {
    if (!isMovement(event)) return false
    if (room.users.size <= crowd && !rooms.has(room)) return false
    const came = event.type === 'member.joined'
    const opposite = came ? rooms.get(room)?.went : rooms.get(room)?.came
    if (opposite?.usernames.some((username) => event.usernames.includes(username))) flush(room)
    const gathered = rooms.get(room)
    if (!gathered) setTimeout(() => flush(room), gather)
    rooms.set(room, {
      came: came ? together(gathered?.came, event) : gathered?.came,
      went: came ? gathered?.went : together(gathered?.went, event),
    })
    return true
  }
}
