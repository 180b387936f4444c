import { Type as t } from '@sinclair/typebox'
import { failure, notMembers } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { mutedBefore, muteEnd } from '../../domain/mute.ts'
import { folded } from '../../domain/user-ids.ts'
import { moderators } from '../allowed.ts'
import { writeRoom } from '../operation.ts'
import { cutReason, Reason } from '../reason.ts'
import { checkReach, requireMembers } from '../room-members.ts'
import { bounds, exactly, loosely, says, UserId, usernamesUpTo } from '../schemas.ts'
import { tooManyUsers } from '../user-batches.ts'
import { expire } from './schemas.ts'

const mostUsers = limits.membersMuted.value

const tooMany = tooManyUsers(`userNames size is more than max limit : ${mostUsers}`)

const badDuration = failure('invalid_parameter', 'mute_duration must be -1, 0 or a number of ms', {
  en: '`mute_duration` below -1',
  zh: '`mute_duration` 小于 -1',
})

/** Mutes members for a time; a mute outlasts leaving and coming back. */
export const muteMembers = writeRoom({
  id: 'muteMembers',
  routes: ['POST /chatrooms/:chatroom_id/mute'],
  tag: 'mutes',
  summary: { en: `Mute up to ${mostUsers} members for a time`, zh: `禁言成员一段时间，最多 ${mostUsers} 个` },
  allowed: moderators,
  body: loosely({
    usernames: usernamesUpTo(mostUsers),
    mute_duration: t.Integer({
      ...says('Milliseconds; -1 = for ever, 0 = unmute.', '毫秒；-1 表示永久，0 表示解除禁言。'),
      examples: [60_000],
      ...bounds({ minimum: -1 }),
    }),
    reason: t.Optional(Reason),
  }),
  response: { data: t.Array(exactly({ result: t.Literal(true), expire, user: UserId })) },
  failures: [notMembers, tooMany, badDuration],
  input: ({ params, body }) => ({
    room: params.chatroom_id,
    usernames: folded(body.usernames),
    durationMs: body.mute_duration,
    reason: cutReason(body.reason),
  }),

  async run(
    transaction,
    {
      usernames,
      durationMs,
      reason,
    }: { room: string; usernames: string[]; durationMs: number; reason?: string | undefined },
  ) {
    const { app, store, room, now, emit } = transaction
    if (usernames.length > mostUsers) throw tooMany()
    if (durationMs < -1) throw badDuration()
    await requireMembers(transaction, usernames)
    await checkReach(transaction, usernames, moderators)
    const expire = muteEnd(now, durationMs)
    const before = mutedBefore(await store.lists.muted(app.id, room.id, now, usernames))
    if (expire === 0) {
      await store.lists.unmute(app.id, room.id, usernames)
      emit({ type: 'member.unmuted', usernames, before })
    } else {
      await store.lists.mute(app.id, room.id, usernames, expire, now)
      emit({ type: 'member.muted', usernames, expires: expire, before, ...(reason ? { reason } : {}) })
    }
    return usernames.map((user) => ({ result: true, expire, user }))
  },
})
