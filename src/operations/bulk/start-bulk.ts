import { type Static, Type as t } from '@sinclair/typebox'
import type { AppRecord } from '../../domain/app.ts'
import type { BulkAction, BulkGiven, BulkJob, BulkListed } from '../../domain/bulk.ts'
import type { Dialect } from '../../domain/dialect.ts'
import type { Caller } from '../../domain/event.ts'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { isRoomId } from '../../domain/room.ts'
import { badFilter, filterOf } from '../../domain/room-filter.ts'
import { foldUsername } from '../../domain/user.ts'
import { folded } from '../../domain/user-ids.ts'
import { appOnlyOfRooms } from '../allowed.ts'
import { openCursor, sealCursor } from '../cursor.ts'
import { write } from '../operation.ts'
import { DraftBody, draftOf } from '../rooms/create-room.ts'
import { exactly, says } from '../schemas.ts'
import { Action, filterFields, Job, shownJob } from './schemas.ts'

const most = limits.bulkJobs.value

const badBulk = failure('invalid_parameter', '{action} takes {fields}', {
  en: 'a field is missing that the action needs, or is there that it does not take',
  zh: '缺少该操作所需的字段，或带有不支持的字段',
})

const tooManyJobs = failure('exceed_limit', `an app has at most ${most} bulk jobs at a time`, {
  en: `${most} have not ended yet`,
  zh: `未结束的任务已达 ${most} 个`,
  lift: {
    en: 'wait until a job has ended, or stop one',
    zh: '等待任务结束，或停止一个任务',
    calls: ['listBulk', 'stopBulk'],
  },
})

const badConfirmation = failure('precondition_failed', 'confirm names no dry run that is done', {
  en: '`confirm` is wrong, of a dry run that has not ended, or of one whose time is over',
  zh: '`confirm` 无效，或对应的预演未完成、已过期',
  lift: {
    en: 'make a dry run, and send the token that it answers when it is done',
    zh: '先执行预演，待其完成后使用返回的令牌',
    calls: ['startBulk', 'getBulk'],
  },
})

/** Tokens begin with it: what is sealed may begin with `-`, which a command line would take for an option. */
const confirmationPrefix = 'dry-run-'

/** The token that confirms a dry run; undefined where there is nothing to confirm, or not yet. */
export const confirmationOf = (app: AppRecord, job: BulkJob): string | undefined =>
  job.isDryRun && job.state === 'done' ? `${confirmationPrefix}${sealCursor(app, 'bulk', job.id)}` : undefined

/** The id of the dry run that a token confirms. */
function confirmed(app: AppRecord, token: string): string {
  if (!token.startsWith(confirmationPrefix)) throw badConfirmation()
  try {
    const id = openCursor(app, 'bulk', token.slice(confirmationPrefix.length))
    if (id !== undefined) return id
  } catch {}
  throw badConfirmation()
}

const Filter = exactly(
  filterFields,
  says(
    'As the parameters of the list; at least one. Any number of chat rooms is searched.',
    '与列表接口的参数相同，至少一项；检索范围不限。',
  ),
)

const Body = exactly({
  action: t.Optional(Action),
  rooms: t.Optional(
    t.Array(t.String(), {
      ...says('Their ids.', '聊天室 ID。'),
      examples: [['248710559375361']],
    }),
  ),
  filter: t.Optional(Filter),
  drafts: t.Optional(t.Array(DraftBody, says('`create`: the chat rooms.', '`create`：要创建的聊天室。'))),
  change: t.Optional(
    exactly(
      {
        name: t.Optional(t.String()),
        description: t.Optional(t.String()),
        maxusers: t.Optional(t.Integer()),
        custom: t.Optional(t.String()),
      },
      says('`modify`: the new values.', '`modify`：新的值。'),
    ),
  ),
  newowner: t.Optional(t.String(says('`transfer`: who owns them then.', '`transfer`：新的所有者。'))),
  usernames: t.Optional(
    t.Array(
      t.String(),
      says('`add_members`, `remove_members`: who.', '`add_members`、`remove_members`：用户。'),
    ),
  ),
  dry_run: t.Optional(
    t.Boolean(says('Changes nothing, and says what would be.', '不做修改，只说明将会发生什么。')),
  ),
  confirm: t.Optional(
    t.String(says('Alone: does what the dry run has shown.', '单独传：执行预演所示的内容。')),
  ),
})

type Asked = Static<typeof Body>

/** What each action takes beside the rooms. */
const takes: Record<BulkAction, readonly (keyof Asked)[]> = {
  create: ['drafts'],
  modify: ['change'],
  transfer: ['newowner'],
  dissolve: [],
  mute: [],
  unmute: [],
  add_members: ['usernames'],
  remove_members: ['usernames'],
  restore: [],
}

/** Fails where fields are missing or too many. */
function checkFields({ action, dry_run, ...given }: Asked): BulkAction {
  if (action === undefined) throw badBulk({ action: 'a bulk job', fields: 'action, or confirm alone' })
  const names = Object.keys(given) as (keyof Asked)[]
  const needed = takes[action]
  const chosen = names.filter((name) => name === 'rooms' || name === 'filter')
  // No filter finds rooms that were dissolved.
  const isFound = action !== 'restore' || given.filter === undefined
  const isRight =
    isFound &&
    needed.every((name) => names.includes(name)) &&
    chosen.length === (action === 'create' ? 0 : 1) &&
    names.length === needed.length + chosen.length
  const isEmpty = [given.rooms, given.drafts, given.usernames].some((list) => list?.length === 0)
  const isNothing = given.change !== undefined && Object.keys(given.change).length === 0
  if (isRight && !isEmpty && !isNothing) return action
  const which = { create: [], restore: ['rooms'] }[action as string] ?? ['either rooms or filter']
  const fields = [...which, ...needed].join(' and ')
  throw badBulk({ action, fields })
}

function listedOf({ rooms, drafts }: Asked, dialect: Dialect): BulkListed | undefined {
  const bad = rooms?.find((id) => !isRoomId(id))
  if (bad !== undefined) throw badFilter({ parameter: 'rooms' })
  if (rooms) return { rooms: [...new Set(rooms)] }
  return drafts && { drafts: drafts.map((draft) => draftOf(draft, dialect)) }
}

function givenOf(body: Asked, dialect: Dialect): BulkGiven {
  const action = checkFields(body)
  const { filter, change, newowner, usernames } = body
  if (filter && Object.keys(filter).length === 0) throw badFilter({ parameter: 'filter' })
  const conditions = new Map(Object.entries(filter ?? {}).map(([name, value]) => [name, String(value)]))
  return {
    action,
    dialect,
    ...(filter ? { filter: filterOf((name) => conditions.get(name)) } : {}),
    ...(change ? { change } : {}),
    ...(newowner === undefined ? {} : { newowner: foldUsername(newowner) }),
    ...(usernames ? { usernames: folded(usernames) } : {}),
  }
}

/** Whoever confirms a dry run begins the job, not whoever tried it. */
function begunBy(caller: Caller, { operator: _, ...given }: BulkGiven): BulkGiven {
  return caller.kind === 'app' && caller.operator !== undefined
    ? { ...given, operator: caller.operator }
    : given
}

interface Wanted {
  given?: BulkGiven
  listed?: BulkListed | undefined
  isDryRun: boolean
  basedOn: string
}

/** Begins a job, which a node runs room by room. */
export const startBulk = write({
  id: 'startBulk',
  routes: ['POST /chatrooms/bulk'],
  tag: 'bulk',
  summary: { en: 'Do one thing to many chat rooms', zh: '批量操作聊天室' },
  description: {
    en: 'Begins a job, which is read by its id. Each chat room is changed by the same rules as by its own call, and fares on its own. With `dry_run` in the body nothing is changed; the `confirm` of a dry run, sent alone, does exactly what that has shown: the job fails where other chat rooms meet the filter now, and a chat room that has changed is left alone.',
    zh: '创建任务并返回其 ID。每个聊天室的规则与单独调用时相同，互不影响。请求体带 `dry_run` 时不做修改；单独提交预演返回的 `confirm` 时，只执行预演所示的内容：符合条件的聊天室有变化时任务失败，有变化的聊天室不会被修改。',
  },
  allowed: appOnlyOfRooms,
  hasDialects: true,
  body: Body,
  response: { ownPath: true, data: Job },
  failures: [badBulk, badFilter, badConfirmation, tooManyJobs],

  input({ app, body, dialect }): Wanted {
    if (body.confirm !== undefined) {
      if (Object.keys(body).length > 1) throw badBulk({ action: 'confirm', fields: 'nothing beside it' })
      return { isDryRun: false, basedOn: confirmed(app, body.confirm) }
    }
    const given = givenOf(body, dialect)
    return { given, listed: listedOf(body, dialect), isDryRun: body.dry_run === true, basedOn: '' }
  },

  async run({ app, caller, store, now, emit }, { given, listed, isDryRun, basedOn }) {
    const dryRun = basedOn === '' ? undefined : await store.bulk.findJob(app.id, basedOn)
    if (basedOn !== '' && dryRun?.state !== 'done') throw badConfirmation()
    if ((await store.bulk.countOpen(app.id)) >= most) throw tooManyJobs()
    const counts = { total: 0, done: 0, refused: 0, changed: 0 }
    const job: BulkJob = {
      ...counts,
      id: await store.newId(),
      given: begunBy(caller, dryRun?.given ?? (given as BulkGiven)),
      isDryRun,
      basedOn,
      state: 'collecting',
      error: '',
      createdMs: now,
      endedMs: 0,
      members: 0,
      messages: 0,
    }
    await store.bulk.addJob(app.id, job, listed ? JSON.stringify(listed) : '')
    const { action } = job.given
    emit({ type: 'bulk.changed', job: job.id, action, state: job.state, dryRun: isDryRun, ...counts })
    return shownJob(job)
  },
})
