import { messageId } from '../../src/domain/message-ids.ts'
import { openEmbeddedHistory } from '../../src/engine/history-writer.ts'
import { roomMessage } from '../../src/realtime/encode.ts'
import { MessageBody_Type } from '../../src/realtime/generated/protocol.ts'
import { metaIn } from '../../src/realtime/meta-in.ts'
import type { HistoryStore } from '../../src/store/history/history.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import type { TestServer } from './server.ts'

const hour = 3_600_000

/** The beginning of an hour some hours ago. */
export const hoursAgo = (hours: number): number => Math.floor(Date.now() / hour) * hour - hours * hour

/** An hour as calls write it. */
export const written = (ms: number): string => new Date(ms).toISOString().replace(/\D/g, '').slice(0, 10)

async function withHistory(
  server: TestServer,
  work: (history: HistoryStore) => Promise<void>,
): Promise<void> {
  if (server.databaseUrl === '') {
    const history = openEmbeddedHistory(server.dir)
    return work(history).finally(history.close)
  }
  const postgres = await openPostgres({ url: server.databaseUrl, pool: 2, timeoutMs: 10_000 })
  return work(postgres.history).finally(postgres.close)
}

/** Stores texts of the first app as if bob had sent them from a moment on, one each millisecond; returns their ids. */
export async function sentBefore(
  server: TestServer,
  at: number,
  texts: string[],
  room = '42',
): Promise<string[]> {
  const rows = texts.map((text, place) => {
    const id = messageId(at + place, 0, 0)
    const body = { type: MessageBody_Type.CHATROOM, contents: [{ text }] }
    const message = { id: BigInt(id), room, sender: 'bob', resource: 'web', at: at + place }
    return {
      id,
      app: 1,
      room,
      sender: 'bob',
      directed: null,
      ignoredBy: null,
      ...metaIn(roomMessage(message, body, undefined)),
    }
  })
  await withHistory(server, (history) => history.append({ rows, removed: [], isDurable: true }))
  return rows.map(({ id }) => String(id))
}
