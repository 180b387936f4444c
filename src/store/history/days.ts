import { firstMessageId, timeOfMessage } from '../../domain/message-ids.ts'
import { dayMs } from '../../domain/time.ts'

/** The day (UTC, counted from 1970) of a message. */
export const dayOf = (id: number): number => Math.floor(timeOfMessage(id) / dayMs)

const prefix = 'history_d'

/** The table that holds the messages of a day. */
export const tableOf = (day: number): string => prefix + day

/** The day whose messages a table holds. */
export const dayOfTable = (table: string): number => Number(table.slice(prefix.length))

/** The lowest id of a day, and the lowest of the next. */
export const idsOf = (day: number): { first: number; end: number } => ({
  first: firstMessageId(day * dayMs),
  end: firstMessageId((day + 1) * dayMs),
})

/** Days that lie before an id altogether. */
export const daysBefore = (days: number[], id: number): number[] => days.filter((day) => idsOf(day).end <= id)
