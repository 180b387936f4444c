import { failure } from '../../domain/failures.ts'
import type { EventPosition } from '../../store/event-position.ts'

export const badPosition = failure('illegal_argument', 'after is no position of an event', {
  en: '`after` or `Last-Event-ID` is no `id` of an event',
  zh: '`after` 或 `Last-Event-ID` 不是事件的 `id`',
})

const form = /^([0-9a-f]{8})-(\d{1,16})-(\d{1,16})-(\d{1,9})-([\w.-]{0,64})$/

/** A position as its readers have it: it names its log, as those of another mean nothing there. */
export const positionText = (log: string, { xid, at, room, number }: EventPosition): string =>
  `${log}-${xid}-${at}-${number + 1}-${room}`

/** Fails with `illegal_argument` where a text is no position. */
export function readPosition(text: string): { log: string; position: EventPosition } {
  const [, log = '', xid, at, number, room = ''] = form.exec(text) ?? []
  const position = { xid: Number(xid), at: Number(at), room, number: Number(number) - 1 }
  if (log === '' || !Number.isSafeInteger(position.xid) || !Number.isSafeInteger(position.at))
    throw badPosition()
  return { log, position }
}
