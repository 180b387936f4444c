import { Type as t } from '@sinclair/typebox'
import { userNotFound } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { action } from '../operation.ts'
import { exactly } from '../schemas.ts'

/** Ends a user's connections, on whatever node they are [force offline]. */
export const disconnectUser = action({
  id: 'disconnectUser',
  routes: ['GET /users/:username/disconnect'],
  tag: 'users',
  summary: { en: 'Force a user offline', zh: '强制用户下线' },
  allowed: appOnly,
  response: { users: true, data: exactly({ result: t.Literal(true) }) },
  failures: [userNotFound],
  input: ({ params }) => ({ username: foldUsername(params.username) }),

  async run({ app, store, services }, { username }) {
    if (!(await store.users.findUser(app.id, username))) throw userNotFound()
    await services.presence.disconnect(app.id, username)
    return { result: true }
  },
})
