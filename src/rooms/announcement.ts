import { Failure } from '../failure.ts'
import { limits } from '../limits.ts'
import type { Unit } from '../unit.ts'
import { roomToChange } from './access.ts'

/** Longest announcement, in Unicode code points. */
const longest = limits.announcement.value

/** Sets the announcement of a room; an empty text clears it. */
export async function setAnnouncement(unit: Unit, id: string, announcement: string): Promise<void> {
  await roomToChange(unit, 'setAnnouncement', id)
  if (announcement.length > longest && [...announcement].length > longest) {
    throw new Failure('forbidden_op', 'announce info length exceeds limit!')
  }
  await unit.store.rooms.setAnnouncement(unit.app.id, id, announcement)
  unit.emit({ type: 'announcement.changed', announcement }, id)
}
