import { Type as t } from '@sinclair/typebox'
import { limits } from '../limits.ts'
import { authorise, roomToRead } from '../rooms/access.ts'
import { foldUsername } from '../users/user.ts'
import { forApp } from './access.ts'
import { bounds, userIdPattern } from './bounds.ts'
import type { Deps } from './deps.ts'
import { success } from './envelope.ts'
import {
  AdminAddedReply,
  AdminRemovedReply,
  counted,
  joinRows,
  ownerRow,
  SuperAdminAddedReply,
  SuperAdminRemovedReply,
} from './member-replies.ts'
import { pageOf, pageParameters, queryOf } from './paging.ts'
import { replies, UserId } from './replies.ts'
import { unknownRoomId, unknownUser } from './room-replies.ts'

const NewAdmin = t.Object(
  {
    newadmin: t.String({ description: 'User id.', examples: ['bob'], ...bounds({ pattern: userIdPattern }) }),
  },
  { additionalProperties: true },
)

const NewSuperAdmin = t.Object(
  {
    superadmin: t.String({
      description: 'User id.',
      examples: ['alice'],
      ...bounds({ pattern: userIdPattern }),
    }),
  },
  { additionalProperties: true },
)

/** Admins of a room. */
export const adminRoutes = (deps: Deps) => {
  const { store, commit } = deps
  const tags = ['Admins']
  return forApp(deps)
    .get(
      '/chatrooms/:id/admin',
      async ({ app, call, caller, params, request }) => {
        const room = await roomToRead({ app, caller, store }, 'listAdmins', params.id)
        const admins = await store.members.admins(app.id, room.id)
        return success(call, JSON.stringify(admins), { params: queryOf(request), count: admins.length })
      },
      {
        detail: {
          operationId: 'listAdmins',
          summary: 'List the admins of a chat room',
          tags,
          ...replies(counted(UserId), [unknownRoomId]),
        },
      },
    )
    .post(
      '/chatrooms/:id/admin',
      async ({ app, call, caller, params, body }) => {
        const newadmin = foldUsername(body.newadmin)
        await commit(app.id, caller, 'addAdmin', params.id, newadmin)
        return success(call, JSON.stringify({ result: 'success', newadmin }))
      },
      {
        body: NewAdmin,
        detail: {
          operationId: 'addAdmin',
          summary: 'Make a user an admin of a chat room',
          tags,
          ...replies(AdminAddedReply, [
            unknownRoomId,
            unknownUser,
            ownerRow,
            ...joinRows,
            ['exceed_limit', 'admins size is greater than max admin size : 99', 'the room has 99 admins'],
          ]),
        },
      },
    )
    .delete(
      '/chatrooms/:id/admin/:username',
      async ({ app, call, caller, params }) => {
        const oldadmin = foldUsername(params.username)
        await commit(app.id, caller, 'removeAdmin', params.id, oldadmin)
        return success(call, JSON.stringify({ result: 'success', oldadmin }))
      },
      {
        detail: {
          operationId: 'removeAdmin',
          summary: 'Make an admin an ordinary member',
          tags,
          ...replies(AdminRemovedReply, [
            unknownRoomId,
            unknownUser,
            ['forbidden_op', 'user:{username} is not admin of group:{chatroom_id}', 'the user is no admin'],
          ]),
        },
      },
    )
}

const superAdminsPage = { default: 10, most: limits.superAdminsPage.value }

/** Super admins of the app: users that may create rooms. */
export const superAdminRoutes = (deps: Deps) => {
  const { store, commit } = deps
  const tags = ['Super admins']
  return forApp(deps)
    .get(
      '/chatrooms/super_admin',
      async ({ app, call, caller, request }) => {
        await authorise({ app, caller, store }, 'listSuperAdmins')
        const query = queryOf(request)
        const { limit, offset } = pageOf(query, superAdminsPage)
        const superAdmins = await store.superAdmins.pageSuperAdmins(app.id, limit, offset)
        return success(call, JSON.stringify(superAdmins), { params: query, count: superAdmins.length })
      },
      {
        detail: {
          operationId: 'listSuperAdmins',
          summary: 'List the super admins',
          tags,
          parameters: pageParameters(superAdminsPage),
          ...replies(counted(UserId)),
        },
      },
    )
    .post(
      '/chatrooms/super_admin',
      async ({ app, call, caller, body }) => {
        await commit(app.id, caller, 'addSuperAdmin', foldUsername(body.superadmin))
        return success(call, '{"result":"success","resource":""}')
      },
      {
        body: NewSuperAdmin,
        detail: {
          operationId: 'addSuperAdmin',
          summary: 'Let a user create chat rooms',
          tags,
          ...replies(SuperAdminAddedReply, [unknownUser]),
        },
      },
    )
    .delete(
      '/chatrooms/super_admin/:username',
      async ({ app, call, caller, params }) => {
        const username = foldUsername(params.username)
        await commit(app.id, caller, 'removeSuperAdmin', username)
        return success(call, JSON.stringify({ newSuperAdmin: username, resource: '' }))
      },
      {
        detail: {
          operationId: 'removeSuperAdmin',
          summary: 'No longer let a user create chat rooms',
          tags,
          ...replies(SuperAdminRemovedReply, [unknownUser]),
        },
      },
    )
}
