import { type Context, Elysia } from 'elysia'
import type { Logger } from 'pino'
import { Failure, TooBusy } from '../failure.ts'
import { permissions } from '../permissions.ts'
import { bearer } from './access.ts'
import { accountRoutes } from './accounts.ts'
import { adminRoutes, superAdminRoutes } from './admins.ts'
import { announcementRoutes } from './announcement.ts'
import { downloadRoutes, removalRoutes, uploadRoutes } from './attachments.ts'
import { attributeRoutes } from './attributes.ts'
import { auditRoutes } from './audit.ts'
import { checkBody } from './body.ts'
import type { Deps } from './deps.ts'
import { docsRoutes } from './docs.ts'
import { cors, failed, successFrom } from './envelope.ts'
import { healthRoutes } from './health.ts'
import { joinedRoutes } from './joined.ts'
import { allowRoutes, blockRoutes } from './lists.ts'
import { memberRoutes } from './members.ts'
import { messageRoutes } from './messages.ts'
import { muteRoutes } from './mutes.ts'
import { checkRoutes, type Route } from './openapi.ts'
import { pageGuard } from './pages.ts'
import { OverLimit } from './rate-limits.ts'
import { requestIdOf } from './request-id.ts'
import { roomRoutes } from './rooms.ts'
import { tokenRoutes } from './tokens.ts'
import { type Mark, traffic } from './traffic.ts'
import { registrationRoutes, userRoutes } from './users.ts'

/** The whole HTTP interface: what it consists of, and what answers a request. Every resource is one line here. */
export function httpServer(deps: Deps, log: Logger) {
  const seen = traffic(deps.metrics, log)
  const pages = pageGuard(deps.pages)
  const marks = new Map<string, Mark>()
  const operations = new Map<string, Mark>()
  // Elysia otherwise takes the first 11 characters of a URL for its host, and a host can be as short as `im`.
  const server = new Elysia({ normalize: false, handler: { standardHostname: false } })
    .onError(({ code, error, request, path, route }) => {
      marks.get(`${request.method} ${route}`)?.(request)
      const requestId = requestIdOf(request)
      const failure = code === 'NOT_FOUND' ? unknownCall(requestId, request.method, path) : failureOf(error)
      if (failure instanceof Response) return failure
      if (failure.status >= 500)
        log[failure instanceof TooBusy ? 'debug' : 'error'](
          { requestId, method: request.method, path, err: error },
          failure.text,
        )
      return failed(requestId, failure, failure instanceof OverLimit ? failure.headers : {})
    })
    .use(healthRoutes(deps, pages))
    .use(docsRoutes((): readonly Route[] => server.routes, pages))
    .use(tokenRoutes(deps))
    .use(superAdminRoutes(deps))
    .use(roomRoutes(deps))
    .use(joinedRoutes(deps))
    .use(memberRoutes(deps))
    .use(adminRoutes(deps))
    .use(muteRoutes(deps))
    .use(blockRoutes(deps))
    .use(allowRoutes(deps))
    .use(announcementRoutes(deps))
    .use(attributeRoutes(deps))
    .use(messageRoutes(deps))
    .use(uploadRoutes(deps))
    .use(downloadRoutes(deps))
    .use(removalRoutes(deps))
    .use(auditRoutes(deps))
    .use(registrationRoutes(deps))
    .use(userRoutes(deps))
    .use(accountRoutes(deps))

  for (const { path, hooks } of server.routes)
    if (path.startsWith('/:org/:app')) checkHasRow(path, hooks.detail)

  /** A path or method that no route has; browsers ask with OPTIONS before they call. */
  function unknownCall(requestId: string, method: string, path: string): Failure | Response {
    const allowed = ['GET', 'POST', 'PUT', 'DELETE'].filter((other) => server.router.http.find(other, path))
    if (allowed.length === 0) return new Failure('service_resource_not_found', 'Service resource not found')
    if (method === 'OPTIONS')
      return new Response(null, { status: 204, headers: { ...cors, allow: allowed.join(', ') } })
    const refusal = `${method} is not allowed here; allowed: ${allowed.join(', ')}`
    return failed(requestId, new Failure('method_not_allowed', refusal), { allow: allowed.join(', ') })
  }

  checkRoutes(server.routes)
  for (const { method, path, hooks } of server.routes) {
    const mark = seen.operation(hooks.detail?.operationId ?? 'page')
    marks.set(`${method} ${path}`, mark)
    operations.set(hooks.detail?.operationId ?? 'page', mark)
    // Bodies are read where calls begin, and checked here: Elysia would read and check them in its own way.
    hooks.parse = [{ fn: 'none' }]
    if (hooks.body) hooks.transform = [...(hooks.transform ?? []), { fn: checkBody(hooks.body) }]
    // One for each route, which need not look up what it is, takes half the time of one for all.
    hooks.afterHandle = [...(hooks.afterHandle ?? []), { fn: marking(mark) }]
  }

  /** What was kept for this call, where the app itself asks; that needs no more than to look at its token. */
  function fromKept(request: Request): Response | undefined {
    const kept = deps.answers.find(request.url)
    if (!kept || request.method !== 'GET') return undefined
    const { app, operation, head } = kept
    if (deps.findApp(app.org, app.name) !== app || app.settings.rateLimits) return undefined
    const token = bearer(request)
    if (token === undefined || !deps.login.isApp(app, token)) return undefined
    operations.get(operation)?.(request)
    return successFrom(head, requestIdOf(request), deps.now())
  }

  const compiled = server.compile()
  return {
    routes: server.routes,
    fetch: seen.watch((request) => fromKept(request) ?? compiled.fetch(request)),
    /** What the pages of the operator answer on an address of their own. */
    fetchPages: seen.watch(pages.fetchApart((request) => compiled.fetch(request))),
  }
}

/** A function with a body of statements: Elysia awaits what any other returns. */
const marking =
  (mark: Mark) =>
  ({ request }: Context) => {
    mark(request)
  }

/** A route of an app that the table of permissions leaves out, and that is not for everybody, stops the start. */
function checkHasRow(path: string, detail: { operationId?: string; security?: unknown[] } | undefined): void {
  if (detail?.security?.length === 0 || Object.hasOwn(permissions, detail?.operationId ?? '')) return
  throw new Error(`${path} has no row in the table of permissions`)
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  return new Failure('internal_error', 'Internal error; the server log has more under this request id')
}
