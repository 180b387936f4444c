import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { muteEnd } from '../../domain/mute.ts'
import { folded } from '../../domain/user-ids.ts'
import { moderators } from '../allowed.ts'
import { readRoom, writeRoom } from '../operation.ts'
import { cutReason, Reason } from '../reason.ts'
import { bounds, exactly, loosely, says, UserId, usernamesUpTo } from '../schemas.ts'
import { sortOut, tooManyUsernames } from '../user-batches.ts'
import { block } from './block.ts'

const mostUsers = limits.membersRemoved.value

const tooMany = tooManyUsernames(mostUsers)

const badDuration = failure('invalid_parameter', 'ban_duration must be -1 or a positive number of ms', {
  en: '`ban_duration` is 0, or below -1',
  zh: '`ban_duration` 为 0 或小于 -1',
})

const end = t.Integer({
  ...says(
    'When it ends, Unix ms; 4638873600000 = never.',
    '封禁结束时间，Unix 毫秒；4638873600000 表示永久。',
  ),
  examples: [1767312000000],
})

/** Removes members and blocks them for a time. */
export const banMembers = writeRoom({
  id: 'banMembers',
  routes: ['POST /chatrooms/:chatroom_id/bans'],
  tag: 'blocks',
  summary: {
    en: `Remove up to ${mostUsers} members and block them for a time`,
    zh: `移除成员并限时封禁，最多 ${mostUsers} 个`,
  },
  description: {
    en: 'They stand on the block list until the time is over, and are taken off it as any others.',
    zh: '成员加入黑名单，到期自动移出；也可提前移出黑名单。',
  },
  allowed: moderators,
  body: loosely({
    usernames: usernamesUpTo(mostUsers),
    ban_duration: t.Integer({
      ...says('Milliseconds; -1 = for ever.', '毫秒；-1 表示永久。'),
      examples: [600_000],
      ...bounds({ minimum: -1 }),
    }),
    reason: t.Optional(Reason),
  }),
  response: {
    data: t.Array(
      exactly({
        result: t.Boolean({ examples: [true] }),
        user: UserId,
        expire: t.Optional(end),
        reason: t.Optional(t.String(says('Why not; only then.', '未成功的原因；仅在未成功时返回。'))),
      }),
    ),
  },
  failures: [tooMany, badDuration],
  input: ({ params, body }) => ({
    room: params.chatroom_id,
    usernames: folded(body.usernames),
    durationMs: body.ban_duration,
    reason: cutReason(body.reason),
  }),

  async run(transaction, { usernames, durationMs, reason }) {
    if (usernames.length > mostUsers) throw tooMany()
    if (durationMs < -1 || durationMs === 0) throw badDuration()
    const expiresMs = muteEnd(transaction.now, durationMs)
    const { outcomes, done } = await sortOut(transaction, usernames, moderators, 'chatroom')
    if (done.length > 0) await block(transaction, done, { expiresMs, ...(reason ? { reason } : {}) })
    return outcomes.map((outcome) => ({
      ...outcome,
      result: outcome.reason === undefined,
      ...(outcome.reason === undefined ? { expire: expiresMs } : {}),
    }))
  },
})

/** Lists who is blocked from a room, until when and why. */
export const listBans = readRoom({
  id: 'listBans',
  routes: ['GET /chatrooms/:chatroom_id/bans'],
  tag: 'blocks',
  summary: {
    en: 'List who is blocked from a chat room, until when and why',
    zh: '获取黑名单及其到期时间和原因',
  },
  allowed: moderators,
  response: {
    data: t.Array(exactly({ user: UserId, expire: end, reason: Reason })),
    count: true,
  },
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),
  run: ({ app, store, room, now }) => store.lists.bans(app.id, room.id, now),
  reply: (bans) => ({
    data: bans.map(({ username, expiresMs, reason }) => ({ user: username, expire: expiresMs, reason })),
    count: bans.length,
  }),
})
