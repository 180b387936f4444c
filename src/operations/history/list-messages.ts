import { Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import { appOnlyOfRooms } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { actionInRoom } from '../operation.ts'
import { badLimit, cursorParameter, inQuery, limitOf, limitParameter } from '../parameters.ts'
import { historyNotOpen } from './failures.ts'
import { Line, lineOf } from './line.ts'
import { readPage } from './read-page.ts'

const page = { default: 20, most: limits.historyPage.value }

/** A moment of the query; anything but digits counts as absent. */
const momentOf = (text: string | null): number | undefined =>
  text !== null && /^\d{1,13}$/.test(text) ? Number(text) : undefined

/** Reads the history of a chat room for the app's own server: all of it, whoever removed what from its view. */
export const listMessages = actionInRoom({
  id: 'listMessages',
  routes: ['GET /chatrooms/:chatroom_id/messages'],
  tag: 'history',
  summary: { en: 'Read the history of a chat room, for servers', zh: '服务端查询聊天室历史消息' },
  description: {
    en: 'A call of our own. Directed messages and those that users removed from their view are there, recalled ones are not.',
    zh: '本服务自有的接口。包括定向消息和用户单向删除的消息，不包括已撤回的消息。',
  },
  allowed: appOnlyOfRooms,
  parameters: [
    limitParameter(page),
    cursorParameter,
    inQuery('order', '`up`: oldest first; otherwise newest first.', '`up` 为按时间正序，否则为逆序。', {
      type: 'string',
      enum: ['up', 'down'],
      default: 'down',
    }),
    inQuery('startTimestamp', 'From this moment on, Unix ms.', '起始时间，Unix 毫秒（含）。', {
      type: 'integer',
    }),
    inQuery('endTimestamp', 'Up to this moment, Unix ms.', '结束时间，Unix 毫秒（含）。', {
      type: 'integer',
    }),
  ],
  response: { data: t.Array(Line), count: true, cursor: true, params: true },
  failures: [historyNotOpen, badLimit, badCursor],

  input({ app, params, query }) {
    if (app.settings.historyDays === 0) throw historyNotOpen()
    const room = params.chatroom_id
    const from = openCursor(app, `messages:${room}`, query.get('cursor'))
    return {
      room,
      reader: undefined,
      from: from === undefined ? undefined : Number(from),
      newestFirst: query.get('order') !== 'up',
      limit: limitOf(query, page),
      startMs: momentOf(query.get('startTimestamp')),
      endMs: momentOf(query.get('endTimestamp')),
      kinds: undefined,
      senders: undefined,
    }
  },

  async run({ app, services: { history, readMessage }, now }, query) {
    const { messages, next } = await readPage(history, app, query, now)
    return { lines: messages.map((message) => lineOf(message, readMessage)), next }
  },

  reply({ lines, next }, { room }, { app }) {
    const cursor = next === undefined ? undefined : sealCursor(app, `messages:${room}`, String(next))
    return { data: lines, count: lines.length, cursor }
  },
})
