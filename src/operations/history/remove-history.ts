import { Type as t } from '@sinclair/typebox'
import type { App } from '../../domain/app.ts'
import { limits } from '../../domain/limits.ts'
import { firstMessageId, readMessageId } from '../../domain/message-ids.ts'
import { foldUsername } from '../../domain/user.ts'
import { oneself } from '../allowed.ts'
import { action, actionInRoom } from '../operation.ts'
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
  en: 'From the view of this user alone. `chat_type` is `group`, for chat rooms, too.',
  zh: '仅影响该用户自己的查询结果。聊天室的 `chat_type` 同样为 `group`。',
}

/** The room that a query names. */
function roomOf(chatType: string, query: URLSearchParams): string {
  if (chatType !== 'group') throw historyNotOpen()
  const id = query.get('groupId') ?? ''
  if (id === '' || id.includes('\0')) throw badRemoval({ field: 'groupId' })
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

const done = (now: number) => ({ requestStatusCode: 'ok' as const, timestamp: now })

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
  ],
  response: Done,
  failures: [historyNotOpen, badRemoval, tooManyRemoved],
  input: ({ app, params, query }) => {
    requireOpen(app)
    return {
      username: foldUsername(params.username),
      room: roomOf(params.chat_type, query),
      ids: idsOf(query),
    }
  },
  about: ({ username }) => [username],

  async run({ app, services: { history }, now }, { username, room, ids }) {
    const found = (await history.find(app.id, ids)).filter((message) => message.room === room)
    if (found.length > 0)
      await history.hide(
        app.id,
        username,
        room,
        found.map(({ id }) => id),
      )
    return done(now)
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
  ],
  response: Done,
  failures: [historyNotOpen, badRemoval],
  input: ({ app, params, query }) => {
    requireOpen(app)
    return {
      username: foldUsername(params.username),
      room: roomOf(params.chat_type, query),
      untilMs: timeOf(query),
    }
  },
  about: ({ username }) => [username],

  async run({ app, services: { history }, now }, { username, room, untilMs }) {
    // Nobody removes what is yet to come.
    await history.clear(app.id, username, room, firstMessageId(Math.min(untilMs, now) + 1) - 1)
    return done(now)
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
  description: { en: 'Of all chat rooms; for this user alone.', zh: '包括所有聊天室；仅影响该用户自己。' },
  allowed: oneself,
  response: Done,
  failures: [historyNotOpen],
  input: ({ app, params }) => {
    requireOpen(app)
    return { username: foldUsername(params.username) }
  },
  about: ({ username }) => [username],

  async run({ app, services: { history }, now }, { username }) {
    await history.clear(app.id, username, '', firstMessageId(now + 1) - 1)
    return done(now)
  },
})
