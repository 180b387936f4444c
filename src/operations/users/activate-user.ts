import { userNotFound } from '../../domain/failures.ts'
import type { User } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { type Transaction, write } from '../operation.ts'
import { lockedUser } from './locked-user.ts'
import { entity, UserEntity } from './schemas.ts'

/** Activates or deactivates a user; the latter ends its tokens. Returns the user after it. */
async function setActivated(transaction: Transaction, given: string, activated: boolean): Promise<User> {
  const { app, store, now, emit } = transaction
  const { passwordHash, tokenEpoch, ...user } = await lockedUser(transaction, given)
  const changed = { ...user, activated, modified: now }
  await store.users.changeUser(app.id, {
    ...changed,
    passwordHash,
    tokenEpoch: activated ? tokenEpoch : tokenEpoch + 1,
  })
  emit({
    type: 'user.changed',
    username: user.username,
    change: activated ? 'activated' : 'deactivated',
  })
  return changed
}

/** Lets a user log in again. */
export const activateUser = write({
  id: 'activateUser',
  routes: ['POST /users/:username/activate'],
  tag: 'users',
  summary: { en: 'Let a user log in again', zh: '解禁用户' },
  allowed: appOnly,
  response: { users: true },
  action: 'activate user',
  failures: [userNotFound],
  input: ({ params }) => ({ username: params.username }),
  auditedAs: () => 'setActivated',
  run: (transaction, { username }) => setActivated(transaction, username, true),
  reply: () => ({}),
})

/** Locks a user out of logging in, and ends its tokens. */
export const deactivateUser = write({
  id: 'deactivateUser',
  routes: ['POST /users/:username/deactivate'],
  tag: 'users',
  summary: { en: 'Keep a user from logging in, and end its tokens', zh: '封禁用户，其 token 随即失效' },
  allowed: appOnly,
  response: { users: true, entities: UserEntity },
  action: 'Deactivate user',
  failures: [userNotFound],
  input: ({ params }) => ({ username: params.username }),
  auditedAs: () => 'setActivated',
  run: (transaction, { username }) => setActivated(transaction, username, false),
  reply: (user) => ({ entities: [entity(user)] }),
})
