import { Type as t } from '@sinclair/typebox'
import { type BulkItem, type BulkJob, bulkActions, bulkOutcomes, bulkStates } from '../../domain/bulk.ts'
import { failure } from '../../domain/failures.ts'
import { shownFilter } from '../../domain/room-filter.ts'
import { namedFields } from '../named-messages.ts'
import { exactly, milliseconds, says } from '../schemas.ts'

export const bulkMissing = failure('service_resource_not_found', 'bulk job {bulk_id} does not exist', {
  en: 'no bulk job has this id, or its time is over',
  zh: '批量任务不存在或已过保留期',
})

const oneOf = (values: readonly string[]) => t.Unsafe<string>({ type: 'string', enum: [...values] })

export const Action = t.Union(
  bulkActions.map((action) => t.Literal(action)),
  {
    ...says(
      'What is done to each chat room; `restore` takes `rooms` alone.',
      '对每个聊天室执行的操作；`restore` 只支持 `rooms`。',
    ),
    examples: ['dissolve'],
  },
)

const count = (en: string, zh: string) => t.Integer({ ...says(en, zh), examples: [0] })

const number = t.Integer({ minimum: 0 })

/** Conditions by the names of the list's parameters. */
export const filterFields = {
  owner: t.Optional(t.String()),
  member: t.Optional(t.String()),
  name: t.Optional(t.String()),
  custom: t.Optional(t.String()),
  created_after: t.Optional(number),
  created_before: t.Optional(number),
  members_min: t.Optional(number),
  members_max: t.Optional(number),
}

export const Item = exactly({
  room: t.String(says('Empty for one that was not created.', '未创建时为空。')),
  name: t.String({
    ...says(
      'Its name when the job began; empty where there was none.',
      '任务开始时的名称；聊天室不存在时为空。',
    ),
    examples: ['room 1'],
  }),
  outcome: {
    ...oneOf(bulkOutcomes),
    ...says(
      '`pending`, `done` (in a dry run: would be), `refused` by a rule, or `changed`: not what the dry run said, so left alone.',
      '`pending`、`done`（预演时为将会完成）、`refused`（被规则拒绝）或 `changed`（与预演不符，未执行）。',
    ),
    examples: ['done'],
  },
  members: count('Members who come or go.', '加入或离开的成员数。'),
  usernames: t.Array(t.String(), says('The first of them.', '其中前几名。')),
  messages: t.Optional(
    count(
      'In a dry run: messages of the history that nobody can read any more.',
      '预演时返回：将无法再读取的历史消息数。',
    ),
  ),
  ...namedFields,
  error: t.Optional(t.String(says('Word of the refusal.', '拒绝的错误码。'))),
  error_description: t.Optional(t.String(says('Text of the refusal.', '拒绝的原因。'))),
})

const jobFields = {
  id: t.String({ examples: ['248710559375361'] }),
  action: Action,
  dry_run: t.Boolean({ ...says('Nothing is changed.', '不做任何修改。'), examples: [true] }),
  state: {
    ...oneOf(bulkStates),
    ...says(
      '`collecting` (which rooms), then `running`; `done`, `stopped` and `failed` are ends.',
      '先 `collecting`（确定范围），后 `running`；`done`、`stopped`、`failed` 为终态。',
    ),
    examples: ['done'],
  },
  error: t.Optional(
    t.String(says('Why it failed; nothing was changed then.', '失败原因；此时未做任何修改。')),
  ),
  total: count('Chat rooms.', '聊天室总数。'),
  done: count('Done, or in a dry run would be.', '已完成；预演时为将会完成。'),
  refused: count('Refused by a rule.', '被规则拒绝。'),
  changed: count('Left as they are, as they are not what the dry run said.', '因与预演不符而未执行。'),
  created: milliseconds('Unix ms.', 'Unix 毫秒时间戳。'),
  ended: t.Optional(milliseconds('Unix ms.', 'Unix 毫秒时间戳。')),
  confirm: t.Optional(
    t.String(
      says(
        'Of a dry run that is done: sent as `confirm`, it does what this has shown and nothing else.',
        '预演完成后返回：以 `confirm` 提交时只执行预演所示的内容。',
      ),
    ),
  ),
  filter: t.Optional(exactly(filterFields, says('Why these chat rooms.', '选取聊天室的条件。'))),
  members: t.Optional(
    count(
      'Members who come or go in all of them, when it is done.',
      '任务完成后返回：加入或离开的成员总数。',
    ),
  ),
  messages: t.Optional(
    count(
      'Of a dry run that is done: messages of the history that nobody can read any more.',
      '预演完成后返回：将无法再读取的历史消息总数。',
    ),
  ),
}

export const Job = exactly(jobFields)

/** A job with the first of its chat rooms. */
export const JobInFull = exactly({
  ...jobFields,
  rooms: t.Optional(
    t.Array(
      Item,
      says('Of a dry run that is done: the first chat rooms.', '预演完成后返回：前几个聊天室的结果。'),
    ),
  ),
  rooms_cursor: t.Optional(
    t.String(
      says(
        'Where there are more: `cursor` for the next page of `GET …/rooms`.',
        '还有更多时返回：用作 `GET …/rooms` 的 `cursor` 以获取下一页。',
      ),
    ),
  ),
})

export const shownJob = (job: BulkJob, confirm?: string) => ({
  id: job.id,
  action: job.given.action,
  dry_run: job.isDryRun,
  state: job.state,
  ...(job.error === '' ? {} : { error: job.error }),
  total: job.total,
  done: job.done,
  refused: job.refused,
  changed: job.changed,
  created: job.createdMs,
  ...(job.endedMs === 0 ? {} : { ended: job.endedMs }),
  ...(confirm === undefined ? {} : { confirm }),
  ...(job.given.filter ? { filter: shownFilter(job.given.filter) } : {}),
  ...(job.state === 'done' ? { members: job.members } : {}),
  ...(job.state === 'done' && job.isDryRun ? { messages: job.messages } : {}),
})

export const shownItem = (
  { room, name, outcome, members, usernames, messages, word, error }: BulkItem,
  isDryRun: boolean,
) => ({
  room,
  name,
  outcome,
  members,
  usernames,
  ...(isDryRun ? { messages } : {}),
  ...(word === '' ? {} : { error: word, error_description: error }),
})
