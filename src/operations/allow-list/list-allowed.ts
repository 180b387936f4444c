import { Type as t } from '@sinclair/typebox'
import { moderators } from '../allowed.ts'
import { readRoom } from '../operation.ts'
import { UserId } from '../schemas.ts'

/** Lists who may speak while everybody is muted: the owner, the admins, and those put on the list. */
export const listAllowed = readRoom({
  id: 'listAllowed',
  routes: ['GET /chatrooms/:chatroom_id/white/users'],
  tag: 'allowList',
  summary: { en: 'List who is on the allow list', zh: '获取白名单' },
  allowed: moderators,
  response: { data: t.Array(UserId), count: true, params: true },
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),

  async run({ app, store, room }) {
    const [admins, allowed] = await Promise.all([
      store.members.admins(app.id, room.id),
      store.members.allowed(app.id, room.id),
    ])
    return [...new Set([room.owner, ...admins, ...allowed])]
  },

  reply: (allowed) => ({ data: allowed, count: allowed.length }),
})
