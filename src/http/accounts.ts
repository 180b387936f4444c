import { Type as t } from '@sinclair/typebox'
import { Failure } from '../failure.ts'
import { limits } from '../limits.ts'
import { checkPassword, foldUsername } from '../users/user.ts'
import { userNotFound } from '../users/users.ts'
import { forServer } from './access.ts'
import { bounds } from './bounds.ts'
import type { Deps } from './deps.ts'
import { success } from './envelope.ts'
import { enveloped, replies } from './replies.ts'
import { Disconnected, Statuses, tooManyLogins, UserEntity, unknownUserRow } from './user-replies.ts'
import { entity } from './users.ts'

const NewPassword = t.Object(
  {
    newpassword: t.String({
      description: 'At most 64 characters.',
      examples: ['secret-2'],
      ...bounds({ minLength: 1, maxLength: limits.password.value }),
    }),
  },
  { additionalProperties: true },
)

const Usernames = t.Object(
  {
    usernames: t.Array(t.String(), {
      description: 'At most 100 user ids.',
      examples: [['alice', 'bob']],
      ...bounds({ maxItems: limits.usersAsked.value }),
    }),
  },
  { additionalProperties: true },
)

/** Most users in one question for their status. */
const statusLimit = limits.usersAsked.value

const path = '/users'

/** What the app does to the account of one of its users. */
export const accountRoutes = (deps: Deps) => {
  const { store, commit, passwords, presence } = deps

  async function checkRegistered(app: number, given: string): Promise<string> {
    const username = foldUsername(given)
    if (!(await store.users.findUser(app, username))) throw userNotFound()
    return username
  }

  const statusOf = (online: Set<string>, username: string) => ({
    [username]: online.has(username) ? 'online' : 'offline',
  })

  return forServer(deps)
    .put(
      '/users/:username/password',
      async ({ app, call, caller, params, body, request }) => {
        const username = await checkRegistered(app.id, params.username)
        const asker = { app: app.id, source: '', name: username, signal: request.signal }
        const [hash] = await passwords.hash([checkPassword(body.newpassword)], asker)
        await commit(app.id, caller, 'changePassword', username, hash as string)
        return success({ ...call, action: 'set user password' }, undefined, { path })
      },
      {
        body: NewPassword,
        detail: {
          operationId: 'changePassword',
          summary: "Change a user's password, which ends its tokens",
          tags: ['Users'],
          ...replies(enveloped({ users: true }), [
            unknownUserRow,
            ['illegal_argument', 'password or pin must provided', 'an empty password'],
            ['illegal_argument', 'password is longer than 64 characters', 'a password over 64 characters'],
            tooManyLogins,
          ]),
        },
      },
    )
    .post(
      '/users/:username/activate',
      async ({ app, call, caller, params }) => {
        await commit(app.id, caller, 'setActivated', params.username, true)
        return success({ ...call, action: 'activate user' }, undefined, { path })
      },
      {
        detail: {
          operationId: 'activateUser',
          summary: 'Let a user log in again',
          tags: ['Users'],
          ...replies(enveloped({ users: true }), [unknownUserRow]),
        },
      },
    )
    .post(
      '/users/:username/deactivate',
      async ({ app, call, caller, params }) => {
        const user = await commit(app.id, caller, 'setActivated', params.username, false)
        return success({ ...call, action: 'Deactivate user' }, undefined, { path, entities: [entity(user)] })
      },
      {
        detail: {
          operationId: 'deactivateUser',
          summary: 'Keep a user from logging in, and end its tokens',
          tags: ['Users'],
          ...replies(enveloped({ users: true, entities: UserEntity }), [unknownUserRow]),
        },
      },
    )
    .get(
      '/users/:username/status',
      async ({ app, call, params }) => {
        const username = await checkRegistered(app.id, params.username)
        const online = await presence.online(app.id, [username])
        return success(call, JSON.stringify(statusOf(online, username)), { path, count: 0 })
      },
      {
        detail: {
          operationId: 'getUserStatus',
          summary: 'Whether a user is online',
          tags: ['Users'],
          ...replies(enveloped({ users: true, data: Statuses, count: true }), [unknownUserRow]),
        },
      },
    )
    .post(
      '/users/batch/status',
      async ({ app, call, body }) => {
        if (body.usernames.length > statusLimit) {
          throw new Failure('invalid_parameter', `usernames size is more than max limit : ${statusLimit}`)
        }
        const usernames = body.usernames.map(foldUsername)
        const online = await presence.online(app.id, usernames)
        const data = usernames.map((username) => statusOf(online, username))
        return success(call, JSON.stringify(data), { path })
      },
      {
        body: Usernames,
        detail: {
          operationId: 'getUsersStatus',
          summary: 'Whether users are online; unknown ones are not',
          tags: ['Users'],
          ...replies(enveloped({ users: true, data: t.Array(Statuses) }), [
            ['invalid_parameter', 'usernames size is more than max limit : 100', 'more than 100 user ids'],
          ]),
        },
      },
    )
    .get(
      '/users/:username/disconnect',
      async ({ app, call, params }) => {
        await presence.disconnect(app.id, await checkRegistered(app.id, params.username))
        return success(call, '{"result":true}', { path })
      },
      {
        detail: {
          operationId: 'disconnectUser',
          summary: 'Force a user offline',
          tags: ['Users'],
          ...replies(enveloped({ users: true, data: Disconnected }), [unknownUserRow]),
        },
      },
    )
}
