import { Type as t } from '@sinclair/typebox'
import { userNotFound } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { action } from '../operation.ts'
import { bounds, loosely, says } from '../schemas.ts'
import { tooManyUsernames } from '../user-batches.ts'
import { Statuses } from './schemas.ts'

const mostUsers = limits.usersAsked.value

const tooMany = tooManyUsernames(mostUsers)

const statusOf = (online: Set<string>, username: string) => ({
  [username]: online.has(username) ? 'online' : 'offline',
})

/** Whether a user is online. */
export const getUserStatus = action({
  id: 'getUserStatus',
  routes: ['GET /users/:username/status'],
  tag: 'users',
  summary: { en: 'Whether a user is online', zh: '查询用户在线状态' },
  allowed: appOnly,
  response: { users: true, data: Statuses, count: true },
  failures: [userNotFound],
  input: ({ params }) => ({ username: foldUsername(params.username) }),

  async run({ app, store, services }, { username }) {
    if (!(await store.users.findUser(app.id, username))) throw userNotFound()
    return statusOf(await services.presence.online(app.id, [username]), username)
  },

  reply: (data) => ({ data, count: 0 }),
})

/** Whether users are online; unknown ones are not. */
export const getUsersStatus = action({
  id: 'getUsersStatus',
  routes: ['POST /users/batch/status'],
  tag: 'users',
  summary: {
    en: 'Whether users are online; unknown ones are not',
    zh: '批量查询在线状态；不存在的用户视为离线',
  },
  allowed: appOnly,
  callsPerSecond: 50,
  body: loosely({
    usernames: t.Array(t.String(), {
      ...says(`At most ${mostUsers} user ids.`, `最多 ${mostUsers} 个用户 ID。`),
      examples: [['alice', 'bob']],
      ...bounds({ maxItems: mostUsers }),
    }),
  }),
  response: { users: true, data: t.Array(Statuses) },
  failures: [tooMany],
  input({ body }) {
    if (body.usernames.length > mostUsers) throw tooMany()
    return { usernames: body.usernames.map(foldUsername) }
  },

  async run({ app, services }, { usernames }) {
    const online = await services.presence.online(app.id, usernames)
    return usernames.map((username) => statusOf(online, username))
  },
})
