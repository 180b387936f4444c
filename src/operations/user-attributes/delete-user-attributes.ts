import { Type as t } from '@sinclair/typebox'
import { foldUsername } from '../../domain/user.ts'
import { attributeOwner } from '../allowed.ts'
import { write } from '../operation.ts'

/** Deletes all attributes of a user [user attributes]; having none is a success. */
export const deleteUserAttributes = write({
  id: 'deleteUserAttributes',
  routes: ['DELETE /metadata/user/:username'],
  tag: 'users',
  summary: { en: 'Delete all attributes of a user', zh: '删除用户的全部属性' },
  allowed: attributeOwner,
  response: { data: t.Literal(true), bare: true },
  failures: [],
  input: ({ params }) => ({ username: foldUsername(params.username) }),
  about: ({ username }) => [username],

  async run({ app, store, emit }, { username }) {
    const known = await store.userAttributes.userAttributes(app.id, [username])
    if (known.length > 0) {
      await store.userAttributes.removeUserAttributes(app.id, username)
      const keys = known.map(({ name }) => name)
      emit({ type: 'userAttributes.changed', username, keys, isRemoved: true })
    }
    return true
  },
})
