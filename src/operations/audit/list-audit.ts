import { Type as t } from '@sinclair/typebox'
import { appOperator } from '../../domain/event.ts'
import { limits } from '../../domain/limits.ts'
import type { Change } from '../../store/events.ts'
import { appOnly } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { type ReadContext, read } from '../operation.ts'
import { badLimit, cursorParameter, limitOf, limitParameter } from '../parameters.ts'
import { Json } from '../request.ts'
import { exactly, loosely, milliseconds, says } from '../schemas.ts'

const page = { default: 10, most: limits.auditPage.value }

const shown = ({ at, room, operator, operation, changes }: Change): string =>
  `{"timestamp":${Math.floor(at / 1000)},"chatroomid":${JSON.stringify(room)},"operator":"${operator || appOperator}",` +
  `"operation":"${operation}","changes":${changes}}`

function positionOf(position: string | undefined): Pick<Change, 'at' | 'room'> | undefined {
  if (position === undefined) return undefined
  const [at = '', room = ''] = position.split(':')
  return { at: Number(at), room }
}

/** A page of the trail, the latest first: of one room, or of the app. */
async function pageOf({ app, store }: ReadContext, query: URLSearchParams, room?: string) {
  const limit = limitOf(query, page)
  const list = `audit:${room ?? ''}`
  const position = positionOf(openCursor(app, list, query.get('cursor')))
  const found = await store.events.listChanges(app.id, limit + 1, room, position)
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  const cursor = found.length > limit && last ? sealCursor(app, list, `${last.at}:${last.room}`) : undefined
  return { data: new Json(`[${rows.map(shown).join(',')}]`), count: rows.length, cursor }
}

const shared = {
  tag: 'audit',
  allowed: appOnly,
  parameters: [limitParameter(page), cursorParameter],
  response: {
    data: t.Array(
      exactly({
        timestamp: milliseconds('Unix ms.', 'Unix 毫秒时间戳。'),
        chatroomid: t.String({
          ...says('Empty for a change of the app or its users.', '应用或用户的变更为空字符串。'),
          examples: ['248710559375361'],
        }),
        operator: t.String({
          ...says('User id; `@ppAdmin` for an app token.', '用户 ID；App Token 为 `@ppAdmin`。'),
          examples: ['@ppAdmin'],
        }),
        operation: t.String({ examples: ['muteMembers'] }),
        changes: t.Array(loosely({ type: t.String() }), {
          examples: [[{ type: 'member.muted', usernames: ['bob'], expires: 1767312000000 }]],
        }),
      }),
    ),
    count: true,
    cursor: true,
    params: true,
  },
  failures: [badLimit, badCursor],
} as const

/** Who changed what in the app, the latest first. */
export const listAudit = read({
  ...shared,
  id: 'listAudit',
  routes: ['GET /audit'],
  summary: {
    en: 'Who changed what in the app, the latest first',
    zh: '查询应用的操作记录，最新的在前',
  },
  description: {
    en: 'Retained for `auditDays`, a setting of the app.',
    zh: '保留天数由应用设置 `auditDays` 决定。',
  },
  input: ({ query }) => ({ query }),
  run: (context, { query }) => pageOf(context, query),
  reply: (found) => found,
})

/** Who changed what in a room, the latest first; also of a room that was dissolved. */
export const listRoomAudit = read({
  ...shared,
  id: 'listRoomAudit',
  routes: ['GET /chatrooms/:chatroom_id/audit'],
  summary: {
    en: 'Who changed what in a chat room, the latest first',
    zh: '查询聊天室的操作记录，最新的在前',
  },
  description: { en: 'Also of a room that was dissolved.', zh: '已解散的聊天室也可查询。' },
  input: ({ params, query }) => ({ room: params.chatroom_id, query }),
  run: (context, { query, room }) => pageOf(context, query, room),
  reply: (found) => found,
})
