import { type Static, Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { foldUsername } from '../../domain/user.ts'
import type { Pin, PinPosition } from '../../store/pins.ts'
import { historyReaders } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { serviceNotOpen } from '../not-served/service-not-open.ts'
import { actionInRoom, readRoom, writeRoom } from '../operation.ts'
import { badLimit, cursorParameter, inQuery, limitOf, limitParameter } from '../parameters.ts'
import { warnOf } from '../quota-warning.ts'
import { exactly, loosely, RoomId, says, UserId } from '../schemas.ts'

const most = limits.pins.value
const page = { default: 10, most: limits.pinsPage.value }

const badMessageId = failure('illegal_argument', 'param pin_msg_id illegal, please check it!', {
  en: '`pin_msg_id` is no message id',
  zh: '`pin_msg_id` 不是消息 ID',
})

const noSuchMessage = failure('resource_not_found', 'user session pin message not exist', {
  en: 'the message is not in the history of this chat room, is for some members alone, or is not pinned',
  zh: '聊天室历史消息中没有该消息，该消息为定向消息，或未置顶',
})

const tooManyPins = failure('user_channel_error', `the pinned messages reach the limit ${most}`, {
  en: `${most} messages are pinned in the chat room`,
  zh: `聊天室已置顶 ${most} 条消息`,
  lift: { en: 'unpin a message first', zh: '先取消置顶一条消息', calls: ['unpinMessage'] },
})

/** Who pins what, and on which device. */
interface Asked {
  room: string
  username: string
  message: number
  resource: string
}

const PinBody = loosely({
  to: t.String({ ...says('Chat room id.', '聊天室 ID。'), examples: ['248710559375361'] }),
  type: t.String({ ...says('`chatroom`.', '固定为 `chatroom`。'), examples: ['chatroom'] }),
  pin_msg_id: t.Union([t.String(), t.Array(t.String(), { minItems: 1, maxItems: 1 })], {
    ...says('Message id.', '消息 ID。'),
    examples: ['115823689093121'],
  }),
})

function messageOf(given: Static<typeof PinBody>['pin_msg_id']): number {
  const id = Array.isArray(given) ? given[0] : given
  if (!/^[1-9]\d{0,15}$/.test(id ?? '') || !Number.isSafeInteger(Number(id))) throw badMessageId()
  return Number(id)
}

const askedOf = (
  username: string,
  { to, type, pin_msg_id }: Static<typeof PinBody>,
  query: URLSearchParams,
): Asked => {
  if (type !== 'chatroom') throw serviceNotOpen()
  return {
    room: to,
    username: foldUsername(username),
    message: messageOf(pin_msg_id),
    resource: query.get('resource') ?? '',
  }
}

const Done = exactly({ result: t.Literal('ok') })
const resource = inQuery(
  'resource',
  'Device of the user, which gets no event.',
  '用户的设备标识，不通知该设备。',
  {
    type: 'string',
  },
)

/** A pin to be stored. */
interface NewPin {
  room: string
  pin: Omit<Pin, 'pinnedMs'>
  resource: string
}

/** Stores a pin; a message that is pinned already is pinned anew. */
export const storePin = writeRoom({
  id: 'storePin',
  allowed: historyReaders,
  auditedAs: () => 'pinMessage',
  about: ({ pin }: NewPin) => [pin.operator],

  async run(transaction, { pin, resource }: NewPin) {
    const { app, store, room, emit, now } = transaction
    const isPinned = await store.pins.findPin(app.id, room.id, pin.message)
    const before = isPinned ? 0 : await store.pins.countPins(app.id, room.id)
    if (before >= most) throw tooManyPins()
    await store.pins.setPin(app.id, room.id, { ...pin, pinnedMs: now })
    emit({ type: 'message.pinned', message: String(pin.message), operator: pin.operator, resource })
    if (!isPinned) warnOf(transaction, { quota: 'pins', limit: most, before, after: before + 1 }, room.id)
  },
})

/** Pins a message with its content, which stays when the history has expired. */
export const pinMessage = actionInRoom({
  id: 'pinMessage',
  routes: ['POST /sdk/user/:username/user_channel/pin'],
  tag: 'history',
  summary: { en: 'Pin a message in a chat room', zh: '置顶聊天室消息' },
  description: {
    en: `A message that the history has, of at most ${most} in a chat room. Pinning it again replaces who did it, and when.`,
    zh: `消息须在历史消息中，每个聊天室最多置顶 ${most} 条。重复置顶会更新操作者和时间。`,
  },
  allowed: historyReaders,
  parameters: [resource],
  body: PinBody,
  response: { ownPath: true, data: Done },
  failures: [serviceNotOpen, badMessageId, noSuchMessage, tooManyPins],
  input({ app, params, body, query }) {
    if (app.settings.historyDays === 0) throw serviceNotOpen()
    return askedOf(params.username, body, query)
  },
  about: ({ username }) => [username],

  async run({ app, caller, services, room }, { username, message, resource }) {
    const [found] = await services.history.find(app.id, [message])
    if (!found || found.room !== room.id || found.directed) throw noSuchMessage()
    const { timestamp, payload } = services.readMessage(found.meta)
    const pin = {
      message,
      operator: username,
      sender: found.sender,
      sentMs: timestamp,
      payload: JSON.stringify(payload),
    }
    await services.commit(app.id, caller, storePin, { room: room.id, pin, resource })
    return { result: 'ok' as const }
  },
})

/** Unpins a message, whoever pinned it. */
export const unpinMessage = writeRoom({
  id: 'unpinMessage',
  routes: ['DELETE /sdk/user/:username/user_channel/pin'],
  tag: 'history',
  summary: { en: 'Unpin a message in a chat room', zh: '取消置顶聊天室消息' },
  allowed: historyReaders,
  parameters: [resource],
  body: PinBody,
  response: { ownPath: true, data: Done },
  failures: [serviceNotOpen, badMessageId, noSuchMessage],
  input: ({ params, body, query }) => askedOf(params.username, body, query),
  about: ({ username }) => [username],

  async run({ app, store, room, emit }, { username, message, resource }) {
    if (!(await store.pins.removePin(app.id, room.id, message))) throw noSuchMessage()
    emit({ type: 'message.unpinned', message: String(message), operator: username, resource })
    return { result: 'ok' as const }
  },
})

const Row = exactly({
  message: exactly({
    id: t.String({ examples: ['115823689093121'] }),
    from: UserId,
    to: RoomId,
    timestamp: t.Integer({ examples: [1767225600123] }),
    payload: t.String(
      says(
        'JSON of `from`, `to`, `type`, `bodies`, `ext`.',
        'JSON 文本：`from`、`to`、`type`、`bodies`、`ext`。',
      ),
    ),
  }),
  pin_opt_at: t.Integer({ examples: [1767225600123] }),
  pin_operator: UserId,
})

function positionOf(position: string | undefined): PinPosition | undefined {
  if (position === undefined) return undefined
  const [pinned = '', message = ''] = position.split(':')
  return { pinnedMs: Number(pinned), message: Number(message) }
}

/** Lists the messages that are pinned in a room. */
export const listPinnedMessages = readRoom({
  id: 'listPinnedMessages',
  routes: ['GET /sdk/user/:username/user_channel/pin'],
  tag: 'history',
  summary: { en: 'List the pinned messages of a chat room', zh: '获取聊天室置顶消息' },
  description: { en: 'The latest pin first.', zh: '最近置顶的在前。' },
  allowed: historyReaders,
  parameters: [
    { ...inQuery('to', 'Chat room id.', '聊天室 ID。', { type: 'string' }), example: '248710559375361' },
    { ...inQuery('type', '`chatroom`.', '固定为 `chatroom`。', { type: 'string' }), example: 'chatroom' },
    limitParameter(page),
    cursorParameter,
  ],
  response: {
    ownPath: true,
    data: exactly({
      msg_infos: t.Array(Row),
      cursor: t.String(says('Of the next page; empty on the last.', '下一页的游标；最后一页为空。')),
    }),
  },
  failures: [serviceNotOpen, badLimit, badCursor],

  input({ app, params, query }) {
    if (app.settings.historyDays === 0 || query.get('type') !== 'chatroom') throw serviceNotOpen()
    const room = query.get('to') ?? ''
    return {
      room,
      username: foldUsername(params.username),
      limit: limitOf(query, page),
      after: positionOf(openCursor(app, `pins:${room}`, query.get('cursor'))),
    }
  },
  about: ({ username }) => [username],

  async run({ app, store, room }, { limit, after }) {
    const pins = await store.pins.listPins(app.id, room.id, limit + 1, after)
    const shown = pins.slice(0, limit)
    const last = pins.length > limit ? shown.at(-1) : undefined
    return {
      msg_infos: shown.map(({ message, operator, pinnedMs, sender, sentMs, payload }) => ({
        message: { id: String(message), from: sender, to: room.id, timestamp: sentMs, payload },
        pin_opt_at: pinnedMs,
        pin_operator: operator,
      })),
      cursor: last ? sealCursor(app, `pins:${room.id}`, `${last.pinnedMs}:${last.message}`) : '',
    }
  },
})
