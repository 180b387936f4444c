import { Type as t } from '@sinclair/typebox'
import { limits } from '../domain/limits.ts'
import { timeOfMessage } from '../domain/message-ids.ts'
import type { HistoryReads } from '../store/history/history.ts'
import { exactly, milliseconds, says, UserId } from './schemas.ts'

const most = limits.messagesNamed.value

/** Messages of a room by name, as a dry run shows those that would go with it. */
export const namedFields = {
  messages_first: t.Optional(
    t.Array(
      exactly({
        id: t.String({ examples: ['115823689093121'] }),
        from: UserId,
        timestamp: milliseconds('When it was accepted, Unix ms.', '服务器接受消息的时间，Unix 毫秒。'),
      }),
      says(`The latest ${most} of these messages.`, `其中最近的 ${most} 条。`),
    ),
  ),
  messages_more: t.Optional(
    t.Boolean({ ...says('Whether there are others.', '是否还有其他消息。'), examples: [false] }),
  ),
}

/** The latest messages of a room. */
export async function namedMessages(history: Pick<HistoryReads, 'scan'>, app: number, room: string) {
  const stretch = { room, above: 0, below: Number.MAX_SAFE_INTEGER, newestFirst: true, limit: most + 1 }
  const found = await history.scan(app, stretch)
  return {
    messages_first: found
      .slice(0, most)
      .map(({ id, sender }) => ({ id: String(id), from: sender, timestamp: timeOfMessage(id) })),
    messages_more: found.length > most,
  }
}
