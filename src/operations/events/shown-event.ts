import { appOperator } from '../../domain/event.ts'
import type { LoggedEvent } from '../../engine/event-feed.ts'

/** An event as its readers have it, as JSON text: what is stored is JSON already. */
export function shownEvent({ at, room, operator, operation, type, data, before }: LoggedEvent): string {
  const timestamp = Math.floor(at / 1000)
  const who = JSON.stringify(operator || appOperator)
  const was = before === null ? '' : `,"before":${before}`
  return (
    `{"type":"${type}","timestamp":${timestamp},"chatroomid":${JSON.stringify(room)},"operator":${who},` +
    `"operation":"${operation}","data":${data}${was}}`
  )
}
