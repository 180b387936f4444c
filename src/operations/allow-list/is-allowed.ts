import { Type as t } from '@sinclair/typebox'
import { foldUsername } from '../../domain/user.ts'
import { moderatorsOrOneself } from '../allowed.ts'
import { readRoom } from '../operation.ts'
import { exactly, UserId } from '../schemas.ts'

/** Whether a user is on the allow list. */
export const isAllowed = readRoom({
  id: 'isAllowed',
  routes: ['GET /chatrooms/:chatroom_id/white/users/:username'],
  tag: 'allowList',
  summary: { en: 'Whether a user is on the allow list', zh: '查询用户是否在白名单中' },
  allowed: moderatorsOrOneself,
  response: { data: exactly({ member: UserId, white: t.Boolean() }), params: true },
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id, username: foldUsername(params.username) }),
  about: ({ username }) => [username],

  run: async ({ app, store, room }, { username }) => ({
    member: username,
    white: await store.members.isAllowed(app.id, room.id, username),
  }),
})
