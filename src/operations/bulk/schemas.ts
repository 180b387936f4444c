import { Type as t } from '@sinclair/typebox'
import { type BulkJob, bulkActions, bulkOutcomes, bulkStates } from '../../domain/bulk.ts'
import { failure } from '../../domain/failures.ts'
import { exactly, milliseconds, says } from '../schemas.ts'

export const bulkMissing = failure('service_resource_not_found', 'bulk job {bulk_id} does not exist', {
  en: 'no bulk job has this id, or its time is over',
  zh: '批量任务不存在或已过保留期',
})

const oneOf = (values: readonly string[]) => t.Unsafe<string>({ type: 'string', enum: [...values] })

export const Action = t.Union(
  bulkActions.map((action) => t.Literal(action)),
  { ...says('What is done to each chat room.', '对每个聊天室执行的操作。'), examples: ['dissolve'] },
)

const count = (en: string, zh: string) => t.Integer({ ...says(en, zh), examples: [0] })

export const Job = exactly({
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
})

export const Item = exactly({
  room: t.String(says('Empty for one that was not created.', '未创建时为空。')),
  outcome: {
    ...oneOf(bulkOutcomes),
    ...says(
      '`pending`, `done` (in a dry run: would be), `refused` by a rule, or `changed`: not what the dry run said, so left alone.',
      '`pending`、`done`（预演时为将会完成）、`refused`（被规则拒绝）或 `changed`（与预演不符，未执行）。',
    ),
    examples: ['done'],
  },
  members: count('Members who come or go.', '加入或离开的成员数。'),
  messages: t.Optional(
    count(
      'In a dry run: messages of the history that nobody can read any more.',
      '预演时返回：将无法再读取的历史消息数。',
    ),
  ),
  error: t.Optional(t.String(says('Word of the refusal.', '拒绝的错误码。'))),
  error_description: t.Optional(t.String(says('Text of the refusal.', '拒绝的原因。'))),
})
