import { userNotFound } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { checkSize, tooManyBytes } from '../../domain/user-attributes.ts'
import { attributeOwner } from '../allowed.ts'
import { write } from '../operation.ts'
import { lockedUser } from '../users/locked-user.ts'
import { Attributes } from './schemas.ts'

/** Sets attributes of a user [user attributes]; those not named stay, an empty text clears one. Returns those set. */
export const setUserAttributes = write({
  id: 'setUserAttributes',
  routes: ['PUT /metadata/user/:username'],
  tag: 'users',
  summary: {
    en: 'Set attributes of a user, such as nickname and avatar',
    zh: '设置用户属性（昵称、头像等）',
  },
  description: {
    en: 'As a form, as clients send it, or as JSON. A user sets its own.',
    zh: '以表单（客户端的方式）或 JSON 提交。用户只能设置自己的属性。',
  },
  allowed: attributeOwner,
  form: true,
  body: Attributes,
  response: { data: Attributes, bare: true },
  failures: [userNotFound, tooManyBytes],
  input: ({ params, body }) => ({ username: foldUsername(params.username), values: body }),
  about: ({ username }) => [username],

  async run(transaction, { username, values }) {
    const { app, store, emit } = transaction
    await lockedUser(transaction, username)
    const known = await store.userAttributes.userAttributes(app.id, [username])
    const all = new Map(known.map(({ name, value }) => [name, value]))
    const keys = Object.keys(values)
    for (const [name, value] of Object.entries(values)) {
      if (value === '') all.delete(name)
      else all.set(name, value)
    }
    checkSize(all)
    const set = Object.entries(values).filter(([, value]) => value !== '')
    await store.userAttributes.setUserAttributes(
      app.id,
      set.map(([name, value]) => ({ username, name, value })),
    )
    const cleared = keys.filter((name) => values[name] === '')
    if (cleared.length > 0) await store.userAttributes.removeUserAttributes(app.id, username, cleared)
    if (keys.length > 0) emit({ type: 'userAttributes.changed', username, keys, isRemoved: false })
    return values
  },
})
