import { Type as t } from '@sinclair/typebox'
import { joinFailures, userMissing } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { moderatorsOrComers } from '../allowed.ts'
import { writeRoom } from '../operation.ts'
import { putInRoom } from '../room-members.ts'
import { exactly, RoomId, UserId } from '../schemas.ts'

/** Adds one user; one who is in already is a success. */
export const addMember = writeRoom({
  id: 'addMember',
  routes: ['POST /chatrooms/:chatroom_id/users/:username'],
  tag: 'members',
  summary: {
    en: 'Add a user to a chat room; with its own token, a user joins',
    zh: '添加单个成员；用户用自己的 token 调用即为加入',
  },
  allowed: moderatorsOrComers,
  response: {
    data: exactly({ result: t.Literal(true), action: t.Literal('add_member'), id: RoomId, user: UserId }),
  },
  failures: [userMissing, ...joinFailures],
  input: ({ params }) => ({ room: params.chatroom_id, username: foldUsername(params.username) }),
  about: ({ username }) => [username],

  async run(transaction, { username }) {
    const { room } = transaction
    await putInRoom(transaction, room, [username])
    return { result: true, action: 'add_member', id: room.id, user: username }
  },
})
