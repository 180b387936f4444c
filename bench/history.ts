import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstMessageId, messageId } from '../src/domain/message-ids.ts'
import { openEmbeddedHistory } from '../src/engine/history-writer.ts'
import { roomMessage } from '../src/realtime/encode.ts'
import { MessageBody_Type } from '../src/realtime/generated/protocol.ts'
import { metaIn } from '../src/realtime/meta-in.ts'
import type { HistoryStore, StoredMessage } from '../src/store/history/history.ts'
import { openPostgres } from '../src/store/postgres.ts'
import type { Figure } from './figures.ts'

/** How much to measure: so many messages, spread over days and rooms. */
export interface HistorySize {
  messages: number
  days: number
  rooms: number
  pages: number
}

const dayMs = 86_400_000
const batch = 1000
const say = (text: string): void => console.log(`  ${text}`)

interface Opened {
  history: HistoryStore
  /** Bytes on disk. */
  bytes(): Promise<number>
  close(): Promise<void>
}

function embedded(): Opened {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-bench-'))
  const history = openEmbeddedHistory(dir)
  return {
    history,
    bytes: async () => statSync(join(dir, 'messages.db')).size,
    async close() {
      await history.close()
      rmSync(dir, { recursive: true })
    },
  }
}

async function onPostgres(url: string): Promise<Opened> {
  const postgres = await openPostgres({ url, pool: 4, timeoutMs: 600_000 })
  return {
    history: postgres.history,
    async bytes() {
      const sql = new Bun.SQL(url)
      const [row] = await sql`select sum(pg_total_relation_size(inhrelid)) as bytes from pg_inherits`
      await sql.close()
      return Number(row.bytes)
    },
    close: postgres.close,
  }
}

/** A text of some forty characters, as clients send them. */
function aMessage(id: number, at: number, room: string, place: number): StoredMessage {
  const body = {
    type: MessageBody_Type.CHATROOM,
    contents: [{ text: `message ${place} of a lively evening in the room` }],
  }
  const sender = `user-${place % 1000}`
  const frame = roomMessage({ id: BigInt(id), room, sender, resource: 'web', at }, body, undefined)
  return { id, app: 1, room, sender, directed: null, ignoredBy: null, ...metaIn(frame) }
}

const roomOf = (place: number, rooms: number): string =>
  String(248_710_559_000_000 + ((place * 7919) % rooms))

/** Writes all messages, in the order of their time; returns how many a second. */
async function fill(
  history: HistoryStore,
  { messages, days, rooms }: HistorySize,
  from: number,
): Promise<number> {
  const begun = performance.now()
  for (let first = 0; first < messages; first += batch) {
    const rows = Array.from({ length: Math.min(batch, messages - first) }, (_, n) => {
      const place = first + n
      const at = from + Math.floor((place / messages) * days * dayMs)
      return aMessage(messageId(at, place % 64, Math.floor(place / 64) % 64), at, roomOf(place, rooms), place)
    })
    await history.append({ rows, removed: [], isDurable: false })
    if (first % 1_000_000 === 0) say(`${first.toLocaleString('en')} messages written`)
  }
  return messages / ((performance.now() - begun) / 1000)
}

/** Milliseconds of each page of 50, from somewhere in some room. */
async function readPages(
  history: HistoryStore,
  { days, rooms, pages }: HistorySize,
  from: number,
): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < pages; n += 1) {
    const below = firstMessageId(from + Math.random() * days * dayMs)
    const room = roomOf(Math.floor(Math.random() * rooms), rooms)
    const begun = performance.now()
    await history.scan(1, { room, above: 0, below, newestFirst: true, limit: 51 })
    times.push(performance.now() - begun)
  }
  return times.sort((a, b) => a - b)
}

/** What keeping messages costs: disk for each, time for a page, time to drop a day. */
export async function measureHistory(size: HistorySize, databaseUrl: string | undefined): Promise<Figure[]> {
  const { history, bytes, close } = databaseUrl === undefined ? embedded() : await onPostgres(databaseUrl)
  const from = Math.floor(Date.now() / dayMs) * dayMs - size.days * dayMs
  const at = `${size.messages.toLocaleString('en')} messages, ${size.days} days, ${size.rooms.toLocaleString('en')} rooms`
  try {
    const written = await fill(history, size, from)
    const perMessage = (await bytes()) / size.messages
    const pages = await readPages(history, size, from)
    const begun = performance.now()
    await history.prune([{ app: 1, before: firstMessageId(from + dayMs) }])
    const pruned = performance.now() - begun
    const one = (what: string, value: number, unit: string): Figure => ({ what, at, values: [value], unit })
    return [
      one('messages written', written, '/s'),
      one('disk for a message', perMessage, 'bytes'),
      one('page of 50, median', pages[Math.floor(pages.length / 2)] ?? 0, 'ms'),
      one('page of 50, p99', pages[Math.floor(pages.length * 0.99)] ?? 0, 'ms'),
      one('a day is dropped', pruned, 'ms'),
    ]
  } finally {
    await close()
  }
}
