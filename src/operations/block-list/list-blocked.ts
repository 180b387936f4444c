import { Type as t } from '@sinclair/typebox'
import { moderators } from '../allowed.ts'
import { readRoom } from '../operation.ts'
import { UserId } from '../schemas.ts'

/** Lists who is blocked from a room. */
export const listBlocked = readRoom({
  id: 'listBlocked',
  routes: ['GET /chatrooms/:chatroom_id/blocks/users'],
  tag: 'blocks',
  summary: { en: 'List who is blocked from a chat room', zh: '获取黑名单' },
  allowed: moderators,
  response: { data: t.Array(UserId), count: true, params: true },
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),

  run: ({ app, store, room, now }) => store.lists.blocked(app.id, room.id, now),

  reply: (blocked) => ({ data: blocked, count: blocked.length }),
})
