import { Type as t } from '@sinclair/typebox'
import { notMembers, ownerIsSafe, userMissing } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { foldUsername } from '../../domain/user.ts'
import { namesSeveral, userIdsIn } from '../../domain/user-ids.ts'
import { moderatorsOrComers } from '../allowed.ts'
import { type InRoom, type Transaction, writeRoom } from '../operation.ts'
import { checkReach, checkUsersExist, leave, takeOut } from '../room-members.ts'
import { exactly, RoomId, UserId } from '../schemas.ts'
import { sortOut, tooManyUsers } from '../user-batches.ts'

const mostUsers = limits.membersRemoved.value

const tooMany = tooManyUsers(`kickMember: kickMembers number more than maxSize : ${mostUsers}`)

const action = 'remove_member'
const removed = t.Literal(action)
const Removed = exactly({ result: t.Literal(true), action: removed, user: UserId, id: RoomId })
const NotRemoved = exactly({
  result: t.Literal(false),
  action: removed,
  reason: t.String(),
  user: t.String(),
  id: RoomId,
})

/** Takes members out, and records which of them were admins, so that it can be undone. */
async function takeOutMembers(transaction: Transaction & InRoom, usernames: string[]): Promise<void> {
  const { app, store, room, emit } = transaction
  const admins = (await store.members.admins(app.id, room.id)).filter((admin) => usernames.includes(admin))
  const memberCount = await takeOut(transaction, room, usernames)
  emit({
    type: 'member.removed',
    usernames,
    memberCount,
    ...(admins.length > 0 ? { before: { admins } } : {}),
  })
}

/** Takes one member out; a user may always take itself out, and one who is not in then succeeds. */
async function removeOne(transaction: Transaction & InRoom, username: string) {
  const { app, caller, store, room } = transaction
  if (caller.kind === 'user' && caller.username === username) return leave(transaction, room, username)
  await checkUsersExist(transaction, [username])
  if (!(await store.members.findMember(app.id, room.id, username))) throw notMembers({ usernames: username })
  if (username === room.owner) throw ownerIsSafe()
  await checkReach(transaction, [username], moderatorsOrComers)
  await takeOutMembers(transaction, [username])
}

/** Takes members out: one, or several of which each fares on its own. */
export const removeMembers = writeRoom({
  id: 'removeMembers',
  routes: ['DELETE /chatrooms/:chatroom_id/users/:username'],
  tag: 'members',
  summary: {
    en: `Remove a member, or up to ${mostUsers} with commas between; with its own token, a user leaves`,
    zh: `移除成员，多个以逗号分隔，最多 ${mostUsers} 个；用户用自己的 token 调用即为退出`,
  },
  allowed: moderatorsOrComers,
  response: { data: t.Union([Removed, t.Array(t.Union([Removed, NotRemoved]))]) },
  failures: [userMissing, notMembers, ownerIsSafe, tooMany],
  input: ({ params: { chatroom_id, username } }) => ({
    room: chatroom_id,
    ...(namesSeveral(username)
      ? { usernames: userIdsIn(username), areSeveral: true }
      : { usernames: [foldUsername(username)], areSeveral: false }),
  }),
  about: ({ usernames }) => usernames,
  auditedAs: ({ areSeveral }) => (areSeveral ? 'removeMembers' : 'removeMember'),

  async run(transaction, { usernames, areSeveral }) {
    const { room } = transaction
    const { id } = room
    const [only] = usernames
    if (!areSeveral && only !== undefined) {
      await removeOne(transaction, only)
      return { result: true, action, user: only, id }
    }
    if (usernames.length > mostUsers) throw tooMany()
    const { outcomes, done } = await sortOut(transaction, usernames, moderatorsOrComers, 'group')
    if (done.length > 0) await takeOutMembers(transaction, done)
    return outcomes.map(({ user, reason }) =>
      reason === undefined ? { result: true, action, user, id } : { result: false, action, reason, user, id },
    )
  },
})
