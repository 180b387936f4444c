import { Type as t } from '@sinclair/typebox'
import { foldUsername } from '../../domain/user.ts'
import { moderatorsOrOneself } from '../allowed.ts'
import { readRoom } from '../operation.ts'

/** Whether a user is muted in a room now. */
export const isMuted = readRoom({
  id: 'isMuted',
  routes: ['GET /sdk/chatrooms/:chatroom_id/mute/:username'],
  tag: 'mutes',
  summary: { en: 'Whether a user is muted in a chat room', zh: '查询用户是否被禁言' },
  allowed: moderatorsOrOneself,
  response: { data: t.Boolean({ examples: [false] }), params: true },
  failures: [],
  input: ({ params }) => ({
    room: params.chatroom_id,
    username: foldUsername(params.username),
  }),
  about: ({ username }) => [username],

  run: ({ app, store, room, now }, { username }) => store.lists.isMuted(app.id, room.id, username, now),
})
