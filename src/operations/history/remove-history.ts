import { Type as t } from '@sinclair/typebox'
import type { App } from '../../domain/app.ts'
import { limits } from '../../domain/limits.ts'
import { firstMessageId, readMessageId } from '../../domain/message-ids.ts'
import { foldUsername } from '../../domain/user.ts'
import { oneself } from '../allowed.ts'
import { type ActionContext, action, actionInRoom, write } from '../operation.ts'
import { inQuery } from '../parameters.ts'
import { exactly, milliseconds } from '../schemas.ts'
import { badRemoval, historyNotOpen, tooManyRemoved } from './failures.ts'

const Done = exactly({
  requestStatusCode: t.Literal('ok'),
  timestamp: milliseconds('When it was done, Unix ms.', '完成时间，Unix 毫秒。'),
})

const room = {
  ...inQuery('groupId', 'Chat room id.', '聊天室 ID。', { type: 'string' }),
  example: '248710559375361',
}
const onlyTheirView = {
  en: 'From the view of this user alone, whose other devices are notified. `chat_type` is `group`, for chat rooms, too.',
  zh: '仅影响该用户自己的查询结果，并通知该用户的其他设备。聊天室的 `chat_type` 同样为 `group`。',
}
const resource = inQuery(
  'resource',
  'Device of the user that calls, which is not notified.',
  '发起调用的设备标识，不通知该设备。',
  { type: 'string' },
)
const isNotify = inQuery(
  'isNotify',
  'Whether devices of the user are notified: `false`, or anything else for yes.',
  '是否通知该用户的在线设备：`false` 表示不通知，其他值均表示通知。',
  { type: 'string', default: 'true' },
)

/** Who is notified of a removal. */
interface Notifying {
  resource: string
  isNotified: boolean
}

const notifyingOf = (query: URLSearchParams): Notifying => ({
  resource: query.get('resource') ?? '',
  isNotified: query.get('isNotify')?.toLowerCase() !== 'false',
})

/** A removal that was done, and by which call. */
interface Removal extends Notifying {
  operation: string
  username: string
  /** Empty = all chat rooms. */
  chatroom: string
}

/** Records a removal in the log of events, from which the other devices of the user are notified. */
export const recordRemoval = write({
  id: 'recordRemoval',
  allowed: oneself,
  auditedAs: ({ operation }: Removal) => operation,
  about: ({ username }) => [username],
  run: async ({ emit }, { operation, ...removed }: Removal) => emit({ type: 'history.removed', ...removed }),
})

/** Notifies of a removal when it is done: a device that is notified and reads again does not find the messages. */
async function removed(
  { app, caller, services, now }: ActionContext,
  operation: string,
  { username, room, notifying }: { username: string; room: string; notifying: Notifying },
) {
  await services.commit(app.id, caller, recordRemoval, { operation, username, chatroom: room, ...notifying })
  return { requestStatusCode: 'ok' as const, timestamp: now }
}

/** The room that a query names. */
function roomOf(chatType: string, query: URLSearchParams): string {
  if (chatType !== 'group') throw historyNotOpen()
  const id = query.get('groupId') ?? ''
  if (id === '') throw badRemoval({ field: 'groupId' })
  return id
}

function idsOf(query: URLSearchParams): number[] {
  const texts = (query.get('msgIdList') ?? '').split(',').filter((text) => text !== '')
  if (texts.length > limits.historyRemoved.value) throw tooManyRemoved()
  const ids = texts.map(readMessageId)
  if (ids.length === 0 || !ids.every((id) => id !== undefined)) throw badRemoval({ field: 'msgIdList' })
  return ids
}

function timeOf(query: URLSearchParams): number {
  const text = query.get('delTime') ?? ''
  if (!/^\d{1,16}$/.test(text)) throw badRemoval({ field: 'delTime' })
  return Number(text)
}

function requireOpen({ settings }: App): void {
  if (settings.historyDays === 0) throw historyNotOpen()
}

/** Removes single messages from one user's view of a room. */
export const removeHistory = actionInRoom({
  id: 'removeHistory',
  routes: [
    'DELETE /sdk/message/roaming/:chat_type/user/:username',
    'DELETE /rest/message/roaming/:chat_type/user/:username',
  ],
  tag: 'history',
  summary: { en: "Remove messages from a user's view of a chat room", zh: '按消息 ID 单向删除历史消息' },
  description: onlyTheirView,
  allowed: oneself,
  parameters: [
    room,
    {
      ...inQuery(
        'msgIdList',
        `1 to ${limits.historyRemoved.value} message ids, joined by commas.`,
        `1 到 ${limits.historyRemoved.value} 个消息 ID，以逗号分隔。`,
        { type: 'string' },
      ),
      example: '115823689093121',
    },
    resource,
    isNotify,
  ],
  response: Done,
  failures: [historyNotOpen, badRemoval, tooManyRemoved],
  input: ({ app, params, query }) => {
    requireOpen(app)
    return {
      username: foldUsername(params.username),
      room: roomOf(params.chat_type, query),
      notifying: notifyingOf(query),
      ids: idsOf(query),
    }
  },
  about: ({ username }) => [username],

  async run(context, input) {
    const { app, services } = context
    const { username, room, ids } = input
    const { history } = services
    const found = (await history.find(app.id, ids)).filter((message) => message.room === room)
    if (found.length > 0)
      await history.hide(
        app.id,
        username,
        room,
        found.map(({ id }) => id),
      )
    return removed(context, 'removeHistory', input)
  },
})

/** Removes from one user's view of a room all that was sent up to a moment. */
export const removeHistoryBefore = actionInRoom({
  id: 'removeHistoryBefore',
  routes: [
    'DELETE /sdk/message/roaming/:chat_type/user/:username/time',
    'DELETE /rest/message/roaming/:chat_type/user/:username/time',
  ],
  tag: 'history',
  summary: {
    en: "Remove from a user's view of a chat room what was sent up to a moment",
    zh: '按时间单向删除历史消息',
  },
  description: onlyTheirView,
  allowed: oneself,
  parameters: [
    room,
    {
      ...inQuery(
        'delTime',
        'Up to this moment, itself included, Unix ms.',
        '删除该时间点及之前的消息，Unix 毫秒。',
        {
          type: 'integer',
        },
      ),
      example: 1767225600123,
    },
    resource,
    isNotify,
  ],
  response: Done,
  failures: [historyNotOpen, badRemoval],
  input: ({ app, params, query }) => {
    requireOpen(app)
    return {
      username: foldUsername(params.username),
      room: roomOf(params.chat_type, query),
      notifying: notifyingOf(query),
      untilMs: timeOf(query),
    }
  },
  about: ({ username }) => [username],

  async run(context, input) {
    const { app, services, now } = context
    const { username, room, untilMs } = input
    // Messages that are yet to come are not removed.
    await services.history.clear(app.id, username, room, firstMessageId(Math.min(untilMs, now) + 1) - 1)
    return removed(context, 'removeHistoryBefore', input)
  },
})

/** Removes all that was sent so far from one user's view. */
export const removeAllHistory = action({
  id: 'removeAllHistory',
  routes: [
    'POST /sdk/message/roaming/user/:username/delete/all',
    'POST /rest/message/roaming/user/:username/delete/all',
  ],
  tag: 'history',
  summary: { en: "Remove all messages from a user's view", zh: '单向清空用户的全部历史消息' },
  description: {
    en: `Of all chat rooms; for this user alone, whose other devices are notified of up to ${limits.historyRemovalNotices.value} rooms that it is in.`,
    zh: `包括所有聊天室；仅影响该用户自己，并通知其其他设备（最多 ${limits.historyRemovalNotices.value} 个所在聊天室）。`,
  },
  allowed: oneself,
  parameters: [resource, isNotify],
  response: Done,
  failures: [historyNotOpen],
  input: ({ app, params, query }) => {
    requireOpen(app)
    return { username: foldUsername(params.username), notifying: notifyingOf(query) }
  },
  about: ({ username }) => [username],

  async run(context, input) {
    const { app, services, now } = context
    await services.history.clear(app.id, input.username, '', firstMessageId(now + 1) - 1)
    return removed(context, 'removeAllHistory', { ...input, room: '' })
  },
})
