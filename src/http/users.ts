import { Type as t } from '@sinclair/typebox'
import type { AppRecord } from '../apps/app.ts'
import { Failure } from '../failure.ts'
import { limits } from '../limits.ts'
import type { UserPosition } from '../store/users.ts'
import type { Asker } from '../users/fair-turns.ts'
import {
  checkNickname,
  checkPassword,
  checkUsername,
  foldUsername,
  type NewUser,
  type User,
} from '../users/user.ts'
import { userNotFound } from '../users/users.ts'
import { forRegistration, forServer, unauthorized } from './access.ts'
import { bounds, userIdPattern } from './bounds.ts'
import { openCursor, sealCursor } from './cursor.ts'
import type { Deps } from './deps.ts'
import { success } from './envelope.ts'
import { badCursor, badLimit, cursorParameter, limitOf, limitParameter, queryOf } from './paging.ts'
import { enveloped, replies } from './replies.ts'
import { RegistrationReply, registrationRows, UserEntity, unknownUserRow } from './user-replies.ts'

const Registration = t.Object(
  {
    username: t.Optional(
      t.String({
        description: 'User id: 1 to 64 of a-z, 0-9, "_", "-", ".".',
        examples: ['carol'],
        ...bounds({ pattern: userIdPattern }),
      }),
    ),
    password: t.Optional(
      t.String({
        description: 'At most 64 characters.',
        examples: ['secret-1'],
        ...bounds({ minLength: 1, maxLength: limits.password.value }),
      }),
    ),
    nickname: t.Optional(
      t.String({ description: 'At most 100 characters.', ...bounds({ maxLength: limits.nickname.value }) }),
    ),
  },
  { additionalProperties: true },
)

/** Most users in one registration call. */
const batchLimit = limits.usersRegistered.value

const usersPage = { default: 10, most: limits.usersPage.value }

/** A user as the wire shows it. */
export const entity = (user: User) => ({
  uuid: user.uuid,
  type: 'user',
  created: user.created,
  modified: user.modified,
  username: user.username,
  activated: user.activated,
  ...(user.nickname === null ? {} : { nickname: user.nickname }),
})

type Registration = typeof Registration.static

/** A registration, checked; its password is hashed later, and only if it passes. */
function checkRegistration({ username, password, nickname }: Registration, passwordNeeded: boolean) {
  if (username === undefined || username === '') {
    throw new Failure('illegal_argument', 'Entity user requires a property named username')
  }
  if (password === undefined && passwordNeeded) {
    throw new Failure('illegal_argument', 'password or pin must provided')
  }
  return {
    username: checkUsername(username),
    password: password === undefined ? null : checkPassword(password),
    nickname: nickname === undefined ? null : checkNickname(nickname),
  }
}

/** The users of a batch, each once. Fails when one stands there twice with different passwords. */
function withoutRepeats<U extends { username: string; password: string | null }>(users: U[]): U[] {
  const byName = new Map<string, U>()
  for (const user of users) {
    const earlier = byName.get(user.username)
    if (earlier && earlier.password !== user.password) {
      throw new Failure(
        'duplicate_unique_property_exists',
        `the same user ${user.username} has a different password`,
      )
    }
    byName.set(user.username, earlier ?? user)
  }
  return [...byName.values()]
}

/** Users to register, with the hashes of their passwords: all of them, or none. */
async function withHashes(
  { passwords }: Deps,
  users: ReturnType<typeof checkRegistration>[],
  asker: Asker,
): Promise<NewUser[]> {
  const given = users.flatMap(({ password }) => password ?? [])
  const hashes = (await passwords.hash(given, asker)).values()
  return users.map(({ password, ...user }) => ({
    ...user,
    passwordHash: password === null ? null : (hashes.next().value ?? null),
  }))
}

export const registrationRoutes = (deps: Deps) =>
  forRegistration(deps).post(
    '/users',
    async ({ app, call, caller, open, body, request }) => {
      const several = Array.isArray(body)
      if (several && open) throw unauthorized()
      const given = several ? body : [body]
      if (given.length > batchLimit) {
        throw new Failure(
          'illegal_argument',
          `Request body array size[${given.length}] had almost reached or been greater than the upper range value[${batchLimit}]`,
        )
      }
      const checked = withoutRepeats(given.map((user) => checkRegistration(user, open)))
      const source = open ? deps.addressOf(request) : ''
      const users = await withHashes(deps, checked, { app: app.id, source, name: '', signal: request.signal })
      const { registered, taken } = await deps.commit(app.id, caller, 'registerUsers', users)
      if (checked.length === 1 && taken[0] !== undefined) {
        throw new Failure(
          'duplicate_unique_property_exists',
          `Application ${app.uuid} Entity user requires that property named username be unique, value of ${taken[0]} exists`,
        )
      }
      const failures = taken.map((username) => ({
        username,
        registerUserFailReason: `the ${username} already exists`,
      }))
      const entities = registered.map(entity)
      return success(call, several ? JSON.stringify(failures) : undefined, { path: '/users', entities })
    },
    {
      body: t.Union([Registration, t.Array(Registration, bounds({ maxItems: batchLimit }))]),
      detail: {
        operationId: 'registerUsers',
        summary: 'Register one user, or up to 60',
        description:
          'One user is sent as an object, several as an array. Of several, those that exist already do not hinder the others: ' +
          '`data` names them. Where the app has `openRegistration`, one user can register without a token.',
        tags: ['Users'],
        ...replies(RegistrationReply, registrationRows),
      },
    },
  )

function cursorAfter(app: AppRecord, page: User[]): string | undefined {
  const last = page.at(-1)
  return last && sealCursor(app, 'users', `${last.created}:${last.username}`)
}

function positionOf(place: string | undefined): UserPosition | undefined {
  if (place === undefined) return undefined
  const [created = '', username = ''] = place.split(':')
  return { created: Number(created), username }
}

export const userRoutes = (deps: Deps) => {
  const { store, commit } = deps
  return forServer(deps)
    .get(
      '/users',
      async ({ app, call, request }) => {
        const query = queryOf(request)
        const limit = limitOf(query, usersPage)
        const after = positionOf(openCursor(app, 'users', query.get('cursor')))
        const users = await store.users.listUsers(app.id, limit + 1, after)
        const page = users.slice(0, limit)
        return success(call, undefined, {
          path: '/users',
          params: query,
          entities: page.map(entity),
          count: page.length,
          cursor: users.length > limit ? cursorAfter(app, page) : undefined,
        })
      },
      {
        detail: {
          operationId: 'listUsers',
          summary: 'List the users of the app',
          description: 'The oldest registration first.',
          tags: ['Users'],
          parameters: [limitParameter(usersPage), cursorParameter],
          ...replies(
            enveloped({ users: true, entities: UserEntity, count: true, cursor: true, params: true }),
            [badLimit, badCursor],
          ),
        },
      },
    )
    .get(
      '/users/:username',
      async ({ app, call, params }) => {
        const user = await store.users.findUser(app.id, foldUsername(params.username))
        if (!user) throw userNotFound()
        return success(call, undefined, { path: '/users', entities: [entity(user)], count: 1 })
      },
      {
        detail: {
          operationId: 'getUser',
          summary: 'One user',
          tags: ['Users'],
          ...replies(enveloped({ users: true, entities: UserEntity, count: true }), [unknownUserRow]),
        },
      },
    )
    .delete(
      '/users/:username',
      async ({ app, call, caller, params }) => {
        const user = await commit(app.id, caller, 'deleteUser', params.username)
        return success(call, undefined, { path: '/users', entities: [entity(user)] })
      },
      {
        detail: {
          operationId: 'deleteUser',
          summary: 'Delete a user, dissolving the rooms that it owns',
          description: 'The user leaves all other chat rooms, and its tokens end.',
          tags: ['Users'],
          ...replies(enveloped({ users: true, entities: UserEntity }), [unknownUserRow]),
        },
      },
    )
    .delete(
      '/users',
      async ({ app, call, caller, request }) => {
        const query = queryOf(request)
        const limit = limitOf(query, usersPage)
        const { deleted, more } = await commit(app.id, caller, 'deleteUsers', limit)
        return success(call, undefined, {
          path: '/users',
          params: query,
          entities: deleted.map(entity),
          count: deleted.length,
          cursor: more ? cursorAfter(app, deleted) : undefined,
        })
      },
      {
        detail: {
          operationId: 'deleteUsers',
          summary: 'Delete the users that registered first',
          description: 'They are not chosen by name. The answer has a `cursor` while more are left.',
          tags: ['Users'],
          parameters: [limitParameter(usersPage)],
          ...replies(
            enveloped({ users: true, entities: UserEntity, count: true, cursor: true, params: true }),
            [badLimit],
          ),
        },
      },
    )
}
