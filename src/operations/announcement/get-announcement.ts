import { Type as t } from '@sinclair/typebox'
import { members } from '../allowed.ts'
import { readRoom } from '../operation.ts'
import { exactly } from '../schemas.ts'

/** The announcement of a room; empty if none was set. */
export const getAnnouncement = readRoom({
  id: 'getAnnouncement',
  routes: ['GET /chatrooms/:chatroom_id/announcement'],
  tag: 'announcement',
  summary: { en: 'The announcement of a chat room', zh: '获取聊天室公告' },
  allowed: members,
  response: { data: exactly({ announcement: t.String({ examples: ['be kind'] }) }), params: true },
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),

  run: async ({ app, store, room }) => ({ announcement: await store.rooms.announcement(app.id, room.id) }),
})
