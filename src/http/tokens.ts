import { Type as t } from '@sinclair/typebox'
import { hashSecret } from '../apps/app.ts'
import { checkTtl, issueToken, longestTtl, sameHash } from '../apps/tokens.ts'
import { Failure } from '../failure.ts'
import { forAnyone } from './access.ts'
import type { Deps } from './deps.ts'
import { answer } from './envelope.ts'

const TokenRequest = t.Object({
  grant_type: t.Optional(t.String({ examples: ['client_credentials'] })),
  client_id: t.Optional(t.String({ description: 'Client id of the app.' })),
  client_secret: t.Optional(t.String({ description: 'Client secret of the app.' })),
  ttl: t.Optional(
    t.Union([t.Number(), t.String()], {
      description: "Seconds; 0 = for ever; absent = the app's setting, 60 days.",
    }),
  ),
})

export const tokenRoutes = (deps: Deps) =>
  forAnyone(deps).post(
    '/token',
    ({ app, call, body }) => {
      if (body.grant_type !== 'client_credentials') {
        throw new Failure('invalid_grant', `grant_type ${body.grant_type ?? 'null'} is not supported`)
      }
      const { client_id, client_secret } = body
      if (client_id === undefined) throw new Failure('invalid_parameter', 'client_id must be provided')
      if (client_secret === undefined)
        throw new Failure('invalid_parameter', 'client_secret must be provided')
      if (!sameHash(client_id, app.clientId)) throw new Failure('invalid_grant', 'client_id does not match')
      if (!sameHash(hashSecret(app.secretSalt, client_secret), app.secretHash)) {
        throw new Failure('invalid_grant', 'client_secret does not match')
      }
      const ttl = checkTtl(app, body.ttl)
      return answer(
        call.requestId,
        JSON.stringify({
          access_token: issueToken(app, { kind: 'app' }, ttl, deps.now()),
          expires_in: ttl === 0 ? longestTtl : ttl,
          application: app.uuid,
        }),
      )
    },
    {
      body: TokenRequest,
      detail: {
        operationId: 'issueToken',
        summary: 'Exchange the client id and secret of an app for an app token',
        tags: ['Tokens'],
        security: [],
      },
    },
  )
