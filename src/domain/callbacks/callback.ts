import type { CallbackRule } from './rule.ts'

/** What a callback sends, before it is signed. */
export interface Callback {
  event: CallbackRule['events'][number]
  /** What is delivered in order: a room, or `@` and a user. */
  room: string
  callId: string
  /** When it happened, in microseconds since the epoch. */
  at: number
  /** Sender or operator; empty for the app itself. */
  user: string
  source: CallbackRule['filter']['sources'][number]
  /** Of a message. */
  kind?: string
  /** JSON text of an object without `security`. */
  body: string
}

/** Whether one list of a rule's filter lets a value through: an empty list lets all through. */
export const passes = (wanted: readonly string[], given: string): boolean =>
  wanted.length === 0 || wanted.includes(given)

/** Whether a rule wants a callback. */
export const isWanted = (
  { events, filter }: Pick<CallbackRule, 'events' | 'filter'>,
  { event, room, user, source, kind }: Callback,
): boolean =>
  events.includes(event) &&
  passes(filter.rooms, room) &&
  passes(filter.users, user) &&
  passes(filter.sources, source) &&
  (kind === undefined || passes(filter.kinds, kind))
