import { Type as t } from '@sinclair/typebox'
import { userNotFound } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { foldUsername } from '../../domain/user.ts'
import type { SanctionPosition } from '../../store/lists.ts'
import { appOnly } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { read } from '../operation.ts'
import { badLimit, cursorParameter, limitOf, limitParameter } from '../parameters.ts'
import { exactly, RoomId, says } from '../schemas.ts'
import { expire } from './schemas.ts'

const page = { default: 100, most: limits.sanctionsPage.value }

const listOf = (username: string): string => `sanctions:${username}`

function positionOf(position: string | undefined): SanctionPosition | undefined {
  const [room = '', kind] = position?.split(':') ?? []
  return kind === 'muted' || kind === 'blocked' ? { room, kind } : undefined
}

/** Lists in which rooms a user may not speak, or may not come in. */
export const listSanctions = read({
  id: 'listSanctions',
  routes: ['GET /users/:username/sanctions'],
  tag: 'moderation',
  summary: {
    en: 'List the chat rooms in which a user is muted or blocked',
    zh: '获取用户被禁言或拉黑的聊天室',
  },
  description: {
    en: 'By room id, a row for each mute and each block that is in force. Mutes in the whole app are in `GET /mutes/{username}`.',
    zh: '按聊天室 ID 排序，每条生效的禁言或拉黑一行。全局禁言见 `GET /mutes/{username}`。',
  },
  allowed: appOnly,
  parameters: [limitParameter(page), cursorParameter],
  response: {
    data: t.Array(
      exactly({
        kind: t.Union([t.Literal('muted'), t.Literal('blocked')], {
          ...says(
            '`muted`: may not speak. `blocked`: was removed, and may not come in.',
            '`muted`：被禁言；`blocked`：已移出且不能再进入。',
          ),
          examples: ['muted'],
        }),
        chatroom: RoomId,
        name: t.String({ ...says('Name of the chat room.', '聊天室名称。'), examples: ['night owls'] }),
        expire,
        reason: t.String({
          ...says('Why; empty where none was given, and for mutes.', '原因；未提供时及禁言为空。'),
          examples: [''],
        }),
      }),
    ),
    count: true,
    cursor: true,
  },
  failures: [userNotFound, badLimit, badCursor],
  input({ app, params, query }) {
    const username = foldUsername(params.username)
    return {
      username,
      limit: limitOf(query, page),
      after: positionOf(openCursor(app, listOf(username), query.get('cursor'))),
    }
  },

  async run({ app, store, now }, { username, limit, after }) {
    if (!(await store.users.findUser(app.id, username))) throw userNotFound()
    return store.lists.sanctionsOf(app.id, username, now, limit + 1, after)
  },

  reply(found, { username, limit }, { app }) {
    const rows = found.slice(0, limit)
    const last = found.length > limit ? rows.at(-1) : undefined
    return {
      data: rows.map(({ kind, room, name, expiresMs, reason }) => ({
        kind,
        chatroom: room,
        name,
        expire: expiresMs,
        reason,
      })),
      count: rows.length,
      cursor: last && sealCursor(app, listOf(username), `${last.room}:${last.kind}`),
    }
  },
})
