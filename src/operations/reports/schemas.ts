import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { type ReportSource, type ReportState, reportSources, reportStates } from '../../domain/report.ts'
import type { Report } from '../../store/reports.ts'
import { bounds, exactly, milliseconds, says } from '../schemas.ts'

export const noReport = failure('resource_not_found', 'message {message_id} was not reported!', {
  en: 'nobody has reported the message',
  zh: '该消息没有被举报',
})

export const badState = failure('illegal_argument', `state must be one of ${reportStates.join(', ')}`, {
  en: '`state` is another word',
  zh: '`state` 不是可选值之一',
})

export const badSource = failure('illegal_argument', `source must be one of ${reportSources.join(', ')}`, {
  en: '`source` is another word',
  zh: '`source` 不是可选值之一',
})

/** Reads a source. Fails with `badSource`. */
export function sourceNamed(text: string): ReportSource {
  const known = reportSources.find((source) => source === text)
  if (!known) throw badSource()
  return known
}

/** Reads a state. Fails with `badState`. */
export function stateOf(text: string): ReportState {
  const known = reportStates.find((state) => state === text)
  if (!known) throw badState()
  return known
}

export const State = t.String({
  ...says(
    '`open`, `dismissed`, or `acted`: something was done about it.',
    '`open` 待处理，`dismissed` 已驳回，`acted` 已处理。',
  ),
  examples: ['open'],
  ...bounds({ enum: reportStates }),
})

export const Row = exactly({
  msg_id: t.String({ ...says('Message id.', '消息 ID。'), examples: ['115823689093121'] }),
  source: t.String({
    ...says(
      '`user`, or `keyword`: a keyword list whose action is `report` holds a word of the message.',
      '`user` 为用户举报；`keyword` 为处理方式是 `report` 的关键词列表命中。',
    ),
    examples: ['user'],
    ...bounds({ enum: reportSources }),
  }),
  username: t.String({
    ...says('Who reported it; empty for `keyword`.', '举报人；`keyword` 时为空。'),
    examples: ['alice'],
  }),
  report_type: t.String({ examples: ['abuse'] }),
  report_reason: t.String({
    ...says('Why; for `keyword` the words.', '原因；`keyword` 时为命中的词。'),
    examples: ['It insults others.'],
  }),
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
  state: State,
  handled_by: t.String({
    ...says('Who decided; empty while open.', '处理人；未处理时为空。'),
    examples: [''],
  }),
  handled: t.Integer({
    ...says('When, Unix ms; 0 while open.', '处理时间，Unix 毫秒；未处理时为 0。'),
    examples: [0],
  }),
  note: t.String({ ...says('What was noted then.', '处理备注。'), examples: [''] }),
})

const sourceOf = ({ username }: Report): ReportSource => (username === '' ? 'keyword' : 'user')

/** A report as the response has it. */
export const shown = (report: Report) => ({
  msg_id: report.message,
  source: sourceOf(report),
  username: report.username,
  report_type: report.type,
  report_reason: report.reason,
  created: report.createdMs,
  chatroom_id: report.room,
  from: report.sender,
  state: report.state,
  handled_by: report.handledBy,
  handled: report.handled,
  note: report.note,
})
