import { limits } from '../../domain/limits.ts'
import { namesSeveral, userIdsIn } from '../../domain/user-ids.ts'
import { moderators } from '../allowed.ts'
import { oneOrRows, rowOf, single } from '../list-rows.ts'
import { writeRoom } from '../operation.ts'
import { tooManyUsers } from '../user-batches.ts'

const mostUsers = limits.membersListed.value
const removed = 'remove_blocks'

const tooMany = tooManyUsers(`removeBlacklist: list size more than max limit : ${mostUsers}`)

/** Unblocks users, which does not bring them back; those who are not blocked are a success. */
export const unblockUsers = writeRoom({
  id: 'unblockUsers',
  routes: ['DELETE /chatrooms/:chatroom_id/blocks/users/:username'],
  tag: 'blocks',
  summary: {
    en: `Let a user, or up to ${mostUsers} with commas between, come back`,
    zh: `移出黑名单，多个以逗号分隔，最多 ${mostUsers} 个`,
  },
  allowed: moderators,
  response: { data: oneOrRows(removed) },
  failures: [tooMany],
  input: ({ params: { chatroom_id, username } }) => ({
    room: chatroom_id,
    usernames: userIdsIn(username),
  }),

  async run({ app, store, room, now, emit }, { usernames }) {
    if (usernames.length > mostUsers) throw tooMany()
    const blocked = await store.lists.blockedAmong(app.id, room.id, usernames, now)
    if (blocked.length === 0) return
    await store.lists.unblock(app.id, room.id, blocked)
    emit({ type: 'member.unblocked', usernames: blocked })
  },

  reply(_, { room, usernames }, { query, params }) {
    const rows = usernames.map((user) => rowOf(removed, room, { user }))
    const [only] = rows
    return { data: namesSeveral(params.username) || !only ? rows : single(query, only) }
  },
})
