import { Type as t } from '@sinclair/typebox'
import { actorOf, appOperator } from '../../domain/event.ts'
import { limits } from '../../domain/limits.ts'
import { superAdmins } from '../allowed.ts'
import { write } from '../operation.ts'
import { cutReason, Reason } from '../reason.ts'
import { exactly, loosely, says } from '../schemas.ts'
import { badState, noReport, State, stateOf } from './schemas.ts'

/** Records the decision on the reports of a message. */
export const decideReport = write({
  id: 'decideReport',
  routes: ['PUT /moderation/report/messages/:message_id'],
  tag: 'moderation',
  summary: { en: 'Decide the reports of a message', zh: '处理消息举报' },
  description: {
    en: 'Of whoever reported it. Reports that come later are open again by themselves.',
    zh: '对该消息的全部举报生效；之后新用户的举报仍为待处理。',
  },
  allowed: superAdmins,
  body: loosely({
    state: State,
    note: t.Optional(Reason),
    handled_by: t.Optional(
      t.String({
        ...says(
          'Who decides, where the app itself calls; a user is known by its token.',
          '处理人，仅 App Token 调用时有效；用户 token 调用时取该用户。',
        ),
        examples: ['alice'],
      }),
    ),
  }),
  response: { ownPath: true, data: exactly({ state: State, reports: t.Integer({ examples: [1] }) }) },
  failures: [badState, noReport],
  input: ({ caller, params, body }) => ({
    message: params.message_id,
    state: stateOf(body.state),
    note: cutReason(body.note) ?? '',
    handledBy:
      actorOf(caller) || body.handled_by?.slice(0, limits.userId.value).toWellFormed() || appOperator,
  }),

  async run({ app, store, now, emit }, { message, state, note, handledBy }) {
    const [report] = await store.reports.listReports(app.id, { message }, 1)
    if (!report) throw noReport({ message_id: message })
    const isOpen = state === 'open'
    const reports = await store.reports.decideReports(app.id, message, {
      state,
      note,
      handledBy: isOpen ? '' : handledBy,
      handled: isOpen ? 0 : now,
    })
    const before = { state: report.state }
    emit({ type: 'report.decided', message, state, note, handledBy, before }, report.room)
    return { state, reports }
  },
})
