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
  sameHash,
} from '../apps/tokens.ts'
import { Failure } from '../failure.ts'
import { foldUsername, type UserRecord } from '../users/user.ts'
import { bearer, forAnyone, forApp, unauthorized } from './access.ts'
import type { Deps } from './deps.ts'
import { answer } from './envelope.ts'
import { entity } from './users.ts'

const TokenRequest = t.Object(
  {
    grant_type: t.Optional(
      t.String({
        description: '`client_credentials` (app token), `password` or `inherit` (user token).',
        examples: ['client_credentials'],
      }),
    ),
    client_id: t.Optional(t.String({ description: 'Client id of the app; with `client_credentials`.' })),
    client_secret: t.Optional(
      t.String({ description: 'Client secret of the app; with `client_credentials`.' }),
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
  if (!sameHash(id, app.clientId)) throw new Failure('invalid_grant', 'client_id does not match')
  if (!sameHash(hashSecret(app.secretSalt, secret), app.secretHash)) {
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
        const user = await login.byPassword(app, required(body, 'username'), required(body, 'password'))
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
      answer(call.requestId, JSON.stringify(await grant(app, body, request))),
    {
      body: TokenRequest,
      detail: {
        operationId: 'issueToken',
        summary: 'Ask for an app token, or for a user token',
        tags: ['Tokens'],
        security: [],
      },
    },
  )

  const renewing = forApp(deps).get(
    '/sdk/users/:username/token/expires',
    ({ app, call, caller, params, request }) => {
      if (caller.kind === 'user' && caller.username !== foldUsername(params.username)) throw unauthorized()
      const { expires } = readToken(app, bearer(request) ?? '') ?? { expires: 0 }
      const at = expires === 0 ? now() + longestTtl * 1000 : expires * 1000
      return answer(call.requestId, JSON.stringify({ expire_timestamp: at }))
    },
    {
      detail: {
        operationId: 'getTokenExpiry',
        summary: 'When the token of this call ends, in Unix ms',
        tags: ['Tokens'],
      },
    },
  )

  return new Elysia().use(asking).use(renewing)
}
