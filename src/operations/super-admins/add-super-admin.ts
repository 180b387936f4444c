import { Type as t } from '@sinclair/typebox'
import { userMissing } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnlyOfRooms } from '../allowed.ts'
import { write } from '../operation.ts'
import { checkUsersExist } from '../room-members.ts'
import { bounds, exactly, loosely, says, userIdPattern } from '../schemas.ts'

/** Lets a user create rooms of the app; one who may already is a success. */
export const addSuperAdmin = write({
  id: 'addSuperAdmin',
  routes: ['POST /chatrooms/super_admin'],
  tag: 'superAdmins',
  summary: { en: 'Let a user create chat rooms', zh: '添加超级管理员' },
  allowed: appOnlyOfRooms,
  body: loosely({
    superadmin: t.String({
      ...says('User id.', '用户 ID。'),
      examples: ['alice'],
      ...bounds({ pattern: userIdPattern }),
    }),
  }),
  response: { data: exactly({ result: t.Literal('success'), resource: t.Literal('') }) },
  failures: [userMissing],
  input: ({ body }) => ({ username: foldUsername(body.superadmin) }),

  async run(transaction, { username }) {
    const { app, store, tick, emit } = transaction
    await checkUsersExist(transaction, [username])
    const added = await store.superAdmins.addSuperAdmin(app.id, username, tick())
    if (added) emit({ type: 'superAdmin.added', username })
    return { result: 'success', resource: '' }
  },
})
