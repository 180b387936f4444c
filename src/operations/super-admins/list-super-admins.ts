import { Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import { appOnlyOfRooms } from '../allowed.ts'
import { read } from '../operation.ts'
import { pageOf, pageParameters } from '../parameters.ts'
import { UserId } from '../schemas.ts'

const page = { default: 10, most: limits.superAdminsPage.value }

/** Lists the super admins of the app. */
export const listSuperAdmins = read({
  id: 'listSuperAdmins',
  routes: ['GET /chatrooms/super_admin'],
  tag: 'superAdmins',
  summary: { en: 'List the super admins', zh: '分页获取超级管理员列表' },
  allowed: appOnlyOfRooms,
  parameters: pageParameters(page),
  response: { data: t.Array(UserId), count: true, params: true },
  failures: [],
  input: ({ query }) => pageOf(query, page),

  run: ({ app, store }, { limit, offset }) => store.superAdmins.pageSuperAdmins(app.id, limit, offset),

  reply: (superAdmins) => ({ data: superAdmins, count: superAdmins.length }),
})
