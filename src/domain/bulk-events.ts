import { hash } from './bulk.ts'
import type { AppEvent, Event, RoomEvent } from './event.ts'

/** Names what has happened to a room, or would. */
export const digestOf = (events: (RoomEvent | AppEvent | Event)[]): string =>
  hash(
    JSON.stringify(
      events.map((event) => {
        const { app, room, by, at, ...own } = event as Event
        return own
      }),
    ),
  )

/** Names members who come by events, or are removed. */
export const whoMoved = (events: (RoomEvent | AppEvent)[]): string[] =>
  events.flatMap((event) => {
    if (event.type === 'room.created') return [event.owner, ...event.members]
    return event.type === 'member.joined' || event.type === 'member.removed' ? event.usernames : []
  })

/** Members who come or go by events. */
export function membersMoved(events: (RoomEvent | AppEvent)[]): number {
  let moved = 0
  for (const event of events) {
    if (event.type === 'room.created') moved += event.members.length + 1
    else if (event.type === 'room.dissolved') moved += event.before.memberCount
    else if (event.type === 'room.restored') moved += event.memberCount
    else if (event.type === 'member.joined' || event.type === 'member.removed')
      moved += event.usernames.length
  }
  return moved
}
