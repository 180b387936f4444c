import { type Static, Type as t } from '@sinclair/typebox'
import { loginFailures } from '../../auth/login.ts'
import { sameText } from '../../auth/same-text.ts'
import {
  badTtl,
  checkTtl,
  type Holder,
  issueToken as issue,
  isTokenShaped,
  longestTtl,
  readToken,
  ttlWithin,
} from '../../auth/tokens.ts'
import { type AppRecord, type AppSecret, hashSecret, secretsOf } from '../../domain/app.ts'
import { theApp } from '../../domain/event.ts'
import {
  failure,
  fieldMissing,
  tooManyLogins,
  tooManyUsersInApp,
  unauthorized,
} from '../../domain/failures.ts'
import { foldUsername, idFailures, type UserRecord } from '../../domain/user.ts'
import { anyone } from '../allowed.ts'
import { type ActionContext, action } from '../operation.ts'
import type { OperationRequest } from '../request.ts'
import { exactly, loosely, milliseconds, sampleUuid, says } from '../schemas.ts'
import { registerUsers } from '../users/register-users.ts'
import { entity, UserEntity } from '../users/schemas.ts'

const grantUnknown = failure('invalid_grant', 'grant_type {grant_type} is not supported', {
  en: 'another `grant_type`, or none',
  zh: '`grant_type` 不支持或未提供',
  lift: { en: 'ask with one of the grant types that the call names', zh: '使用接口支持的 `grant_type`' },
})

const clientIdWrong = failure('invalid_grant', 'client_id does not match', {
  en: 'the client id is not that of the app',
  zh: 'Client ID 与应用不符',
  lift: { en: 'send the client id of this app', zh: '使用本应用的 Client ID', calls: ['getAppSecrets'] },
})

const secretWrong = failure('invalid_grant', 'client_secret does not match', {
  en: 'the secret is wrong',
  zh: 'Client Secret 错误',
  lift: {
    en: 'send the client secret that the app has now, or rotate it',
    zh: '使用应用当前的 Client Secret，或轮换密钥',
    calls: ['rotateSecret'],
  },
})

const tokenCorrupt = failure('auth_bad_access_token', 'Unable to authenticate due to corrupt access token', {
  en: '`inherit`: a user token, or a token of another app',
  zh: '`inherit`：使用了用户 Token 或其他应用的 token',
  lift: { en: 'send an app token of this app', zh: '使用本应用的 App Token', calls: ['issueToken'] },
})

const inheritorMissing = failure('entity_not_found', 'User null not found', {
  en: '`inherit`: no such user, and no `autoCreateUser`',
  zh: '`inherit`：用户不存在且未设置 `autoCreateUser`',
  lift: {
    en: 'register the user, or ask with `autoCreateUser`',
    zh: '注册该用户，或设置 `autoCreateUser`',
    calls: ['registerUsers'],
  },
})

const TokenRequest = loosely({
  grant_type: t.Optional(
    t.String({
      ...says(
        '`client_credentials` (app token), `password` or `inherit` (user token); `agora` (app token for a 007 token).',
        '`client_credentials`（App Token）、`password` 或 `inherit`（用户 Token）、`agora`（用 007 token 换取 App Token）。',
      ),
      examples: ['client_credentials'],
    }),
  ),
  client_id: t.Optional(
    t.String({
      ...says(
        'Client id of the app; with `client_credentials`.',
        '应用的 Client ID；用于 `client_credentials`。',
      ),
      examples: ['YXA6c2FtcGxlLWNsaWVudC1pZA'],
    }),
  ),
  client_secret: t.Optional(
    t.String({
      ...says(
        'Client secret of the app; with `client_credentials`.',
        '应用的 Client Secret；用于 `client_credentials`。',
      ),
      examples: ['YXA6c2FtcGxlLWNsaWVudC1zZWNyZXQ'],
    }),
  ),
  username: t.Optional(
    t.String(says('User id; with `password` and `inherit`.', '用户 ID；用于 `password` 和 `inherit`。')),
  ),
  password: t.Optional(t.String(says('With `password`.', '用于 `password`。'))),
  autoCreateUser: t.Optional(
    t.Boolean(
      says(
        'With `inherit`: whether to register a user that does not exist.',
        '用于 `inherit`：用户不存在时是否自动注册。',
      ),
    ),
  ),
  ttl: t.Optional(
    t.Union(
      [t.Number(), t.String()],
      says(
        "Seconds; 0 = for ever; absent = the app's setting, 60 days.",
        '有效期（秒）；0 表示永久；不传则使用应用设置，默认 60 天。',
      ),
    ),
  ),
})

type TokenRequest = Static<typeof TokenRequest>

const granted = {
  access_token: t.String({ ...says('Opaque.', '不透明字符串。'), examples: ['YWMtc2FtcGxl'] }),
  expires_in: t.Integer({
    ...says('Seconds; 2147483647 for a token that never ends.', '有效期（秒）；永久 token 为 2147483647。'),
    examples: [5184000],
  }),
}

function required(
  body: TokenRequest,
  field: 'client_id' | 'client_secret' | 'username' | 'password',
): string {
  const value = body[field]
  if (value === undefined) throw fieldMissing({ field })
  return value
}

/** The secret that the caller knows: its tokens end with it. */
function checkCredentials(app: AppRecord, body: TokenRequest, now: number): AppSecret {
  const id = required(body, 'client_id')
  const given = required(body, 'client_secret')
  if (!sameText(id, app.clientId)) throw clientIdWrong()
  const secret = secretsOf(app, now).find((each) =>
    sameText(hashSecret(each.secretSalt, given), each.secretHash),
  )
  if (!secret) throw secretWrong()
  return secret
}

type Asked = ActionContext & Pick<OperationRequest<TokenRequest>, 'body' | 'token' | 'client'>

/** The secret that the token of the call goes with: those it asks for end with it, too. */
function secretOfToken({ app, token, now }: Asked): AppSecret {
  if (app.previous === null || token === undefined) return app
  const tokenKey = readToken(app, token, now)?.tokenKey
  return secretsOf(app, now).find((secret) => secret.tokenKey === tokenKey) ?? app
}

/** `inherit` requests an app token; the reference distinguishes a wrong kind of token from a bad one. */
async function checkAppToken({ app, token, services: { login } }: Asked): Promise<void> {
  if (token === undefined) throw unauthorized()
  const caller = await login.callerOf(app, token)
  if (caller?.kind === 'app') return
  const isForeign = isTokenShaped(token) && !readToken(app, token)
  if (!caller && !isForeign) throw unauthorized()
  throw tokenCorrupt()
}

async function inheritor({ app, body, services: { login, commit } }: Asked): Promise<UserRecord> {
  const username = required(body, 'username')
  const user = await login.byName(app, username)
  if (user) return user
  if (!body.autoCreateUser) throw inheritorMissing()
  const users = [{ username: foldUsername(username), passwordHash: null, nickname: null }]
  const { registered } = await commit(app.id, theApp, registerUsers, { users })
  const known = await login.byName(app, username)
  if (known) return known
  const [added] = registered
  if (!added) throw inheritorMissing()
  // In a dry run it is not there, nor after it was deleted meanwhile: no token of it would stand.
  return { ...added, passwordHash: null, tokenEpoch: 0 }
}

function grantTo({ app, body, now }: Asked, holder: Holder, secret: AppSecret) {
  const ttl = ttlWithin(secret, checkTtl(app, body.ttl), now)
  return { access_token: issue(secret, holder, ttl, now), expires_in: ttl === 0 ? longestTtl : ttl }
}

const grantToUser = (asked: Asked, user: UserRecord, secret: AppSecret) => ({
  ...grantTo(asked, { kind: 'user', username: user.username, epoch: user.tokenEpoch }, secret),
  user: entity(user),
})

async function grant(asked: Asked): Promise<object> {
  const { app, body, client, services } = asked
  switch (body.grant_type) {
    case 'client_credentials':
      return {
        ...grantTo(asked, { kind: 'app' }, checkCredentials(app, body, asked.now)),
        application: app.uuid,
      }
    case 'agora': {
      const { login } = services
      const caller = asked.token === undefined ? undefined : await login.callerOf(app, asked.token)
      if (caller?.kind !== 'app') throw unauthorized()
      const { access_token, expires_in } = grantTo(asked, { kind: 'app' }, secretOfToken(asked))
      return { access_token, expire_timestamp: asked.now + expires_in * 1000 }
    }
    case 'password': {
      const from = { source: client.address, signal: client.signal }
      const user = await services.login.byPassword(
        app,
        required(body, 'username'),
        required(body, 'password'),
        from,
      )
      return grantToUser(asked, user, app)
    }
    case 'inherit':
      await checkAppToken(asked)
      return grantToUser(asked, await inheritor(asked), secretOfToken(asked))
    default:
      throw grantUnknown({ grant_type: body.grant_type ?? 'null' })
  }
}

/** Issues an app token or a user token [tokens]; earlier ones stay valid. */
export const issueToken = action({
  id: 'issueToken',
  routes: ['POST /token'],
  tag: 'tokens',
  summary: { en: 'Ask for an app token, or for a user token', zh: '获取 App Token 或用户 Token' },
  description: {
    en: 'Earlier tokens stay valid. The response has no envelope.',
    zh: '先前的 token 仍然有效。响应没有通用外层字段。',
  },
  allowed: anyone,
  withoutToken: 'always',
  callsPerSecond: 300,
  body: TokenRequest,
  response: t.Union([
    exactly(
      {
        ...granted,
        application: t.String({ ...says('UUID of the app.', '应用的 UUID。'), examples: [sampleUuid] }),
      },
      says('App token.', 'App Token。'),
    ),
    exactly({ ...granted, user: UserEntity }, says('User token.', '用户 Token。')),
    exactly(
      {
        access_token: granted.access_token,
        expire_timestamp: milliseconds('Unix ms.', 'Unix 毫秒时间戳。'),
      },
      says('App token for a 007 token (`agora`).', '用 007 token 换取的 App Token（`agora`）。'),
    ),
  ]),
  failures: [
    grantUnknown,
    fieldMissing,
    clientIdWrong,
    secretWrong,
    badTtl,
    ...loginFailures,
    tooManyLogins,
    unauthorized,
    tokenCorrupt,
    inheritorMissing,
    ...idFailures,
    tooManyUsersInApp,
  ],
  input: ({ body, token, client }) => ({ body, token, client }),

  run: (context, input) => grant({ ...context, ...input }),
})
