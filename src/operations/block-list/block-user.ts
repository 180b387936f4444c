import { notMembersToBlock, ownerIsSafe } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { moderators } from '../allowed.ts'
import { oneOrRows, rowOf, single } from '../list-rows.ts'
import { writeRoom } from '../operation.ts'
import { checkReach } from '../room-members.ts'
import { added, block } from './block.ts'

/** Blocks one member: it is taken out at once, and cannot come back until it is unblocked. */
export const blockUser = writeRoom({
  id: 'blockUser',
  routes: ['POST /chatrooms/:chatroom_id/blocks/users/:username'],
  tag: 'blocks',
  summary: { en: 'Remove a member and block it', zh: '将成员加入黑名单' },
  allowed: moderators,
  response: { data: oneOrRows(added) },
  failures: [ownerIsSafe, notMembersToBlock],
  input: ({ params }) => ({ room: params.chatroom_id, username: foldUsername(params.username) }),

  async run(transaction, { username }) {
    const { app, store, room } = transaction
    if (username === room.owner) throw ownerIsSafe()
    if (!(await store.members.findMember(app.id, room.id, username)))
      throw notMembersToBlock({ usernames: username })
    await checkReach(transaction, [username], moderators)
    await block(transaction, [username])
  },

  reply: (_, { room, username }, { query }) => ({
    data: single(query, rowOf(added, room, { user: username })),
  }),
})
