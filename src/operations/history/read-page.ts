import type { AppRecord } from '../../domain/app.ts'
import { limits } from '../../domain/limits.ts'
import { firstMessageId } from '../../domain/message-ids.ts'
import { dayMs } from '../../domain/time.ts'
import type { Removed, StoredMessage } from '../../store/history/history.ts'
import type { History } from '../services.ts'

/** A query of the history of a room. */
export interface PageQuery {
  room: string
  /** Whose view it is; undefined = everything. */
  reader: string | undefined
  /** The page begins beyond this id. */
  from: number | undefined
  newestFirst: boolean
  limit: number
  /** Unix ms, both included. */
  startMs: number | undefined
  endMs: number | undefined
  kinds: number[] | undefined
  senders: string[] | undefined
}

export interface Page {
  messages: StoredMessage[]
  /** Where the next page begins; undefined when this is the last. */
  next: number | undefined
}

/** Messages that are looked at, at most, to fill a page. */
const mostScanned = limits.historyScanned.value
/** Messages of a further read when the first look did not fill the page. */
const piece = 500

const nothingRemoved: Removed = { to: 0, ids: [] }

/** Whether a message is in a user's view. */
function isShown(message: StoredMessage, reader: string, { to, ids }: Removed): boolean {
  const { id, sender, directed, ignoredBy } = message
  if (id <= to || ids.includes(id)) return false
  if (ignoredBy?.includes(reader)) return false
  return !directed || sender === reader || directed.includes(reader)
}

const isAsked = ({ kind, sender }: StoredMessage, { kinds, senders }: PageQuery): boolean =>
  (!kinds || kinds.includes(kind)) && (!senders || senders.includes(sender))

/** The bounds of what a query may show: what is over, by time or by number, is not there, whether or not it is pruned. */
async function boundsOf(history: History, app: AppRecord, query: PageQuery, now: number) {
  const { historyDays, historyPerRoom } = app.settings
  const floor = historyPerRoom === null ? 0 : await history.floor(app.id, query.room, historyPerRoom)
  const oldest = Math.max(
    firstMessageId(Math.max(now - historyDays * dayMs, query.startMs ?? 0)),
    floor,
    query.newestFirst ? 0 : (query.from ?? -1) + 1,
  )
  const newest = Math.min(
    query.endMs === undefined ? Number.MAX_SAFE_INTEGER : firstMessageId(query.endMs + 1),
    (query.newestFirst ? query.from : undefined) ?? Number.MAX_SAFE_INTEGER,
  )
  return { above: oldest - 1, below: newest }
}

/** Reads one page of a room's history: what is left out of it is made up for by what follows. */
export async function readPage(
  history: History,
  app: AppRecord,
  query: PageQuery,
  now: number,
): Promise<Page> {
  const { room, reader, newestFirst, limit } = query
  let { above, below } = await boundsOf(history, app, query, now)
  const found: StoredMessage[] = []
  let scanned = 0
  while (found.length <= limit) {
    const asked = scanned === 0 ? limit + 1 : piece
    const rows = await history.scan(app.id, { room, above, below, newestFirst, limit: asked })
    scanned += rows.length
    const removed =
      reader === undefined || rows.length === 0
        ? nothingRemoved
        : await history.removedBy(app.id, reader, { room, above, below })
    found.push(
      ...rows.filter((row) => isAsked(row, query) && (reader === undefined || isShown(row, reader, removed))),
    )
    const last = rows.at(-1)
    if (!last || rows.length < asked) break
    if (newestFirst) below = last.id
    else above = last.id
    if (found.length <= limit && scanned >= mostScanned) return { messages: found, next: last.id }
  }
  const messages = found.slice(0, limit)
  return { messages, next: found.length > limit ? messages.at(-1)?.id : undefined }
}
