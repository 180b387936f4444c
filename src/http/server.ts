import type { Logger } from 'pino'
import type { HttpOperation, Operation } from '../operations/operation.ts'
import { permissionsOf } from '../operations/permissions.ts'
import { cached } from './cached.ts'
import { consoleRoutes } from './console/routes.ts'
import type { Deps } from './deps.ts'
import { discoveryEndpoint } from './discovery.ts'
import { docsEndpoints } from './docs.ts'
import { endpointOf } from './endpoint.ts'
import { explainer } from './explain.ts'
import { guideEndpoints } from './guide.ts'
import { type Handler, handlers } from './handler.ts'
import { healthEndpoints } from './health.ts'
import { describeApi } from './openapi.ts'
import { pageGuard } from './page-guard.ts'
import { requestIdOf } from './request-id.ts'
import type { SystemEndpoint } from './system-endpoint.ts'
import { unknownCall } from './unknown-call.ts'
import { varying } from './varying.ts'

type Routes = Record<string, Record<string, Handler>>

/** What Bun serves: handlers by path and method, and one for everything else. */
export interface Http {
  routes: Routes
  fetch(request: Request): Response | Promise<Response>
}

/** The prefix of every call of an app. */
const ofApp = '/:org/:app'
/** The prefix of the newest calls of web SDKs, none of which is served. */
const ofNewestCalls = `/api/sdk/v1${ofApp}`

/** The whole HTTP interface: a route for each operation that it is handed, and the pages of the operator. */
export function httpServer(
  given: Omit<Deps, 'explain' | 'permissions'>,
  operations: readonly Operation[],
  log: Logger,
) {
  const { handlerOf, connecting } = handlers(given, log)
  const called = operations.filter((operation): operation is HttpOperation => operation.call !== undefined)
  const deps: Deps = { ...given, explain: explainer(given, called), permissions: permissionsOf(operations) }
  const system = [
    ...healthEndpoints(deps),
    discoveryEndpoint(deps),
    ...docsEndpoints((language) => describeApi(called, system, language)),
    ...guideEndpoints(),
  ] as SystemEndpoint[]
  const guard = pageGuard(deps.pages)

  function ofOperation(operation: HttpOperation, route: string): Handler {
    const made = endpointOf(deps, operation, route)
    const endpoint = operation.call.hasDialects ? varying(deps, made) : made
    const respond: Handler = operation.call.dependsOn
      ? (request, server) =>
          cached(deps, request, operation, server) ?? endpoint(request, request.params, server)
      : (request, server) => endpoint(request, request.params, server)
    return handlerOf(operation.id, respond, operation.kind === 'write')
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
        if (operation.call.tag === 'notServed') add(method, ofNewestCalls + path, handler)
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
    connecting,
    /** Everything. */
    main: http({ ...served(system, false), ...ofOperations(), ...consoleRoutes(deps, handlerOf) }),
    /** The pages of the operator, and nothing else, on an address of their own. */
    pages: http(
      served(
        system.filter(({ isPage }) => isPage),
        true,
      ),
    ),
  }
}
