import { Type as t } from '@sinclair/typebox'
import { members } from '../allowed.ts'
import { readRoom } from '../operation.ts'
import { UserId } from '../schemas.ts'

/** Lists the admins of a room, the owner not among them. */
export const listAdmins = readRoom({
  id: 'listAdmins',
  routes: ['GET /chatrooms/:chatroom_id/admin'],
  tag: 'admins',
  summary: { en: 'List the admins of a chat room', zh: '获取聊天室管理员列表' },
  allowed: members,
  response: { data: t.Array(UserId), count: true, params: true },
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),

  run: ({ app, store, room }) => store.members.admins(app.id, room.id),

  reply: (admins) => ({ data: admins, count: admins.length }),
})
