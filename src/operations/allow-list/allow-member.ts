import { notMembers } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { moderators } from '../allowed.ts'
import { oneOrRows, rowOf, single } from '../list-rows.ts'
import { writeRoom } from '../operation.ts'
import { requireMembers } from '../room-members.ts'
import { added } from './rows.ts'

/** Puts one member on the allow list: it may speak also while everybody is muted. */
export const allowMember = writeRoom({
  id: 'allowMember',
  routes: ['POST /chatrooms/:chatroom_id/white/users/:username'],
  tag: 'allowList',
  summary: { en: 'Put a member on the allow list', zh: '将成员加入白名单' },
  allowed: moderators,
  response: { data: oneOrRows(added) },
  failures: [notMembers],
  input: ({ params }) => ({ room: params.chatroom_id, username: foldUsername(params.username) }),

  async run(transaction, { username }) {
    const { app, store, room, emit } = transaction
    await requireMembers(transaction, [username])
    await store.members.setAllowed(app.id, room.id, [username], true)
    emit({ type: 'member.allowed', usernames: [username] })
  },

  reply: (_, { room, username }, { query }) => ({
    data: single(query, rowOf(added, room, { user: username })),
  }),
})
