import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { appOnly } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { badPosition, readPosition } from '../events/position.ts'
import { type ReadContext, read, write } from '../operation.ts'
import { badLimit, cursorParameter, inQuery, limitOf, limitParameter } from '../parameters.ts'
import { exactly, milliseconds, says } from '../schemas.ts'
import { callbackMissing, lockedRule, ruleChanged } from './schemas.ts'

const page = { default: 50, most: limits.callbackLog.value }

const shared = { tag: 'callbacks', allowed: appOnly } as const
const listed = {
  ...shared,
  parameters: [limitParameter(page), cursorParameter],
  failures: [callbackMissing, badLimit, badCursor],
}

const common = {
  event: t.String({ ...says('The event that it carries.', '事件类型。'), examples: ['message.sent'] }),
  chatroomid: t.String({
    ...says('The chat room; `@` and a user id for events of users.', '聊天室 ID；用户事件为 `@` 加用户 ID。'),
    examples: ['248710559375361'],
  }),
  callId: t.String({ examples: ['acme#lounge_1450000000000001003'] }),
  error: t.String({ ...says('Why it failed; empty otherwise.', '失败原因；成功为空。'), examples: [''] }),
}

const Attempt = exactly({
  id: t.String({ ...says('Names it for `resend`.', '用于 `resend` 的标识。'), examples: ['17'] }),
  timestamp: milliseconds('Unix ms.', 'Unix 毫秒时间戳。'),
  ...common,
  attempt: t.Integer({ ...says('Counts from 1.', '第几次尝试，从 1 开始。'), examples: [1] }),
  status: t.Integer({
    ...says('Status of the response; 0 without one.', '应答状态码，无应答为 0。'),
    examples: [200],
  }),
  duration: t.Integer({ ...says('Milliseconds.', '毫秒。'), examples: [12] }),
  request: t.Optional(
    t.String({
      ...says(
        'With `bodies`: the beginning of what was sent, without `security`; empty where it was not stored.',
        '指定 `bodies` 时返回：请求体开头部分，不含 `security`；未保留时为空。',
      ),
      examples: [''],
    }),
  ),
  response: t.Optional(
    t.String({
      ...says('With `bodies`: the beginning of the answer.', '指定 `bodies` 时返回：应答内容开头部分。'),
      examples: [''],
    }),
  ),
})

const Dead = exactly({
  timestamp: milliseconds('When it happened, Unix ms.', '事件发生时间，Unix 毫秒。'),
  failed: milliseconds('When it failed for the last time, Unix ms.', '最后一次失败时间，Unix 毫秒。'),
  ...common,
  attempts: t.Integer({ examples: [11] }),
})

async function checkRule({ app, store }: ReadContext, id: string): Promise<void> {
  if (!(await store.callbacks.callbackRule(app.id, id))) throw callbackMissing({ callback_id: id })
}

/** One page of rows, of which one more was read. */
function pageOf<Row extends { seq: number }>(
  { app }: Pick<ReadContext, 'app'>,
  list: string,
  rows: Row[],
  limit: number,
) {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { rows: rows.slice(0, limit), cursor: last && sealCursor(app, list, String(last.seq)) }
}

export const listCallbackDeliveries = read({
  ...listed,
  id: 'listCallbackDeliveries',
  routes: ['GET /callbacks/:callback_id/deliveries'],
  summary: { en: 'List the latest attempts of a callback rule', zh: '获取回调规则的投递日志' },
  description: {
    en: `The latest first; at most ${limits.callbackLog.value} are stored, for \`callbackFailureDays\`. With \`bodies=true\` also what each sent and was answered: of all that failed, and of ${limits.callbackLoggedSuccesses.value} a second that succeeded.`,
    zh: `最近的在前；最多保留 ${limits.callbackLog.value} 条，保留 \`callbackFailureDays\` 天。指定 \`bodies=true\` 时附带请求体和应答：失败的全部保留，成功的每秒保留 ${limits.callbackLoggedSuccesses.value} 次。`,
  },
  parameters: [
    ...listed.parameters,
    inQuery('bodies', 'Whether to show what was sent, and what was answered.', '是否返回请求体和应答内容。', {
      type: 'boolean',
    }),
  ],
  response: { ownPath: true, data: t.Array(Attempt), count: true, cursor: true },
  input({ app, params, query }) {
    const id = params.callback_id
    const cursor = openCursor(app, `deliveries:${id}`, query.get('cursor'))
    return {
      id,
      limit: limitOf(query, page),
      before: Number(cursor ?? Number.MAX_SAFE_INTEGER),
      withBodies: query.get('bodies') === 'true',
    }
  },

  async run(context, { id, limit, before }) {
    await checkRule(context, id)
    const { app, store } = context
    return store.callbackDelivery.attempts(app.id, id, limit + 1, before)
  },

  reply(attempts, { id, limit, withBodies }, { app }) {
    const { rows, cursor } = pageOf({ app }, `deliveries:${id}`, attempts, limit)
    const data = rows.map(({ seq, at, event, room, call, error, attempt, status, ms, sent, answer }) => ({
      id: String(seq),
      timestamp: at,
      event,
      chatroomid: room,
      callId: call,
      error,
      attempt,
      status,
      duration: ms,
      ...(withBodies ? { request: sent, response: answer } : {}),
    }))
    return { data, count: data.length, cursor }
  },
})

export const listDeadCallbacks = read({
  ...listed,
  id: 'listDeadCallbacks',
  routes: ['GET /callbacks/:callback_id/dead'],
  summary: { en: 'List the callbacks that were given up', zh: '获取重试耗尽的回调（死信）' },
  description: {
    en: 'The oldest first, for `callbackFailureDays`.',
    zh: '最早的在前，保留 `callbackFailureDays` 天。',
  },
  response: { ownPath: true, data: t.Array(Dead), count: true, cursor: true },
  input({ app, params, query }) {
    const id = params.callback_id
    const cursor = openCursor(app, `dead:${id}`, query.get('cursor'))
    return { id, limit: limitOf(query, page), after: Number(cursor ?? 0) }
  },

  async run(context, { id, limit, after }) {
    await checkRule(context, id)
    const { app, store } = context
    return store.callbackDelivery.deadCallbacks(app.id, id, limit + 1, after)
  },

  reply(dead, { id, limit }, { app }) {
    const { rows, cursor } = pageOf({ app }, `dead:${id}`, dead, limit)
    const data = rows.map(({ at, failed, event, room, call, error, attempts }) => ({
      timestamp: Math.floor(at / 1000),
      failed,
      event,
      chatroomid: room,
      callId: call,
      error,
      attempts,
    }))
    return { data, count: data.length, cursor }
  },
})

export const retryDeadCallbacks = write({
  ...shared,
  id: 'retryDeadCallbacks',
  routes: ['POST /callbacks/:callback_id/dead/retry'],
  summary: { en: 'Try the callbacks again that were given up', zh: '重新投递死信' },
  response: { ownPath: true, data: exactly({ count: t.Integer({ examples: [3] }) }) },
  failures: [callbackMissing],
  input: ({ params }) => ({ id: params.callback_id }),

  async run(transaction, { id }) {
    await lockedRule(transaction, id)
    const count = await transaction.store.callbackDelivery.reviveCallbacks(transaction.app.id, id)
    await ruleChanged(transaction, id, 'retried')
    return { count }
  },
})

const noPlace = failure('illegal_argument', 'either after or since must be provided', {
  en: 'the body has neither `after` nor `since`, or both',
  zh: '请求体缺少 `after` 和 `since`，或同时包含两者',
})

export const replayCallbacks = write({
  ...shared,
  id: 'replayCallbacks',
  routes: ['POST /callbacks/:callback_id/replay'],
  summary: { en: 'Deliver again from a position or a time on', zh: '从指定位置或时间重新投递' },
  description: {
    en: 'What the log of events still has comes again, with the same `callId` and `webhook-id`; a later position skips.',
    zh: '重新投递事件日志中仍保留的事件，`callId` 和 `webhook-id` 不变；指定更晚的位置则跳过。',
  },
  body: exactly({
    after: t.Optional(
      t.String({
        ...says('`id` of an event of the feed (`GET /events`).', '事件流（`GET /events`）中事件的 `id`。'),
      }),
    ),
    since: t.Optional(milliseconds('Unix ms.', 'Unix 毫秒时间戳。')),
  }),
  response: { ownPath: true, data: exactly({ result: t.Literal('ok') }) },
  failures: [callbackMissing, noPlace, badPosition],
  async input({ app, params, body: { after, since } }, { feed }) {
    if ((after === undefined) === (since === undefined)) throw noPlace()
    if (after === undefined) return { id: params.callback_id, place: { xid: null, ...startOf(since ?? 0) } }
    const { log, position } = readPosition(after)
    if (log !== feed.logOf(app) || !(await feed.startOf(app.id, position))) throw badPosition()
    return { id: params.callback_id, place: position }
  },

  async run(
    transaction,
    { id, place }: { id: string; place: { xid: number | null; at: number; room: string; number: number } },
  ) {
    const { app, store } = transaction
    await lockedRule(transaction, id)
    await store.callbackDelivery.moveRule(app.id, id, place)
    await ruleChanged(transaction, id, 'replayed')
    return { result: 'ok' as const }
  },
})

const startOf = (sinceMs: number) => ({ at: Math.max(0, sinceMs) * 1000, room: '', number: -1 })
