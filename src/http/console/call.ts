import type { Static, TSchema } from '@sinclair/typebox'
import type { BunRequest, Server } from 'bun'
import type { OperatorSession } from '../../auth/operators.ts'
import { unauthorized } from '../../domain/failures.ts'
import type { OperatorRole } from '../../domain/operator.ts'
import { bodyCheck } from '../check-body.ts'
import type { Deps } from '../deps.ts'
import { parseJson } from '../parse-body.ts'
import { readBody } from '../read-body.ts'
import { strict } from './headers.ts'
import { checkCsrf, checkOwnPage, checkRole, sessionCookie } from './session.ts'

/** A call of the console itself, which is no part of the public API. */
type ConsoleCall = (request: BunRequest, server: Server<unknown>) => Promise<Response>

/** Calls by path below `/console/api/` and method. */
export type ConsoleCalls = Record<string, Record<string, ConsoleCall>>

export const json = (body: unknown, more: Record<string, string> = {}): Response =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    headers: { ...strict, 'content-type': 'application/json', 'cache-control': 'no-store', ...more },
  })

/** Reads the body of a call as one of these fields. */
export function reading<Body extends TSchema>(schema: Body): (request: Request) => Promise<Static<Body>> {
  const check = bodyCheck(schema)
  return async (request) => check(parseJson(await readBody(request)), false) as Static<Body>
}

interface SignedIn {
  request: BunRequest
  server: Server<unknown>
  token: string
  session: OperatorSession
}

/** Makes calls for whoever has a role; others are refused. */
export function callsByRole({ operators, urlOf }: Pick<Deps, 'operators' | 'urlOf'>) {
  return (needed: OperatorRole, respond: (call: SignedIn) => Promise<unknown>): ConsoleCall =>
    async (request, server) => {
      const token = sessionCookie(request)
      if (token === undefined) throw unauthorized()
      checkOwnPage(request, urlOf, server)
      const session = await operators.sessionOf(token)
      if (!session) throw unauthorized()
      if (request.method !== 'GET' && request.method !== 'HEAD') checkCsrf(request, session)
      checkRole(session, needed)
      const done = await respond({ request, server, token, session })
      return done instanceof Response ? done : json(done)
    }
}
