import { callbacksNeedMessages } from './callbacks/rule.ts'

/** Rooms whose messages the log of events records, since event streams have asked for them. */
export type RecordedRooms = 'all' | ReadonlySet<string>

/** Whether messages of a room are added to the log of events. */
export const isRecorded = (
  app: { callbacks: number; recorded?: RecordedRooms | undefined },
  room: string,
): boolean =>
  callbacksNeedMessages(app) ||
  (app.recorded !== undefined && (app.recorded === 'all' || app.recorded.has(room)))

/** Stands for all rooms among ids of rooms. */
export const allRooms = ''

/** As one text; empty = none. */
export function recordedText(places: string[]): string {
  return places.includes(allRooms) ? '*' : places.join(' ')
}

/** Reads what `recordedText` wrote; undefined where nothing is recorded. */
export function recordedIn(text: string | null): RecordedRooms | undefined {
  if (text === null) return undefined
  return text === '*' ? 'all' : new Set(text.split(' '))
}
