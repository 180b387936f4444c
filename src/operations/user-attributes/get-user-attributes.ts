import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { foldUsername } from '../../domain/user.ts'
import type { UserAttribute } from '../../store/user-attributes.ts'
import { appOnly, everyone } from '../allowed.ts'
import { read } from '../operation.ts'
import { bounds, loosely, says } from '../schemas.ts'
import { Attributes } from './schemas.ts'

const mostUsers = limits.userAttributesAsked.value

const tooMany = failure('BAD_REQUEST', `exceed allowed batch size ${mostUsers}`, {
  en: `more than ${mostUsers} users`,
  zh: `用户超过 ${mostUsers} 个`,
})

const objectOf = (attributes: UserAttribute[]): Record<string, string> =>
  Object.fromEntries(attributes.map(({ name, value }) => [name, value]))

/** All attributes of a user [user attributes]; none for an unknown one. */
export const getUserAttributes = read({
  id: 'getUserAttributes',
  routes: ['GET /metadata/user/:username'],
  tag: 'users',
  summary: { en: 'All attributes of a user', zh: '获取用户的全部属性' },
  allowed: everyone,
  response: { data: Attributes, bare: true },
  failures: [],
  input: ({ params }) => ({ username: foldUsername(params.username) }),

  run: async ({ app, store }, { username }) =>
    objectOf(await store.userAttributes.userAttributes(app.id, [username])),
})

/** Attributes of several users [user attributes]: those requested, or all. Users that have none are left out. */
export const getUsersAttributes = read({
  id: 'getUsersAttributes',
  routes: ['POST /metadata/user/get'],
  tag: 'users',
  summary: { en: `Attributes of up to ${mostUsers} users`, zh: `批量获取用户属性，最多 ${mostUsers} 个用户` },
  allowed: everyone,
  body: loosely({
    targets: t.Array(t.String(), {
      ...says('User ids.', '用户 ID 列表。'),
      examples: [['alice', 'bob']],
      ...bounds({ maxItems: mostUsers }),
    }),
    properties: t.Optional(
      t.Array(t.String(), {
        ...says('Keys; all when left out.', '要获取的键；不传则返回全部。'),
        examples: [['nickname', 'avatarurl']],
      }),
    ),
  }),
  response: {
    data: t.Record(t.String(), Attributes, { examples: [{ alice: { nickname: 'Alice' } }] }),
    bare: true,
  },
  failures: [tooMany],
  input({ body: { targets, properties } }) {
    if (targets.length > mostUsers) throw tooMany()
    return { targets, properties }
  },

  async run({ app, store }, { targets, properties }) {
    const found = await store.userAttributes.userAttributes(app.id, targets.map(foldUsername))
    const asked = new Set(properties)
    const shown = properties ? found.filter(({ name }) => asked.has(name)) : found
    const byUser = Map.groupBy(shown, ({ username }) => username)
    const rows = targets.map((target) => [target, byUser.get(foldUsername(target))] as const)
    return Object.fromEntries(rows.flatMap(([target, some]) => (some ? [[target, objectOf(some)]] : [])))
  },
})

/** Bytes that the attributes of all users take. */
export const getUserAttributesCapacity = read({
  id: 'getUserAttributesCapacity',
  routes: ['GET /metadata/user/capacity'],
  tag: 'users',
  summary: { en: 'Bytes that the attributes of all users take', zh: '获取应用下用户属性的总大小（字节）' },
  allowed: appOnly,
  response: { data: t.Integer({ examples: [1673] }), bare: true },
  failures: [],
  input: () => ({}),
  run: ({ app, store }) => store.userAttributes.userAttributeBytes(app.id),
})
