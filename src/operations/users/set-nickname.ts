import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { checkNickname, foldUsername, nicknameTooLong, type UserRecord } from '../../domain/user.ts'
import { appOnly, tokenHolder } from '../allowed.ts'
import { type Transaction, write } from '../operation.ts'
import { bounds, exactly, loosely, says, UserId } from '../schemas.ts'
import { noSuchUser } from './register-users.ts'
import { entity, UserEntity } from './schemas.ts'

const mostUsers = limits.nicknamesSet.value

const nothingSent = failure('illegal_argument', 'put user push nicknames illegal empty request body', {
  en: 'an empty array',
  zh: '数组为空',
})

const tooMany = failure('illegal_argument', 'put user push nicknames exceeds the limit', {
  en: `more than ${mostUsers} users`,
  zh: `用户超过 ${mostUsers} 个`,
})

const pushNicknameTooLong = failure(
  'illegal_argument',
  '{username} push nickname length exceeds the limit',
  nicknameTooLong.when,
)

const Nickname = t.String({
  ...says(`At most ${limits.nickname.value} characters.`, `最多 ${limits.nickname.value} 个字符。`),
  examples: ['Alice'],
  ...bounds({ maxLength: limits.nickname.value }),
})

async function change(
  { app, store, now, emit }: Transaction,
  username: string,
  nickname: string,
): Promise<UserRecord> {
  const user = await store.users.lockUser(app.id, username)
  if (!user) throw noSuchUser()
  const changed = { ...user, nickname, modified: now }
  await store.users.changeUser(app.id, changed)
  emit({ type: 'user.changed', username, change: 'nickname' })
  return changed
}

/** Sets the nickname of a user; what else clients send there, of notifications and push devices, is ignored. */
export const setNickname = write({
  id: 'setNickname',
  routes: ['PUT /users/:username'],
  tag: 'users',
  summary: { en: 'Set the nickname of a user', zh: '设置用户昵称' },
  description: {
    en: 'Other fields, of notifications and devices for push, are ignored.',
    zh: '忽略其他字段（通知设置、推送设备等）。',
  },
  allowed: tokenHolder,
  body: loosely({ nickname: t.Optional(Nickname) }),
  response: { users: true, entities: UserEntity },
  failures: [noSuchUser, nicknameTooLong],
  input: ({ params, body: { nickname } }) => ({
    username: foldUsername(params.username),
    nickname: nickname === undefined ? undefined : checkNickname(nickname),
  }),
  about: ({ username }) => [username],

  async run(transaction, { username, nickname }) {
    if (nickname !== undefined) return change(transaction, username, nickname)
    const user = await transaction.store.users.findUser(transaction.app.id, username)
    if (!user) throw noSuchUser()
    return user
  },

  reply: (user) => ({ entities: [entity(user)] }),
})

/** Sets the nicknames of several users, all or none: what notifications would show is the nickname itself. */
export const setNicknames = write({
  id: 'setNicknames',
  routes: ['PUT /push/nickname'],
  tag: 'users',
  summary: {
    en: `Set the nicknames of up to ${mostUsers} users`,
    zh: `批量设置推送昵称，最多 ${mostUsers} 个用户`,
  },
  allowed: appOnly,
  body: t.Array(
    loosely({ username: t.String({ examples: ['alice'] }), push_nickname: Nickname }),
    bounds({ maxItems: mostUsers }),
  ),
  response: { path: '/push', entities: exactly({ username: UserId, push_nickname: Nickname }) },
  failures: [nothingSent, tooMany, pushNicknameTooLong, noSuchUser],
  input({ body }) {
    if (body.length === 0) throw nothingSent()
    if (body.length > mostUsers) throw tooMany()
    return body.map(({ username, push_nickname: nickname }) => {
      if ([...nickname].length > limits.nickname.value) throw pushNicknameTooLong({ username })
      return { username: foldUsername(username), nickname }
    })
  },

  async run(transaction, users) {
    const inOrder = [...users].sort((a, b) => (a.username < b.username ? -1 : 1))
    for (const { username, nickname } of inOrder) await change(transaction, username, nickname)
    return users
  },

  reply: (users) => ({
    entities: users.map(({ username, nickname }) => ({ username, push_nickname: nickname })),
  }),
})
