import type { AppRecord } from '../../domain/app.ts'
import { limits } from '../../domain/limits.ts'
import { foldUsername, type User } from '../../domain/user.ts'
import type { UserPosition } from '../../store/users.ts'
import { appOnly } from '../allowed.ts'
import { badCursor, openCursor, sealCursor } from '../cursor.ts'
import { read } from '../operation.ts'
import { badLimit, cursorParameter, inQuery, limitOf, limitParameter } from '../parameters.ts'
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

/** A prefix as it is looked for; undefined for none. */
const prefixOf = (given: string | null): string | undefined => (given ? foldUsername(given) : undefined)

/** A page of those whose ids begin with a prefix goes by their ids; one list's cursor is not good for another. */
const byPrefix = (prefix: string): string => `users:${prefix}`

/** Lists the users of the app, the oldest registration first, or those whose ids begin with a prefix, by id. */
export const listUsers = read({
  id: 'listUsers',
  routes: ['GET /users'],
  tag: 'users',
  summary: { en: 'List the users of the app', zh: '获取应用下的用户列表' },
  description: {
    en: 'The oldest registration first; with `prefix`, which is our own, by user id.',
    zh: '最早注册的在前；指定 `prefix`（本服务扩展）时按用户 ID 排序。',
  },
  allowed: appOnly,
  parameters: [
    limitParameter(usersPage),
    cursorParameter,
    inQuery('prefix', 'Whose user id begins with this.', '用户 ID 以此开头的。', { type: 'string' }),
  ],
  response: { users: true, entities: UserEntity, count: true, cursor: true, params: true },
  failures: [badLimit, badCursor],
  input({ app, query }) {
    const limit = limitOf(query, usersPage)
    const prefix = prefixOf(query.get('prefix'))
    const cursor = query.get('cursor')
    if (prefix === undefined)
      return { limit, prefix, after: positionOf(openCursor(app, 'users', cursor)) } as const
    return { limit, prefix, after: openCursor(app, byPrefix(prefix), cursor) } as const
  },

  run({ app, store }, { limit, ...asked }) {
    if (asked.prefix === undefined) return store.users.listUsers(app.id, limit + 1, asked.after)
    return store.users.usersBeginning(app.id, asked.prefix, limit + 1, asked.after)
  },

  reply(users, { limit, prefix }, { app }) {
    const page = users.slice(0, limit)
    const last = users.length > limit ? page.at(-1) : undefined
    const cursor =
      prefix === undefined || !last
        ? last && cursorAfter(app, page)
        : sealCursor(app, byPrefix(prefix), last.username)
    return { entities: page.map(entity), count: page.length, cursor }
  },
})
