import { Type as t } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { type AppRecord, hashSecret } from '../apps/app.ts'
import {
  checkTtl,
  type Holder,
  issueToken,
  isTokenShaped,
  longestTtl,
  readToken,
  sameText,
} from '../apps/tokens.ts'
import { Failure } from '../failure.ts'
import { foldUsername, type UserRecord } from '../users/user.ts'
import { bearer, forAnyone, forApp, unauthorized } from './access.ts'
import type { Deps } from './deps.ts'
import { answer } from './envelope.ts'
import { milliseconds, type Row, replies, sampleUuid } from './replies.ts'
import { tooManyLogins, UserEntity } from './user-replies.ts'
import { entity } from './users.ts'

const TokenRequest = t.Object(
  {
    grant_type: t.Optional(
      t.String({
        description: '`client_credentials` (app token), `password` or `inherit` (user token).',
        examples: ['client_credentials'],
      }),
    ),
    client_id: t.Optional(
      t.String({
        description: 'Client id of the app; with `client_credentials`.',
        examples: ['YXA6c2FtcGxlLWNsaWVudC1pZA'],
      }),
    ),
    client_secret: t.Optional(
      t.String({
        description: 'Client secret of the app; with `client_credentials`.',
        examples: ['YXA6c2FtcGxlLWNsaWVudC1zZWNyZXQ'],
      }),
    ),
    username: t.Optional(t.String({ description: 'User id; with `password` and `inherit`.' })),
    password: t.Optional(t.String({ description: 'With `password`.' })),
    autoCreateUser: t.Optional(
      t.Boolean({ description: 'With `inherit`: whether to register a user that does not exist.' }),
    ),
    ttl: t.Optional(
      t.Union([t.Number(), t.String()], {
        description: "Seconds; 0 = for ever; absent = the app's setting, 60 days.",
      }),
    ),
  },
  { additionalProperties: true },
)

type TokenRequest = typeof TokenRequest.static

const required = (
  body: TokenRequest,
  field: 'client_id' | 'client_secret' | 'username' | 'password',
): string => {
  const value = body[field]
  if (value === undefined) throw new Failure('invalid_parameter', `${field} must be provided`)
  return value
}

function checkCredentials(app: AppRecord, body: TokenRequest): void {
  const id = required(body, 'client_id')
  const secret = required(body, 'client_secret')
  if (!sameText(id, app.clientId)) throw new Failure('invalid_grant', 'client_id does not match')
  if (!sameText(hashSecret(app.secretSalt, secret), app.secretHash)) {
    throw new Failure('invalid_grant', 'client_secret does not match')
  }
}

/** `inherit` asks for an app token; the reference tells a wrong kind of token from a bad one. */
async function checkAppToken({ login }: Deps, app: AppRecord, request: Request): Promise<void> {
  const token = bearer(request)
  if (token === undefined) throw unauthorized()
  const caller = await login.callerOf(app, token)
  if (caller?.kind === 'app') return
  const foreign = isTokenShaped(token) && !readToken(app, token)
  if (!caller && !foreign) throw unauthorized()
  throw new Failure('auth_bad_access_token', 'Unable to authenticate due to corrupt access token')
}

const granted = {
  access_token: t.String({ description: 'Opaque.', examples: ['YWMtc2FtcGxl'] }),
  expires_in: t.Integer({
    description: 'Seconds; 2147483647 for a token that never ends.',
    examples: [5184000],
  }),
}

const TokenReply = t.Union([
  t.Object(
    { ...granted, application: t.String({ description: 'UUID of the app.', examples: [sampleUuid] }) },
    { additionalProperties: false, description: 'App token.' },
  ),
  t.Object({ ...granted, user: UserEntity }, { additionalProperties: false, description: 'User token.' }),
])

const ExpiryReply = t.Object({ expire_timestamp: milliseconds('Unix ms.') }, { additionalProperties: false })

/** Failures of the three grants. */
const grantRows: readonly Row[] = [
  ['invalid_grant', 'grant_type {grant_type} is not supported', 'another `grant_type`, or none'],
  ['invalid_parameter', '{field} must be provided', 'a field that the grant needs is missing'],
  ['invalid_grant', 'client_id does not match', 'the client id is not that of the app'],
  ['invalid_grant', 'client_secret does not match', 'the secret is wrong'],
  ['illegal_argument', 'ttl must be a whole number of seconds, 0 or more', 'a negative `ttl`, or no number'],
  ['invalid_grant', 'user not found', '`password`: the user is not registered', 404],
  ['invalid_grant', 'invalid password', '`password`: the password is wrong, or the user has none'],
  ['invalid_grant', 'user not activated', 'the user is banned'],
  tooManyLogins,
  ['unauthorized', 'Unable to authenticate (OAuth)', '`inherit`: the token is missing, expired or broken'],
  [
    'auth_bad_access_token',
    'Unable to authenticate due to corrupt access token',
    '`inherit`: a user token, or a token of another app',
  ],
  ['entity_not_found', 'User null not found', '`inherit`: no such user, and no `autoCreateUser`'],
  ['illegal_argument', 'username [{username}] is not legal', '`inherit`: a user id with other characters'],
  ['illegal_argument', 'USERNAME_TOO_LONG', '`inherit`: a user id over 64 bytes'],
  [
    'resource_limited',
    'You have exceeded the limit of the community edition,Please upgrade to the enterprise edition',
    '`inherit`: the app has as many users as its quota `users` allows',
  ],
]

export const tokenRoutes = (deps: Deps) => {
  const { login, commit, now } = deps

  async function inherit(app: AppRecord, body: TokenRequest): Promise<UserRecord> {
    const username = required(body, 'username')
    const user = await login.byName(app, username)
    if (user) return user
    if (!body.autoCreateUser) throw new Failure('entity_not_found', 'User null not found')
    await commit(app.id, { kind: 'app' }, 'registerUsers', [
      { username: foldUsername(username), passwordHash: null, nickname: null },
    ])
    const registered = await login.byName(app, username)
    if (!registered) throw new Failure('entity_not_found', 'User null not found')
    return registered
  }

  function issue(app: AppRecord, holder: Holder, body: TokenRequest) {
    const ttl = checkTtl(app, body.ttl)
    return { access_token: issueToken(app, holder, ttl, now()), expires_in: ttl === 0 ? longestTtl : ttl }
  }

  const issueToUser = (app: AppRecord, user: UserRecord, body: TokenRequest) => ({
    ...issue(app, { kind: 'user', username: user.username, epoch: user.tokenEpoch }, body),
    user: entity(user),
  })

  async function grant(app: AppRecord, body: TokenRequest, request: Request): Promise<object> {
    switch (body.grant_type) {
      case 'client_credentials':
        checkCredentials(app, body)
        return { ...issue(app, { kind: 'app' }, body), application: app.uuid }
      case 'password': {
        const from = { source: deps.addressOf(request), signal: request.signal }
        const user = await login.byPassword(app, required(body, 'username'), required(body, 'password'), from)
        return issueToUser(app, user, body)
      }
      case 'inherit':
        await checkAppToken(deps, app, request)
        return issueToUser(app, await inherit(app, body), body)
      default:
        throw new Failure('invalid_grant', `grant_type ${body.grant_type ?? 'null'} is not supported`)
    }
  }

  const asking = forAnyone(deps).post(
    '/token',
    async ({ app, call, body, request }) =>
      answer(call.requestId, JSON.stringify(await grant(app, body, request)), 200, call.headers),
    {
      body: TokenRequest,
      detail: {
        operationId: 'issueToken',
        summary: 'Ask for an app token, or for a user token',
        description: 'Earlier tokens stay valid. The answer has no envelope.',
        tags: ['Tokens'],
        ...replies(TokenReply, grantRows),
      },
    },
  )

  const renewing = forApp(deps).get(
    '/sdk/users/:username/token/expires',
    ({ app, call, caller, params, request }) => {
      if (caller.kind === 'user' && caller.username !== foldUsername(params.username)) throw unauthorized()
      const { expires } = readToken(app, bearer(request) ?? '') ?? { expires: 0 }
      const at = expires === 0 ? now() + longestTtl * 1000 : expires * 1000
      return answer(call.requestId, JSON.stringify({ expire_timestamp: at }), 200, call.headers)
    },
    {
      detail: {
        operationId: 'getTokenExpiry',
        summary: 'When the token of this call ends, in Unix ms',
        tags: ['Tokens'],
        ...replies(ExpiryReply),
      },
    },
  )

  return new Elysia().use(asking).use(renewing)
}
