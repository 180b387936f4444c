import { Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import type { ReportFilter, ReportPosition } from '../../store/reports.ts'
import { superAdmins } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { read } from '../operation.ts'
import { badLimit, cursorParameter, inQuery, limitOf, limitParameter } from '../parameters.ts'
import { badSource, badState, Row, shown, sourceNamed, stateOf } from './schemas.ts'

const reportsPage = { default: 10, most: limits.reportsPage.value }

function positionOf(position: string | undefined): ReportPosition | undefined {
  if (position === undefined) return undefined
  const [created = '', message = '', username = ''] = position.split(':')
  return { createdMs: Number(created), message, username }
}

/** Which reports a query selects; an empty value selects nothing. */
function filterOf(query: URLSearchParams): ReportFilter {
  const given = (name: string): string | undefined => query.get(name) || undefined
  const [state, source] = [given('state'), given('source')]
  const [room, username, sender] = [given('chatroom_id'), given('username'), given('from')]
  return {
    ...(state === undefined ? {} : { state: stateOf(state) }),
    ...(source === undefined ? {} : { source: sourceNamed(source) }),
    ...(room === undefined ? {} : { room }),
    ...(username === undefined ? {} : { username: username.toLowerCase() }),
    ...(sender === undefined ? {} : { sender: sender.toLowerCase() }),
  }
}

const text = { type: 'string' }

/** What users and keyword lists of the app reported, the latest first. */
export const listReports = read({
  id: 'listReports',
  routes: ['GET /moderation/report/messages'],
  tag: 'moderation',
  summary: { en: 'List the messages that were reported', zh: '获取被举报的消息列表' },
  description: {
    en: 'By users, and by keyword lists whose action is `report`; the latest report first.',
    zh: '包括用户举报和处理方式为 `report` 的关键词列表的上报，最近的在前。',
  },
  allowed: superAdmins,
  parameters: [
    limitParameter(reportsPage),
    cursorParameter,
    inQuery(
      'state',
      'Of this state only: `open`, `dismissed` or `acted`.',
      '只返回该状态：`open`、`dismissed`、`acted`。',
      text,
    ),
    inQuery(
      'source',
      'By `user` or by `keyword` only.',
      '只返回用户举报（`user`）或关键词上报（`keyword`）。',
      text,
    ),
    inQuery('chatroom_id', 'Of messages of this chat room only.', '只返回该聊天室的消息。', text),
    inQuery('username', 'By this user only.', '只返回该用户的举报。', text),
    inQuery('from', 'Of messages of this sender only.', '只返回该发送者的消息。', text),
  ],
  response: { data: t.Array(Row), count: true, cursor: true, params: true },
  failures: [badLimit, badCursor, badState, badSource],
  input({ app, query }) {
    const filter = filterOf(query)
    const list = `reports:${JSON.stringify(filter)}`
    return {
      filter,
      list,
      limit: limitOf(query, reportsPage),
      after: positionOf(openCursor(app, list, query.get('cursor'))),
    }
  },

  run: ({ app, store }, { filter, limit, after }) =>
    store.reports.listReports(app.id, filter, limit + 1, after),

  reply(reports, { list, limit }, { app }) {
    const page = reports.slice(0, limit)
    const last = page.at(-1)
    const hasMore = reports.length > limit && last
    const cursor = hasMore
      ? sealCursor(app, list, `${last.createdMs}:${last.message}:${last.username}`)
      : undefined
    return { data: page.map(shown), count: page.length, cursor }
  },
})
