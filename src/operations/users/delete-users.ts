import { userNotFound } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import type { User } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { type Transaction, write } from '../operation.ts'
import { badLimit, limitOf, limitParameter } from '../parameters.ts'
import { leaveRooms } from './continue-deletion.ts'
import { cursorAfter, usersPage } from './list-users.ts'
import { lockedUser } from './locked-user.ts'
import { entity, UserEntity } from './schemas.ts'

/**
 * Removes a locked user: its own rooms are dissolved or handed over, and it leaves all others, every role and every list
 * [delete user]. At most `mostRooms` at once, the others follow; returns how many went.
 */
async function removeUser(transaction: Transaction, username: string, mostRooms: number): Promise<number> {
  const { app, store, tick, emit } = transaction
  const gone = await leaveRooms(transaction, username, mostRooms)
  const roomsLeft = gone < mostRooms ? 0 : await store.deletions.roomsLeft(app.id, username)
  if (roomsLeft > 0) await store.deletions.beginDeletion(app.id, username)
  await store.lists.forgetUser(app.id, username)
  await store.appMutes.removeAppMutes(app.id, username)
  await store.superAdmins.removeSuperAdmin(app.id, username)
  await store.userAttributes.removeUserAttributes(app.id, username)
  await store.reports.forgetReportsOfUser(app.id, username)
  await store.users.removeUser(app.id, username)
  await store.dissolved.userDeleted(app.id, username, tick())
  if (app.settings.users !== null) await store.quotas.giveQuota(app.id, 'users')
  emit({ type: 'user.changed', username, change: 'deleted', ...(roomsLeft > 0 ? { roomsLeft } : {}) })
  return gone
}

/** Deletes a user. Returns the user as it was. */
export const deleteUser = write({
  id: 'deleteUser',
  routes: ['DELETE /users/:username'],
  tag: 'users',
  summary: { en: 'Delete a user, dissolving the rooms that it owns', zh: '删除用户，并解散其拥有的聊天室' },
  description: {
    en: 'The user leaves all other chat rooms, and its tokens end. Where `ownerSuccession` of the app says so, its rooms are handed over instead. Of a user in more chat rooms than go at once the others follow after the response; its name is taken until then, and the event `user.changed` says how many (`roomsLeft`). With `dry_run=true` the events say which ones would go (`room.dissolved`) and which would have another owner (`room.transferred`).',
    zh: '该用户退出其他所有聊天室，其 token 全部失效。应用设置 `ownerSuccession` 可改为转让其聊天室。聊天室过多时，其余的在响应之后处理，完成前该用户名不可注册，`user.changed` 事件的 `roomsLeft` 为剩余数量。带 `dry_run=true` 时，返回的事件说明哪些聊天室会解散（`room.dissolved`）、哪些会转让（`room.transferred`）。',
  },
  allowed: appOnly,
  response: { users: true, entities: UserEntity },
  failures: [userNotFound],
  input: ({ params }) => ({ username: params.username }),

  async run(transaction, { username }) {
    const { passwordHash: _, tokenEpoch: __, ...user } = await lockedUser(transaction, username)
    await removeUser(transaction, user.username, limits.deletedRooms.value)
    return user
  },

  reply: (user) => ({ entities: [entity(user)] }),
})

/** Deletes the users that registered first. Returns them, and whether more are left. */
export const deleteUsers = write({
  id: 'deleteUsers',
  routes: ['DELETE /users'],
  tag: 'users',
  summary: { en: 'Delete the users that registered first', zh: '批量删除最早注册的用户' },
  description: {
    en: 'They are not chosen by name. The response has a `cursor` while more are left.',
    zh: '不能指定用户名。还有剩余用户时，响应带有 `cursor`。',
  },
  allowed: appOnly,
  callsPerSecond: 30,
  parameters: [limitParameter(usersPage)],
  response: { users: true, entities: UserEntity, count: true, cursor: true, params: true },
  failures: [badLimit],
  input: ({ query }) => ({ limit: limitOf(query, usersPage) }),

  async run(transaction, { limit }): Promise<{ deleted: User[]; more: boolean }> {
    const { app, store } = transaction
    const deleted: User[] = []
    let rooms: number = limits.deletedRooms.value
    for (;;) {
      const left = limit - deleted.length
      const users = await store.users.listUsers(app.id, left + 1)
      for (const { username } of users.slice(0, left)) {
        // One that another transaction deletes meanwhile is not among them; the next one is.
        const user = await store.users.lockUser(app.id, username)
        if (!user) continue
        rooms -= await removeUser(transaction, username, rooms)
        deleted.push(user)
      }
      if (deleted.length === limit || users.length === 0) return { deleted, more: users.length > left }
    }
  },

  reply: ({ deleted, more }, _, { app }) => ({
    entities: deleted.map(entity),
    count: deleted.length,
    cursor: more ? cursorAfter(app, deleted) : undefined,
  }),
})
