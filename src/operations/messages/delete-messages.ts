import { Type as t } from '@sinclair/typebox'
import type { App } from '../../domain/app.ts'
import type { Caller } from '../../domain/event.ts'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { firstMessageId, isTooOldToRecall } from '../../domain/message-ids.ts'
import type { Recalled } from '../../domain/recall.ts'
import { elsewhere, notFoundToRecall, tooLateToRecall } from '../../domain/recall-failures.ts'
import { minuteMs } from '../../domain/time.ts'
import { foldUsername } from '../../domain/user.ts'
import { moderators } from '../allowed.ts'
import { type ActionContext, actionInRoom, writeRoom } from '../operation.ts'
import { inQuery } from '../parameters.ts'
import { reasonParameter } from '../reason.ts'
import { exactly, says } from '../schemas.ts'

const mostMinutes = limits.deletedMinutes.value
const mostMessages = limits.messagesDeleted.value
const mostScanned = limits.messagesScanned.value
/** Messages of the history that are read at once. */
const page = 500

const badMinutes = failure('invalid_parameter', `minutes must be 1 to ${mostMinutes}`, {
  en: `\`minutes\` is not 1 to ${mostMinutes}`,
  zh: `\`minutes\` 不在 1 到 ${mostMinutes} 之间`,
})

/** Records in the log of events which messages a moderator has deleted. */
export const recordDeleted = writeRoom({
  id: 'recordDeleted',
  allowed: moderators,
  auditedAs: () => 'deleteMessages',

  async run({ emit }, { username, ids }: { room: string; username: string; ids: number[] }) {
    const messages = ids.slice(0, limits.messagesDeletedLogged.value).map(String)
    emit({ type: 'message.deleted', username, messages, count: ids.length })
  },
})

const nameOf = (caller: Caller): string => (caller.kind === 'user' ? caller.username : 'admin')

const recallOf = (id: string, room: string, caller: Caller, force: boolean): Recalled => ({
  id,
  to: room,
  type: 'chatroom',
  from: nameOf(caller),
  force,
  extension: undefined,
})

/** Who sent a message to a room, if that is known. */
async function senderOf({ app, services }: ActionContext, room: string, id: number) {
  const known = await services.store.messages.findMessage(app.id, id)
  if (known?.room === room) return known.sender
  if (app.settings.historyDays === 0) return undefined
  const [found] = await services.history.find(app.id, [id])
  return found?.room === room ? found.sender : undefined
}

/** Why a message cannot be deleted: it is unknown, of another room, or recalled; age is no reason. */
async function refusalOf({ app, caller, services }: ActionContext, room: string, id: string) {
  const refusal = await services.recalls.refusal(app, recallOf(id, room, caller, false))
  return refusal?.text === tooLateToRecall.text ? undefined : refusal
}

/** Takes a message of a room back, for everybody in it. */
export const deleteMessage = actionInRoom({
  id: 'deleteMessage',
  routes: ['DELETE /chatrooms/:chatroom_id/messages/:message_id'],
  tag: 'moderation',
  summary: { en: 'Delete a message of a chat room', zh: '删除聊天室中的一条消息' },
  description: {
    en: 'Clients get it as a recall. A message is found for as long as the app retains its history, and for some minutes where it has none.',
    zh: '客户端以撤回的形式收到通知。消息在历史保留期内可删除；未开启历史时仅限最近几分钟。',
  },
  allowed: moderators,
  parameters: [reasonParameter],
  response: { data: exactly({ deleted: t.Literal(1) }) },
  failures: [elsewhere, tooLateToRecall, notFoundToRecall],
  input: ({ params }) => ({ room: params.chatroom_id, id: params.message_id }),

  async run(context, { room, id }) {
    const { app, caller, now, services } = context
    const number = Number(id)
    const refusal = await refusalOf(context, room, id)
    if (refusal) throw refusal
    const sender = await senderOf(context, room, number)
    if (sender === undefined && isTooOldToRecall(number, now)) throw tooLateToRecall()
    await services.recalls.recall(app, recallOf(id, room, caller, true))
    await services.commit(app.id, caller, recordDeleted, { room, username: sender ?? '', ids: [number] })
    return { deleted: 1 as const }
  },
})

/** Ids of the messages of a user in a room from an id on, the newest first. */
async function saidBy({ app, services }: ActionContext, room: string, username: string, first: number) {
  const ids = new Set(
    await services.store.messages.messagesOf(app.id, room, username, first, mostMessages + 1),
  )
  if (app.settings.historyDays > 0) await addHistory(services, app, ids, { room, username, first })
  return [...ids].sort((a, b) => b - a)
}

/** Adds what the history has; of a very busy room, only of the newest messages. */
async function addHistory(
  { history }: ActionContext['services'],
  app: App,
  ids: Set<number>,
  { room, username, first }: { room: string; username: string; first: number },
): Promise<void> {
  let below = Number.MAX_SAFE_INTEGER
  for (let scanned = 0; scanned < mostScanned && ids.size <= mostMessages; scanned += page) {
    const found = await history.scan(app.id, {
      room,
      above: first - 1,
      below,
      newestFirst: true,
      limit: page,
    })
    for (const { id, sender } of found) if (sender === username) ids.add(id)
    below = found.at(-1)?.id ?? 0
    if (found.length < page) return
  }
}

/** Deletes what a user has sent to a room in the last minutes. */
export const deleteMessagesOf = actionInRoom({
  id: 'deleteMessagesOf',
  routes: ['DELETE /chatrooms/:chatroom_id/users/:username/messages'],
  tag: 'moderation',
  summary: {
    en: 'Delete what a user has sent to a chat room in the last minutes',
    zh: '删除用户最近几分钟在聊天室中的消息',
  },
  description: {
    en: `The newest ${mostMessages} at most; \`more\` shows whether there are others. Without history, what the server stores for recalls.`,
    zh: `最多删除最近 ${mostMessages} 条，\`more\` 表示是否还有。未开启历史时仅限服务器为撤回保留的消息。`,
  },
  allowed: moderators,
  parameters: [
    inQuery('minutes', `1 to ${mostMinutes}.`, `1 到 ${mostMinutes}。`, {
      type: 'integer',
      minimum: 1,
      default: 10,
    }),
    reasonParameter,
  ],
  response: {
    data: exactly({
      deleted: t.Integer({ ...says('How many were deleted.', '已删除的数量。'), examples: [3] }),
      more: t.Boolean({ examples: [false] }),
    }),
  },
  failures: [badMinutes],
  input({ params, query }) {
    const text = query.get('minutes') ?? '10'
    const minutes = /^\d{1,9}$/.test(text) ? Number(text) : 0
    if (minutes < 1 || minutes > mostMinutes) throw badMinutes()
    return { room: params.chatroom_id, username: foldUsername(params.username), minutes }
  },

  async run(context, { room, username, minutes }) {
    const { app, caller, now, services } = context
    const found = await saidBy(context, room, username, firstMessageId(now - minutes * minuteMs))
    const ids: number[] = []
    for (const id of found.slice(0, mostMessages)) {
      if (await refusalOf(context, room, String(id))) continue
      await services.recalls.recall(app, recallOf(String(id), room, caller, true))
      ids.push(id)
    }
    if (ids.length > 0) await services.commit(app.id, caller, recordDeleted, { room, username, ids })
    return { deleted: ids.length, more: found.length > mostMessages }
  },
})
