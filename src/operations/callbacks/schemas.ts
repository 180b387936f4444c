import { Type as t } from '@sinclair/typebox'
import {
  type CallbackFilter,
  type CallbackRule,
  callbackEvents,
  failureChoices,
  messageKinds,
  needsOf,
  sources,
  stages,
} from '../../domain/callbacks/rule.ts'
import type { CallbackChange } from '../../domain/event.ts'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import type { Transaction } from '../operation.ts'
import { bounds, exactly, milliseconds, RoomId, says, UserId } from '../schemas.ts'

const mostEntries = limits.callbackFilter.value

export const callbackMissing = failure('resource_not_found', 'callback {callback_id} does not exist!', {
  en: 'the app has no callback rule with this id',
  zh: '应用没有该 ID 的回调规则',
})

export const Name = t.String({
  ...says(
    `Letters, digits and \`_\`, at most ${limits.callbackName.value}; Chinese too for \`before\`.`,
    `字母、数字和 \`_\`，最多 ${limits.callbackName.value} 个；发送前回调可含中文。`,
  ),
  examples: ['to_backend'],
  ...bounds({ minLength: 1, maxLength: limits.callbackName.value }),
})

export const Url = t.String({
  ...says('HTTP or HTTPS.', 'HTTP 或 HTTPS 地址。'),
  examples: ['https://chat.example.com/callback'],
  ...bounds({ maxLength: limits.callbackUrl.value }),
})

export const When = t.String({
  ...says(
    '`after`: called when something has happened. `before`: called before a message of a client is delivered.',
    '`after`：事件发生后通知；`before`：客户端消息投递前询问。',
  ),
  examples: ['after'],
  ...bounds({ enum: stages, default: 'after' }),
})

export const Events = t.Array(t.String(bounds({ enum: callbackEvents })), {
  ...says('Events that are sent to it; empty for `before`.', '订阅的事件；`before` 规则为空。'),
  examples: [['message.sent', 'chatroom.member_joined']],
})

const most = bounds({ maxItems: mostEntries })

export const Rooms = t.Array(RoomId, {
  ...says('Chat rooms; empty is all.', '聊天室 ID，空表示全部。'),
  examples: [[]],
  ...most,
})
export const Users = t.Array(UserId, {
  ...says(
    'Senders of messages and operators of events; empty is all.',
    '消息发送者或事件操作者，空表示全部。',
  ),
  examples: [[]],
  ...most,
})
export const Kinds = t.Array(t.String(bounds({ enum: messageKinds })), {
  ...says(
    'Kinds of messages; empty is all. Other events pass.',
    '消息类型，空表示全部；不影响消息以外的事件。',
  ),
  examples: [[]],
})
export const Sources = t.Array(t.String(bounds({ enum: sources })), {
  ...says(
    '`rest`: requested with the app token. `client`: by a user. Empty is both.',
    '`rest`：使用 App Token 的调用；`client`：用户的操作。空表示两者。',
  ),
  examples: [[]],
})

export const Timeout = t.Integer({
  ...says(
    'Of `before`: milliseconds in which a response must come.',
    '`before` 规则：等待应答的时间，单位毫秒。',
  ),
  ...bounds({ minimum: 1, maximum: limits.beforeTime.value, default: 200 }),
})

export const OnFailure = t.String({
  ...says(
    'Of `before`: what becomes of a message where the endpoint fails.',
    '`before` 规则：回调失败时如何处理消息：`deliver` 放行，`stop` 拦截。',
  ),
  ...bounds({ enum: failureChoices, default: 'deliver' }),
})

export const Report = t.Boolean({
  ...says(
    'Of `before`: whether the sender of a message that is stopped gets an error; else it looks delivered.',
    '`before` 规则：消息被拦截时是否向发送方返回错误；否则发送方显示发送成功。',
  ),
})

export const Enabled = t.Boolean({
  ...says('Whether it is at work; not, if not given.', '是否启用，默认不启用。'),
  examples: [true],
})

export const Secret = t.String({
  ...says('Shown in this response alone.', '仅在本次响应中返回。'),
  examples: ['whsec_Y2hhdHJvb21kLWV4YW1wbGUtc2VjcmV0LTMyYnl0ZXM='],
})

const shownRule = {
  id: t.String({ ...says('Id of the rule.', '规则 ID。'), examples: ['248710559375361'] }),
  name: Name,
  url: Url,
  when: When,
  events: Events,
  rooms: Rooms,
  users: Users,
  kinds: Kinds,
  sources: Sources,
  timeout: t.Optional(Timeout),
  onFailure: t.Optional(OnFailure),
  report: t.Optional(Report),
  enabled: Enabled,
  secrets: t.Array(milliseconds('Unix ms.', 'Unix 毫秒时间戳。'), {
    ...says('When each of its secrets was made, the older first.', '各密钥的创建时间，较早的在前。'),
    examples: [[1767225600123]],
  }),
  created: milliseconds('Unix ms.', 'Unix 毫秒时间戳。'),
}

export const Rule = exactly(shownRule)
export const RuleWithSecret = exactly({ ...shownRule, secret: Secret })

/** A rule as it is returned: without its secrets. */
export const shown = ({ secrets, filter, before, version: _, ...rule }: CallbackRule) => ({
  ...rule,
  ...filter,
  ...(before ? { timeout: before.timeoutMs, onFailure: before.onFailure, report: before.report } : {}),
  secrets: secrets.map(({ created }) => created),
})

export const noFilter: CallbackFilter = { rooms: [], users: [], kinds: [], sources: [] }

/** Finds a rule, and locks those of its app until the transaction ends. */
export async function lockedRule({ app, store }: Transaction, id: string): Promise<CallbackRule> {
  await store.callbacks.lockCallbacks(app.id)
  const rule = await store.callbacks.callbackRule(app.id, id)
  if (!rule) throw callbackMissing({ callback_id: id })
  return rule
}

/** Brings what the app needs for its rules, which are locked, up to date, and emits that one was changed. */
export async function ruleChanged(
  { app, store, emit }: Transaction,
  callback: string,
  change: CallbackChange,
): Promise<void> {
  await store.apps.setCallbackNeeds(app.id, needsOf(await store.callbacks.callbackRules(app.id)))
  emit({ type: 'callback.changed', callback, change })
  emit({ type: 'app.changed' })
}
