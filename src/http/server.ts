import type { BunRequest, Server } from 'bun'
import type { Logger } from 'pino'
import { dialectOf } from '../domain/dialect.ts'
import { Failure, TooBusy } from '../domain/failure.ts'
import { seldom } from '../metrics/seldom.ts'
import type { Operation } from '../operations/operation.ts'
import { bearer, invalidRequest } from './call.ts'
import type { Deps } from './deps.ts'
import { discoveryEndpoint } from './discovery.ts'
import { docsEndpoints } from './docs.ts'
import { type Called, endpointOf } from './endpoint.ts'
import { failed, successFrom, varyByCaller } from './envelope.ts'
import { healthEndpoints } from './health.ts'
import { internalError } from './internal-error.ts'
import { describeApi } from './openapi.ts'
import { pageGuard } from './pages.ts'
import { OverLimit } from './rate-limits.ts'
import { requestIdOf } from './request-id.ts'
import type { SystemEndpoint } from './system-endpoint.ts'
import { traffic } from './traffic.ts'
import { unknownCall } from './unknown-call.ts'
import { pathOf } from './url.ts'

type Handler = (request: BunRequest, server: Server<unknown>) => Response | Promise<Response>
type Routes = Record<string, Record<string, Handler>>

/** What Bun serves: handlers by path and method, and one for everything else. */
export interface Http {
  routes: Routes
  fetch(request: Request): Response | Promise<Response>
}

/** The prefix of every call of an app. */
const ofApp = '/:org/:app'

/** Announces what Bun does by itself: a connection that the client wants closed is closed. */
function announcingClose(request: Request, response: Response): Response {
  const connection = request.headers.get('connection')
  if (connection !== null && /\bclose\b/i.test(connection)) response.headers.set('connection', 'close')
  return response
}

/** Fails on several `Host` headers: proxies and servers may each take another one. */
function checkHost({ headers }: Request): void {
  if (headers.get('host')?.includes(',')) throw invalidRequest()
}

/** The whole HTTP interface: a route for each operation that it is handed, and the pages of the operator. */
export function httpServer(deps: Deps, operations: readonly Operation[], log: Logger) {
  const recordsOf = traffic(deps.metrics, log)
  const called = operations.filter((operation): operation is Called => operation.call !== undefined)
  const system = [
    ...healthEndpoints(deps),
    discoveryEndpoint(deps),
    ...docsEndpoints((language) => describeApi(called, system, language)),
  ] as SystemEndpoint[]
  const guard = pageGuard(deps.pages)

  const storeFailed = seldom((failure: Failure, times) =>
    log.error({ cause: String(failure.cause ?? 'unknown'), times }, failure.text),
  )

  function logged(request: Request, requestId: string, error: unknown, refusal: Failure): void {
    if (refusal.word === 'service_unavailable' && !(refusal instanceof TooBusy)) {
      storeFailed(refusal)
      return
    }
    const level = refusal instanceof TooBusy ? 'debug' : 'error'
    const traceparent = request.headers.get('traceparent') ?? undefined
    const { method, url } = request
    log[level]({ requestId, traceparent, method, path: pathOf(url), err: error }, refusal.text)
  }

  function refused(request: Request, error: unknown): Response {
    const requestId = requestIdOf(request)
    const refusal = error instanceof Failure ? error : internalError()
    if (refusal.status >= 500) logged(request, requestId, error, refusal)
    return failed(requestId, refusal, refusal instanceof OverLimit ? refusal.headers : {})
  }

  /** Answers by `respond`, in the error envelope where it fails, and takes note of it. */
  function handlerOf(operation: string, respond: Handler): Handler {
    const record = recordsOf(operation)
    const finish = (request: Request, response: Response, startedMs: number): Response => {
      record(request, response, startedMs)
      return announcingClose(request, response)
    }
    return (request, server) => {
      const startedMs = performance.now()
      try {
        checkHost(request)
        const responding = respond(request, server)
        if (responding instanceof Response) return finish(request, responding, startedMs)
        return responding
          .catch((error: unknown) => refused(request, error))
          .then((response) => finish(request, response, startedMs))
      } catch (error) {
        return finish(request, refused(request, error), startedMs)
      }
    }
  }

  /** A cached response, where the app itself asks; that needs no more than to look at its token. */
  function cached(request: Request, { call }: Called): Response | undefined {
    const known = deps.responses.find(request.url)
    if (!known) return undefined
    const { app, head } = known
    if (deps.findApp(app.org, app.name) !== app || app.settings.rateLimits) return undefined
    const token = bearer(request)
    if (token === undefined || !deps.login.isApp(app, token)) return undefined
    const isByCaller = call.hasDialects && app.settings.dialect === 'auto'
    if (isByCaller && dialectOf(app.settings, () => request.headers.get('user-agent')) !== 'docs')
      return undefined
    return successFrom(head, requestIdOf(request), deps.now(), isByCaller ? varyByCaller : undefined)
  }

  function ofOperation(operation: Called, route: string): Handler {
    const endpoint = endpointOf(deps, operation, route)
    const respond: Handler = operation.call.dependsOn
      ? (request, server) => cached(request, operation) ?? endpoint(request, request.params, server)
      : (request, server) => endpoint(request, request.params, server)
    return handlerOf(operation.id, respond)
  }

  function ofSystem({ id, isPage, respond }: SystemEndpoint, isOnOwnAddress: boolean): Handler {
    const named = (request: Request, response: Response): Response => {
      response.headers.set('x-request-id', requestIdOf(request))
      return response
    }
    return handlerOf(id, async (request, server) => {
      const refusal = isPage ? guard(request, isOnOwnAddress) : undefined
      return refusal ?? named(request, await respond(request, server))
    })
  }

  function served(endpoints: readonly SystemEndpoint[], isOnOwnAddress: boolean): Routes {
    const routes: Routes = {}
    for (const endpoint of endpoints) routes[endpoint.path] = { GET: ofSystem(endpoint, isOnOwnAddress) }
    return routes
  }

  /** Bun matches a path as it was sent; reads forgive a slash at its end. */
  function ofOperations(): Routes {
    const routes: Routes = {}
    const add = (method: string, path: string, handler: Handler) => {
      routes[path] = { ...routes[path], [method]: handler }
    }
    for (const operation of called) {
      for (const route of operation.call.routes) {
        const [method = '', path = ''] = route.split(' ')
        const handler = ofOperation(operation, route)
        add(method, ofApp + path, handler)
        if (method === 'GET' && operation.kind === 'read') add(method, `${ofApp}${path}/`, handler)
      }
    }
    return routes
  }

  function http(routes: Routes): Http {
    const methods = Object.entries(routes)
      .filter(([path]) => !path.endsWith('/'))
      .map(([path, handlers]): [string, string[]] => [path, Object.keys(handlers)])
    const unknown = unknownCall(new Map(methods))
    return { routes, fetch: handlerOf('none', unknown) as Http['fetch'] }
  }

  return {
    described: { called, system },
    /** Everything. */
    main: http({ ...served(system, false), ...ofOperations() }),
    /** The pages of the operator, and nothing else, on an address of their own. */
    pages: http(
      served(
        system.filter(({ isPage }) => isPage),
        true,
      ),
    ),
  }
}
