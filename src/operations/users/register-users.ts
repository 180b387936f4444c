import { randomInt } from 'node:crypto'
import { type Static, Type as t } from '@sinclair/typebox'
import type { Asker } from '../../auth/fair-turns.ts'
import { failure, tooManyLogins, tooManyUsersInApp, unauthorized } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import {
  checkNickname,
  checkPassword,
  checkUsername,
  idFailures,
  type NewUser,
  nicknameTooLong,
  passwordFailures,
  passwordMissing,
  type User,
} from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { type Transaction, write } from '../operation.ts'
import { bounds, exactly, loosely, says, userIdPattern } from '../schemas.ts'
import type { Services } from '../services.ts'
import { entity, UserEntity } from './schemas.ts'

/** Most users in one call. */
const batchLimit = limits.usersRegistered.value

const noUsername = failure('illegal_argument', 'Entity user requires a property named username', {
  en: 'no `username`',
  zh: '没有 `username`',
})

/** The user of a call is not registered, in the text of the older calls about users. */
export const noSuchUser = failure('required_property_not_found', noUsername.text, {
  en: 'the user is not registered',
  zh: '用户未注册',
  lift: { en: 'register the user', zh: '注册该用户', calls: ['registerUsers'] },
})

const batchTooLarge = failure(
  'illegal_argument',
  `Request body array size[{size}] had almost reached or been greater than the upper range value[${batchLimit}]`,
  { en: `more than ${batchLimit} users`, zh: `用户超过 ${batchLimit} 个` },
)

const passwordsDiffer = failure(
  'duplicate_unique_property_exists',
  'the same user {username} has a different password',
  {
    en: 'a batch names one user twice, with different passwords',
    zh: '同一用户在一批中出现两次且密码不同',
    lift: { en: 'name each user once', zh: '每个用户只出现一次' },
  },
)

const taken = failure(
  'duplicate_unique_property_exists',
  'Application {application} Entity user requires that property named username be unique, value of {username} exists',
  {
    en: 'one user, and the user id is taken',
    zh: '注册单个用户且用户 ID 已存在',
    lift: { en: 'choose another user id', zh: '选择其他用户 ID' },
  },
)

const registrationClosed = failure(
  'unauthorized',
  "Open registration doesn't allow, so register user need token",
  {
    en: 'no token, and the app has no `openRegistration`',
    zh: '未带 token，且应用未开启 `openRegistration`',
    lift: {
      en: 'send an app token, or turn `openRegistration` of the app on',
      zh: '携带 App Token，或开启应用设置 `openRegistration`',
      calls: ['issueToken'],
      settings: ['openRegistration'],
    },
  },
)

const Registration = loosely({
  username: t.Optional(
    t.String({
      ...says(
        'User id: 1 to 64 of a-z, 0-9, "_", "-", ".".',
        '用户 ID：1 到 64 位小写字母、数字、"_"、"-"、"."。',
      ),
      examples: ['carol'],
      ...bounds({ pattern: userIdPattern }),
    }),
  ),
  password: t.Optional(
    t.String({
      ...says(`At most ${limits.password.value} characters.`, `最多 ${limits.password.value} 个字符。`),
      examples: ['secret-1'],
      ...bounds({ minLength: 1, maxLength: limits.password.value }),
    }),
  ),
  nickname: t.Optional(
    t.String({
      ...says(`At most ${limits.nickname.value} characters.`, `最多 ${limits.nickname.value} 个字符。`),
      ...bounds({ maxLength: limits.nickname.value }),
    }),
  ),
})

type Registration = Static<typeof Registration>

/** A registration, checked; its password is hashed later, and only if all pass. */
function checkRegistration({ username, password, nickname }: Registration, needsPassword: boolean) {
  if (username === undefined || username === '') throw noUsername()
  if (password === undefined && needsPassword) throw passwordMissing()
  return {
    username: checkUsername(username),
    password: password === undefined ? null : checkPassword(password),
    nickname: nickname === undefined ? null : checkNickname(nickname),
  }
}

type Checked = ReturnType<typeof checkRegistration>

/** The users of a batch, each once. Fails when one is named twice with different passwords. */
function withoutRepeats(users: Checked[]): Checked[] {
  const byName = new Map<string, Checked>()
  for (const user of users) {
    const earlier = byName.get(user.username)
    if (earlier && earlier.password !== user.password) throw passwordsDiffer({ username: user.username })
    byName.set(user.username, earlier ?? user)
  }
  return [...byName.values()]
}

/** Users to register, with the hashes of their passwords: all of them, or none. */
async function withHashes({ passwords }: Services, users: Checked[], asker: Asker): Promise<NewUser[]> {
  const given = users.flatMap(({ password }) => password ?? [])
  const hashes = (await passwords.hash(given, asker)).values()
  return users.map(({ password, ...user }) => ({
    ...user,
    passwordHash: password === null ? null : (hashes.next().value ?? null),
  }))
}

/** At random, so that whoever takes the name of a deleted user does not revive that user's tokens. */
const firstEpoch = (): number => randomInt(2 ** 30)

/** Registers users, each on its own: those whose user id is taken do not hinder the others. */
async function register(
  { app, store, now }: Transaction,
  users: NewUser[],
): Promise<{ registered: User[]; taken: string[] }> {
  const isLimited = app.settings.users !== null
  const registered: User[] = []
  const taken: string[] = []
  for (const user of users) {
    if (isLimited && (await store.quotas.takeQuota(app.id, 'users', 1)) === 0) throw tooManyUsersInApp()
    const added = await store.users.addUser(app.id, {
      ...user,
      uuid: crypto.randomUUID(),
      tokenEpoch: firstEpoch(),
      now,
    })
    if (added) registered.push(added)
    else {
      taken.push(user.username)
      if (isLimited) await store.quotas.giveQuota(app.id, 'users')
    }
  }
  return { registered, taken }
}

/** Registers one user, or several [register]. */
export const registerUsers = write({
  id: 'registerUsers',
  routes: ['POST /users'],
  tag: 'users',
  summary: { en: `Register one user, or up to ${batchLimit}`, zh: `注册用户，一次最多 ${batchLimit} 个` },
  description: {
    en:
      'One user is sent as an object, several as an array. Of several, those that exist already do not hinder the others: ' +
      '`data` names them. Where the app has `openRegistration`, one user can register without a token.',
    zh: '单个用户传对象，多个用户传数组。批量注册时，已存在的用户不影响其他用户，并列在 `data` 中。应用开启 `openRegistration` 时，注册单个用户无需 token。',
  },
  allowed: appOnly,
  withoutToken: { where: 'openRegistration', otherwise: registrationClosed },
  body: t.Union([Registration, t.Array(Registration, bounds({ maxItems: batchLimit }))]),
  response: {
    users: true,
    entities: UserEntity,
    data: t.Optional(
      t.Array(exactly({ username: t.String(), registerUserFailReason: t.String() }), {
        ...says(
          'Users that were not registered, and why; after a batch only.',
          '未注册成功的用户及原因，仅批量注册时返回。',
        ),
        examples: [[]],
      }),
    ),
  },
  failures: [
    ...idFailures,
    nicknameTooLong,
    noUsername,
    ...passwordFailures,
    batchTooLarge,
    taken,
    passwordsDiffer,
    registrationClosed,
    tooManyUsersInApp,
    tooManyLogins,
  ],

  async input({ app, body, client, isAnonymous }, services) {
    const isBatch = Array.isArray(body)
    if (isBatch && isAnonymous) throw unauthorized()
    const given = isBatch ? body : [body]
    if (given.length > batchLimit) throw batchTooLarge({ size: given.length })
    const checked = withoutRepeats(given.map((user) => checkRegistration(user, isAnonymous)))
    const source = isAnonymous ? client.address : ''
    return {
      users: await withHashes(services, checked, { app: app.id, source, name: '', signal: client.signal }),
    }
  },

  run: (transaction, { users }) => register(transaction, users),

  reply({ registered, taken: existing }, { users }, { app, body }) {
    const [only] = existing
    if (users.length === 1 && only !== undefined) throw taken({ application: app.uuid, username: only })
    const failures = existing.map((username) => ({
      username,
      registerUserFailReason: `the ${username} already exists`,
    }))
    return { ...(Array.isArray(body) ? { data: failures } : {}), entities: registered.map(entity) }
  },
})
