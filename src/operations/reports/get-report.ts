import { Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import { superAdmins } from '../allowed.ts'
import { Line, lineOf } from '../history/line.ts'
import { type ActionContext, action } from '../operation.ts'
import { exactly, says } from '../schemas.ts'
import { noReport, Row, shown } from './schemas.ts'

const mostReports = limits.reportsPage.value
const around = limits.reportContext.value

/** The messages of a room just before a message, itself, and just after it, in that order. */
async function contextOf({ app, services }: ActionContext, room: string, id: number) {
  const { history, readMessage } = services
  const stretch = { room, above: 0, below: Number.MAX_SAFE_INTEGER, limit: around }
  const [before, after] = await Promise.all([
    history.scan(app.id, { ...stretch, below: id + 1, newestFirst: true, limit: around + 1 }),
    history.scan(app.id, { ...stretch, above: id, newestFirst: false }),
  ])
  const message = before[0]?.id === id ? before[0] : undefined
  const earlier = (message ? before.slice(1) : before.slice(0, around)).reverse()
  return {
    message: message ? lineOf(message, readMessage) : null,
    before: earlier.map((each) => lineOf(each, readMessage)),
    after: after.map((each) => lineOf(each, readMessage)),
  }
}

const nothing = { message: null, before: [], after: [] }

/** Who reported a message, its content, and the messages around it, where the app has a history. */
export const getReport = action({
  id: 'getReport',
  routes: ['GET /moderation/report/messages/:message_id'],
  tag: 'moderation',
  summary: { en: 'Get a reported message with its context', zh: '获取被举报消息及其上下文' },
  description: {
    en: `Where the app has a history, the message itself, which is null once it is gone or recalled, and up to ${around} before and after it.`,
    zh: `应用开启历史时返回消息内容（已过期或已撤回时为 null）以及前后各最多 ${around} 条消息。`,
  },
  allowed: superAdmins,
  response: {
    ownPath: true,
    data: exactly({
      reports: t.Array(Row),
      message: t.Union([Line, t.Null()]),
      before: t.Array(Line, says('The oldest first.', '按时间正序。')),
      after: t.Array(Line, says('The oldest first.', '按时间正序。')),
    }),
  },
  failures: [noReport],
  input: ({ params }) => ({ message: params.message_id }),

  async run(context, { message }) {
    const { app, store } = context
    const reports = await store.reports.listReports(app.id, { message }, mostReports)
    const [first] = reports
    if (!first) throw noReport({ message_id: message })
    const id = Number(message)
    const isStored = app.settings.historyDays > 0 && first.room !== '' && Number.isSafeInteger(id)
    const found = isStored ? await contextOf(context, first.room, id) : nothing
    return { reports: reports.map(shown), ...found }
  },
})
