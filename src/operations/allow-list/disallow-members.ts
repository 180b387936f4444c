import { limits } from '../../domain/limits.ts'
import { namesSeveral, userIdsIn } from '../../domain/user-ids.ts'
import { moderators } from '../allowed.ts'
import { oneOrRows, rowOf, single } from '../list-rows.ts'
import { writeRoom } from '../operation.ts'
import { tooManyUsers } from '../user-batches.ts'

const mostUsers = limits.membersListed.value
const removed = 'remove_user_whitelist'

const tooMany = tooManyUsers(`removeWhitelist size is more than max limit : ${mostUsers}`)

/** Takes users off the allow list; those who are not on it are a success. */
export const disallowMembers = writeRoom({
  id: 'disallowMembers',
  routes: ['DELETE /chatrooms/:chatroom_id/white/users/:username'],
  tag: 'allowList',
  summary: {
    en: `Take a user, or up to ${mostUsers} with commas between, off the allow list`,
    zh: `移出白名单，多个以逗号分隔，最多 ${mostUsers} 个`,
  },
  allowed: moderators,
  hasDialects: true,
  response: { data: oneOrRows(removed) },
  failures: [tooMany],
  input: ({ params }) => ({ room: params.chatroom_id, usernames: userIdsIn(params.username) }),

  async run({ app, store, room, emit }, { usernames }) {
    if (usernames.length > mostUsers) throw tooMany()
    await store.members.setAllowed(app.id, room.id, usernames, false)
    emit({ type: 'member.disallowed', usernames })
  },

  reply(_, { room, usernames }, { caller, dialect, params, query }) {
    const rows = usernames.map((user) => rowOf(removed, room, { user }))
    const [only] = rows
    const isForServerSdk = dialect === 'sdk' && caller.kind === 'app'
    const isAlone = isForServerSdk && only !== undefined && !namesSeveral(params.username)
    return { data: isAlone ? single(query, only) : rows }
  },
})
