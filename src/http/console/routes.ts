import { notFound } from '../../domain/failures.ts'
import type { Deps } from '../deps.ts'
import type { Handler } from '../handler.ts'
import { requestIdOf } from '../request-id.ts'
import type { ConsoleCalls } from './call.ts'
import { serveConsole } from './files.ts'
import { serverCalls } from './server-calls.ts'
import { sessionCalls } from './session-calls.ts'
import { front } from './static-pages.ts'

type Routes = Record<string, Record<string, Handler>>

/** Below `/console`, where everything else is the page of the console. */
const unknownCall: ConsoleCalls = {
  '*': {
    GET: async () => {
      throw notFound()
    },
  },
}

/** The console at `/console`, the calls that are its own, and what stands at `/`. */
export function consoleRoutes(deps: Deps, handlerOf: (id: string, respond: Handler) => Handler): Routes {
  const named = (id: string, respond: Handler): Handler =>
    handlerOf(id, async (request, server) => {
      const response = await respond(request, server)
      response.headers.set('x-request-id', requestIdOf(request))
      return response
    })
  const file = named('consoleFile', serveConsole())
  const routes: Routes = {
    '/': { GET: named('front', front) },
    '/console': { GET: file },
    '/console/*': { GET: file },
  }
  const calls = { ...sessionCalls(deps), ...serverCalls(deps), ...unknownCall }
  for (const [path, methods] of Object.entries(calls)) {
    const byMethod = Object.entries(methods).map(([method, respond]) => [method, named('console', respond)])
    routes[`/console/api/${path}`] = Object.fromEntries(byMethod)
  }
  return routes
}
