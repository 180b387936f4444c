import { Type as t } from '@sinclair/typebox'
import { tooManyLogins, userNotFound } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { checkPassword, foldUsername, passwordFailures } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'
import { bounds, loosely, says } from '../schemas.ts'
import { lockedUser } from './locked-user.ts'

/** Gives a user a new password; its tokens end. */
export const changePassword = write({
  id: 'changePassword',
  routes: ['PUT /users/:username/password'],
  tag: 'users',
  summary: { en: "Change a user's password, which ends its tokens", zh: '修改用户密码，其 token 随即失效' },
  allowed: appOnly,
  body: loosely({
    newpassword: t.String({
      ...says(`At most ${limits.password.value} characters.`, `最多 ${limits.password.value} 个字符。`),
      examples: ['secret-2'],
      ...bounds({ minLength: 1, maxLength: limits.password.value }),
    }),
  }),
  response: { users: true },
  action: 'set user password',
  failures: [userNotFound, ...passwordFailures, tooManyLogins],

  async input({ app, params, body, client }, { store, passwords }) {
    const username = foldUsername(params.username)
    // An unknown user costs no hash.
    if (!(await store.users.findUser(app.id, username))) throw userNotFound()
    const asker = { app: app.id, source: '', name: username, signal: client.signal }
    const [passwordHash = ''] = await passwords.hash([checkPassword(body.newpassword)], asker)
    return { username, passwordHash }
  },

  async run(transaction, { username, passwordHash }) {
    const { app, store, now, emit } = transaction
    const user = await lockedUser(transaction, username)
    const changed = { ...user, passwordHash, tokenEpoch: user.tokenEpoch + 1, modified: now }
    await store.users.changeUser(app.id, changed)
    emit({ type: 'user.changed', username, change: 'password' })
  },
})
