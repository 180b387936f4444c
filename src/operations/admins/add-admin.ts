import { Type as t } from '@sinclair/typebox'
import { failure, joinFailures, ownerIsSafe, userMissing } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { foldUsername } from '../../domain/user.ts'
import { ownerOnly } from '../allowed.ts'
import { writeRoom } from '../operation.ts'
import { checkUsersExist, putInRoom } from '../room-members.ts'
import { bounds, exactly, loosely, says, UserId, userIdPattern } from '../schemas.ts'

/** Most admins of a room; with the owner they are 100. */
const mostAdmins = limits.roomAdmins.value

const tooManyAdmins = failure('exceed_limit', `admins size is greater than max admin size : ${mostAdmins}`, {
  en: `the room has ${mostAdmins} admins`,
  zh: `聊天室已有 ${mostAdmins} 个管理员`,
  lift: { en: 'remove an admin first', zh: '先移除一名管理员', calls: ['removeAdmin'] },
})

/** Makes a user an admin; one who is not in the room comes into it. */
export const addAdmin = writeRoom({
  id: 'addAdmin',
  routes: ['POST /chatrooms/:chatroom_id/admin'],
  tag: 'admins',
  summary: { en: 'Make a user an admin of a chat room', zh: '添加聊天室管理员' },
  allowed: ownerOnly,
  body: loosely({
    newadmin: t.String({
      ...says('User id.', '用户 ID。'),
      examples: ['bob'],
      ...bounds({ pattern: userIdPattern }),
    }),
  }),
  response: { data: exactly({ result: t.Literal('success'), newadmin: UserId }) },
  failures: [userMissing, ownerIsSafe, ...joinFailures, tooManyAdmins],
  input: ({ params, body }) => ({ room: params.chatroom_id, username: foldUsername(body.newadmin) }),

  async run(transaction, { username }) {
    const { app, store, room, emit } = transaction
    await checkUsersExist(transaction, [username])
    if (username === room.owner) throw ownerIsSafe()
    const admins = await store.members.admins(app.id, room.id)
    if (!admins.includes(username)) {
      if (admins.length >= mostAdmins) throw tooManyAdmins()
      await putInRoom(transaction, room, [username])
      await store.members.setAdmin(app.id, room.id, username, true)
      emit({ type: 'admin.added', username })
    }
    return { result: 'success', newadmin: username }
  },
})
