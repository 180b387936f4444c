import { Type as t } from '@sinclair/typebox'
import { joinFailures, userMissing } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { folded } from '../../domain/user-ids.ts'
import { moderatorsOrComers } from '../allowed.ts'
import { writeRoom } from '../operation.ts'
import { putInRoom } from '../room-members.ts'
import { exactly, RoomId, UserId, Usernames } from '../schemas.ts'
import { tooManyUsers } from '../user-batches.ts'

const mostUsers = limits.membersAdded.value

const tooMany = tooManyUsers(`addMembers: addMembers number more than maxSize : ${mostUsers}`)

/** Adds several users, all or none. */
export const addMembers = writeRoom({
  id: 'addMembers',
  routes: ['POST /chatrooms/:chatroom_id/users'],
  tag: 'members',
  summary: { en: `Add up to ${mostUsers} users to a chat room`, zh: `批量添加成员，最多 ${mostUsers} 个` },
  allowed: moderatorsOrComers,
  body: Usernames,
  response: {
    data: exactly({ newmembers: t.Array(UserId), action: t.Literal('add_member'), id: RoomId }),
  },
  failures: [userMissing, ...joinFailures, tooMany],
  input: ({ params, body }) => ({ room: params.chatroom_id, usernames: folded(body.usernames) }),
  about: ({ usernames }) => usernames,

  async run(transaction, { usernames }) {
    const { room } = transaction
    if (usernames.length > mostUsers) throw tooMany()
    await putInRoom(transaction, room, usernames)
    return { newmembers: usernames, action: 'add_member', id: room.id }
  },
})
