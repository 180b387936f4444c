import type { Server } from 'bun'
import { dialectOf } from '../domain/dialect.ts'
import { theApp } from '../domain/event.ts'
import type { HttpOperation } from '../operations/operation.ts'
import { bearer } from './call.ts'
import type { Deps } from './deps.ts'
import { successFrom, varyByCaller } from './envelope.ts'
import { noteCaller } from './logged-request.ts'
import { requestIdOf } from './request-id.ts'

/** A cached response, for an app token; that needs no more than to look at the token. */
export function cached(
  deps: Deps,
  request: Request,
  { call }: HttpOperation,
  server: Server<unknown>,
): Response | undefined {
  const known = deps.responses.find(deps.cacheKeyOf(request, server))
  if (!known) return undefined
  const { app, head, etag } = known
  if (deps.appOf(app.id) !== app || app.settings.rateLimits) return undefined
  const token = bearer(request)
  if (token === undefined || !deps.login.isApp(app, token)) return undefined
  const isByCaller = call.hasDialects && app.settings.dialect === 'auto'
  if (isByCaller && dialectOf(app.settings, () => request.headers.get('user-agent')) !== 'docs')
    return undefined
  noteCaller(request, app, theApp)
  const response = successFrom(head, requestIdOf(request), deps.now(), isByCaller ? varyByCaller : undefined)
  if (etag !== undefined) response.headers.set('etag', etag)
  return response
}
