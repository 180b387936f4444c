import { Type as t } from '@sinclair/typebox'
import { moderators } from '../allowed.ts'
import { readRoom } from '../operation.ts'
import { exactly, UserId } from '../schemas.ts'
import { expire } from './schemas.ts'

/** Lists who is muted in a room now. */
export const listMuted = readRoom({
  id: 'listMuted',
  routes: ['GET /chatrooms/:chatroom_id/mute'],
  tag: 'mutes',
  summary: { en: 'List who is muted in a chat room', zh: '获取禁言列表' },
  allowed: moderators,
  response: { data: t.Array(exactly({ expire, user: UserId })), params: true },
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),

  async run({ app, store, room, now }) {
    const muted = await store.lists.muted(app.id, room.id, now)
    return muted.map(({ username, expiresMs }) => ({ expire: expiresMs, user: username }))
  },
})
