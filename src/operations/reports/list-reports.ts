import { Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import type { ReportPosition } from '../../store/reports.ts'
import { appOnly } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { read } from '../operation.ts'
import { badLimit, cursorParameter, limitOf, limitParameter } from '../parameters.ts'
import { exactly, milliseconds, says, UserId } from '../schemas.ts'

const reportsPage = { default: 10, most: limits.reportsPage.value }

const Row = exactly({
  msg_id: t.String({ ...says('Message id.', '消息 ID。'), examples: ['115823689093121'] }),
  username: UserId,
  report_type: t.String({ examples: ['abuse'] }),
  report_reason: t.String({ examples: ['It insults others.'] }),
  created: milliseconds('When it was reported, Unix ms.', '举报时间，Unix 毫秒。'),
  chatroom_id: t.String({
    ...says(
      'Chat room of the message; empty for a message to a user, and where it is not known any more.',
      '消息所在的聊天室 ID；单聊消息或服务器已不保存该消息时为空。',
    ),
    examples: ['248710559375361'],
  }),
  from: t.String({
    ...says(
      'Who sent the message; empty where that is not known any more.',
      '消息发送者；服务器已不保存该消息时为空。',
    ),
    examples: ['bob'],
  }),
})

function positionOf(place: string | undefined): ReportPosition | undefined {
  if (place === undefined) return undefined
  const [created = '', message = '', username = ''] = place.split(':')
  return { created: Number(created), message, username }
}

/** What users of the app reported, the latest first. */
export const listReports = read({
  id: 'listReports',
  routes: ['GET /moderation/report/messages'],
  tag: 'messages',
  summary: { en: 'List the messages that users reported', zh: '获取被举报的消息列表' },
  description: { en: 'The latest report first.', zh: '最近的举报在前。' },
  allowed: appOnly,
  parameters: [limitParameter(reportsPage), cursorParameter],
  response: { data: t.Array(Row), count: true, cursor: true, params: true },
  failures: [badLimit, badCursor],
  input: ({ app, query }) => ({
    limit: limitOf(query, reportsPage),
    after: positionOf(openCursor(app, 'reports', query.get('cursor'))),
  }),

  run: ({ app, store }, { limit, after }) => store.reports.listReports(app.id, limit + 1, after),

  reply(reports, { limit }, { app }) {
    const page = reports.slice(0, limit)
    const last = page.at(-1)
    const hasMore = reports.length > limit && last
    const data = page.map(({ message, username, type, reason, created, room, sender }) => ({
      msg_id: message,
      username,
      report_type: type,
      report_reason: reason,
      created,
      chatroom_id: room,
      from: sender,
    }))
    const cursor = hasMore
      ? sealCursor(app, 'reports', `${last.created}:${last.message}:${last.username}`)
      : undefined
    return { data, count: data.length, cursor }
  },
})
