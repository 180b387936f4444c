import { Type as t } from '@sinclair/typebox'
import { failure, userMissing } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { ownerOnly } from '../allowed.ts'
import { writeRoom } from '../operation.ts'
import { checkUsersExist } from '../room-members.ts'
import { exactly, UserId } from '../schemas.ts'

const notAdmin = failure('forbidden_op', 'user:{username} is not admin of group:{chatroom_id}', {
  en: 'the user is no admin',
  zh: '用户不是管理员',
  lift: {
    en: 'name an admin of the chat room',
    zh: '指定该聊天室的管理员',
    calls: ['listAdmins', 'addAdmin'],
  },
})

/** Makes an admin an ordinary member. */
export const removeAdmin = writeRoom({
  id: 'removeAdmin',
  routes: ['DELETE /chatrooms/:chatroom_id/admin/:username'],
  tag: 'admins',
  summary: { en: 'Make an admin an ordinary member', zh: '移除聊天室管理员' },
  allowed: ownerOnly,
  response: { data: exactly({ result: t.Literal('success'), oldadmin: UserId }) },
  failures: [userMissing, notAdmin],
  input: ({ params }) => ({ room: params.chatroom_id, username: foldUsername(params.username) }),

  async run(transaction, { username }) {
    const { app, store, room, emit } = transaction
    await checkUsersExist(transaction, [username])
    const member = await store.members.findMember(app.id, room.id, username)
    if (!member?.admin) throw notAdmin({ username, chatroom_id: room.id })
    await store.members.setAdmin(app.id, room.id, username, false)
    emit({ type: 'admin.removed', username })
    return { result: 'success', oldadmin: username }
  },
})
