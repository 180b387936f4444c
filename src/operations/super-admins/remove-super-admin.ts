import { Type as t } from '@sinclair/typebox'
import { userMissing } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnlyOfRooms } from '../allowed.ts'
import { write } from '../operation.ts'
import { checkUsersExist } from '../room-members.ts'
import { exactly, UserId } from '../schemas.ts'

/** No longer lets a user create rooms; one who may not is a success. */
export const removeSuperAdmin = write({
  id: 'removeSuperAdmin',
  routes: ['DELETE /chatrooms/super_admin/:username'],
  tag: 'superAdmins',
  summary: { en: 'No longer let a user create chat rooms', zh: '移除超级管理员' },
  allowed: appOnlyOfRooms,
  response: { data: exactly({ newSuperAdmin: UserId, resource: t.Literal('') }) },
  failures: [userMissing],
  input: ({ params }) => ({ username: foldUsername(params.username) }),

  async run(transaction, { username }) {
    const { app, store, emit } = transaction
    await checkUsersExist(transaction, [username])
    const removed = await store.superAdmins.removeSuperAdmin(app.id, username)
    if (removed) emit({ type: 'superAdmin.removed', username })
    return { newSuperAdmin: username, resource: '' }
  },
})
