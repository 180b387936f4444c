import { notMembers } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { folded } from '../../domain/user-ids.ts'
import { moderators } from '../allowed.ts'
import { rowOf, rows } from '../list-rows.ts'
import { writeRoom } from '../operation.ts'
import { requireMembers } from '../room-members.ts'
import { Usernames } from '../schemas.ts'
import { tooManyUsernames } from '../user-batches.ts'
import { added } from './rows.ts'

const mostUsers = limits.membersListed.value

const tooMany = tooManyUsernames(mostUsers)

/** Puts several members on the allow list, all or none. */
export const allowMembers = writeRoom({
  id: 'allowMembers',
  routes: ['POST /chatrooms/:chatroom_id/white/users'],
  tag: 'allowList',
  summary: {
    en: `Put up to ${mostUsers} members on the allow list`,
    zh: `批量加入白名单，最多 ${mostUsers} 个`,
  },
  allowed: moderators,
  body: Usernames,
  response: { data: rows(added) },
  failures: [notMembers, tooMany],
  input: ({ params, body }) => ({ room: params.chatroom_id, usernames: folded(body.usernames) }),

  async run(transaction, { usernames }) {
    const { app, store, room, emit } = transaction
    if (usernames.length > mostUsers) throw tooMany()
    await requireMembers(transaction, usernames)
    await store.members.setAllowed(app.id, room.id, usernames, true)
    emit({ type: 'member.allowed', usernames })
  },

  reply: (_, { room, usernames }) => ({ data: usernames.map((user) => rowOf(added, room, { user })) }),
})
