import type { AppRecord } from '../../domain/app.ts'
import { limits } from '../../domain/limits.ts'
import type { User } from '../../domain/user.ts'
import type { UserPosition } from '../../store/users.ts'
import { appOnly } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { read } from '../operation.ts'
import { badLimit, cursorParameter, limitOf, limitParameter } from '../parameters.ts'
import { entity, UserEntity } from './schemas.ts'

export const usersPage = { default: 10, most: limits.usersPage.value }

/** The cursor of what follows a page. */
export function cursorAfter(app: AppRecord, page: User[]): string | undefined {
  const last = page.at(-1)
  return last && sealCursor(app, 'users', `${last.createdMs}:${last.username}`)
}

function positionOf(position: string | undefined): UserPosition | undefined {
  if (position === undefined) return undefined
  const [created = '', username = ''] = position.split(':')
  return { createdMs: Number(created), username }
}

/** Lists the users of the app, the oldest registration first. */
export const listUsers = read({
  id: 'listUsers',
  routes: ['GET /users'],
  tag: 'users',
  summary: { en: 'List the users of the app', zh: '获取应用下的用户列表' },
  description: { en: 'The oldest registration first.', zh: '最早注册的在前。' },
  allowed: appOnly,
  parameters: [limitParameter(usersPage), cursorParameter],
  response: { users: true, entities: UserEntity, count: true, cursor: true, params: true },
  failures: [badLimit, badCursor],
  input: ({ app, query }) => ({
    limit: limitOf(query, usersPage),
    after: positionOf(openCursor(app, 'users', query.get('cursor'))),
  }),

  run: ({ app, store }, { limit, after }) => store.users.listUsers(app.id, limit + 1, after),

  reply(users, { limit }, { app }) {
    const page = users.slice(0, limit)
    const cursor = users.length > limit ? cursorAfter(app, page) : undefined
    return { entities: page.map(entity), count: page.length, cursor }
  },
})
