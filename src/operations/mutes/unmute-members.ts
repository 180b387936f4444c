import { Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import { mutedBefore } from '../../domain/mute.ts'
import { userIdsIn } from '../../domain/user-ids.ts'
import { moderators } from '../allowed.ts'
import { writeRoom } from '../operation.ts'
import { checkReach } from '../room-members.ts'
import { exactly } from '../schemas.ts'
import { tooManyUsers } from '../user-batches.ts'

const mostUsers = limits.membersMuted.value

const tooMany = tooManyUsers(`removeMute member size more than max limit :  ${mostUsers}`)

/** Unmutes users; those who are not muted are a success. */
export const unmuteMembers = writeRoom({
  id: 'unmuteMembers',
  routes: ['DELETE /chatrooms/:chatroom_id/mute/:username'],
  tag: 'mutes',
  summary: { en: `Unmute up to ${mostUsers} users`, zh: `解除禁言，最多 ${mostUsers} 个` },
  allowed: moderators,
  response: { data: t.Array(exactly({ result: t.Literal(true), user: t.String({ examples: ['bob'] }) })) },
  failures: [tooMany],
  input: ({ params }) => ({ room: params.chatroom_id, usernames: userIdsIn(params.username) }),

  async run(transaction, { usernames }) {
    const { app, store, room, now, emit } = transaction
    if (usernames.length > mostUsers) throw tooMany()
    await checkReach(transaction, usernames, moderators)
    const before = mutedBefore(await store.lists.muted(app.id, room.id, now, usernames))
    await store.lists.unmute(app.id, room.id, usernames)
    emit({ type: 'member.unmuted', usernames, before })
    return usernames.map((user) => ({ result: true, user }))
  },
})
