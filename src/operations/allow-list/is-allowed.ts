import { Type as t } from '@sinclair/typebox'
import { foldUsername } from '../../domain/user.ts'
import { moderatorsOrOneself } from '../allowed.ts'
import { readRoom } from '../operation.ts'
import { exactly, UserId } from '../schemas.ts'

/** Whether a user may speak while everybody is muted; owner and admins always may. */
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

  async run({ app, store, room }, { username }) {
    const member = await store.members.findMember(app.id, room.id, username)
    const isModerator = username === room.owner || member?.admin === true
    const white = isModerator || (await store.members.isAllowed(app.id, room.id, username))
    return { member: username, white }
  },
})
