import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { folded } from '../../domain/user-ids.ts'
import { moderators } from '../allowed.ts'
import { rowOf, rows } from '../list-rows.ts'
import { writeRoom } from '../operation.ts'
import { Usernames } from '../schemas.ts'
import { sortOut, tooManyUsers } from '../user-batches.ts'
import { added, block } from './block.ts'

const mostUsers = limits.membersRemoved.value

const tooMany = tooManyUsers(`userNames is more than max limit : ${mostUsers}`)

const noUsers = failure('invalid_parameter', 'usernames is null or empty!', { en: 'no user', zh: '没有用户' })

/** Blocks several members, each on its own. */
export const blockUsers = writeRoom({
  id: 'blockUsers',
  routes: ['POST /chatrooms/:chatroom_id/blocks/users'],
  tag: 'blocks',
  summary: { en: `Block up to ${mostUsers} members`, zh: `批量加入黑名单，最多 ${mostUsers} 个` },
  allowed: moderators,
  body: Usernames,
  response: { data: rows(added) },
  failures: [tooMany, noUsers],
  input: ({ params, body }) => ({ room: params.chatroom_id, usernames: folded(body.usernames) }),

  async run(transaction, { usernames }) {
    if (usernames.length === 0) throw noUsers()
    if (usernames.length > mostUsers) throw tooMany()
    const { outcomes, done } = await sortOut(transaction, usernames, moderators, 'chatroom')
    if (done.length > 0) await block(transaction, done)
    return outcomes
  },

  reply: (outcomes, { room }) => ({ data: outcomes.map((each) => rowOf(added, room, each)) }),
})
