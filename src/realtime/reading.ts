import type { ReadStore } from '../store/store.ts'
import type { LiveRoom, LiveUser, Moved } from './session.ts'

/** Where a user is, as it was read, and what events said of it meanwhile, which is newer. */
interface Read<Value> {
  value: Value
  moved: Moved
}

/** Notes where an event has put a user, for reads that are under way. */
export function noteMove({ reading }: LiveUser, room: string, isIn: boolean): void {
  if (reading) for (const moved of reading) moved.set(room, isIn)
}

/** Reads where a user is: an event that comes before the response must not be undone by it. */
export async function whileMoving<Value>(
  user: LiveUser,
  read: () => Value | Promise<Value>,
): Promise<Read<Value>> {
  const moved: Moved = new Map()
  user.reading ??= new Set()
  user.reading.add(moved)
  try {
    return { value: await read(), moved }
  } finally {
    user.reading.delete(moved)
    if (user.reading.size === 0) user.reading = undefined
  }
}

/** The room that a user is in, also where this node did not know; undefined where it is not in it. */
export async function roomOfMember(
  store: Pick<ReadStore, 'rooms'>,
  live: { enter(user: LiveUser, id: string): LiveRoom },
  user: LiveUser,
  id: string,
  isHere: () => boolean,
): Promise<LiveRoom | undefined> {
  const known = user.rooms.get(id)
  if (known) return known
  const { value, moved } = await whileMoving(user, () => store.rooms.isMember(user.app, id, user.username))
  return (moved.get(id) ?? value) && isHere() ? live.enter(user, id) : undefined
}
