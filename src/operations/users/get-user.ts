import { userNotFound } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { read } from '../operation.ts'
import { entity, UserEntity } from './schemas.ts'

/** One user. */
export const getUser = read({
  id: 'getUser',
  routes: ['GET /users/:username'],
  tag: 'users',
  summary: { en: 'One user', zh: '获取单个用户' },
  allowed: appOnly,
  response: { users: true, entities: UserEntity, count: true },
  failures: [userNotFound],
  input: ({ params }) => ({ username: foldUsername(params.username) }),

  async run({ app, store }, { username }) {
    const user = await store.users.findUser(app.id, username)
    if (!user) throw userNotFound()
    return user
  },

  reply: (user) => ({ entities: [entity(user)], count: 1 }),
})
