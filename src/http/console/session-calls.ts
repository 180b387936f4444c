import { Type as t } from '@sinclair/typebox'
import type { BunRequest, Server } from 'bun'
import type { BegunSession, OperatorSession, SignInSource } from '../../auth/operators.ts'
import { loosely } from '../../operations/schemas.ts'
import type { Deps } from '../deps.ts'
import { type ConsoleCalls, callsByRole, json, reading } from './call.ts'
import { checkOwnPage, cookieHeader, sessionCookie } from './session.ts'

const credentials = reading(loosely({ name: t.String(), password: t.String() }))
const setup = reading(loosely({ token: t.String(), name: t.String(), password: t.String() }))

/** Signing in and out, and the link of the first start. */
export function sessionCalls(deps: Deps): ConsoleCalls {
  const { operators, urlOf, addressOf, store } = deps
  const forRole = callsByRole(deps)

  const cookieFor = (request: Request, server: Server<unknown>, token: string) =>
    cookieHeader(token, urlOf(request, server).startsWith('https:'))

  async function shown({ name, role, csrf }: OperatorSession) {
    const apps = await store.apps.listApps()
    return { operator: { name, role }, csrf_token: csrf, first_start: apps.length === 0 }
  }

  /** Begins a session, in the place of one that the browser had. */
  const beginning =
    (begin: (request: BunRequest, from: SignInSource) => Promise<BegunSession>) =>
    async (request: BunRequest, server: Server<unknown>): Promise<Response> => {
      checkOwnPage(request, urlOf, server)
      const from = { source: addressOf(request, server), signal: request.signal }
      const { token, session } = await begin(request, from)
      const earlier = sessionCookie(request)
      if (earlier !== undefined) await operators.signOut(earlier)
      return json(await shown(session), cookieFor(request, server, token))
    }

  return {
    session: {
      GET: forRole('viewer', ({ session }) => shown(session)),
      POST: beginning(async (request, from) => {
        const { name, password } = await credentials(request)
        return operators.signIn(name, password, from)
      }),
      DELETE: forRole('viewer', async ({ request, server, token }) => {
        await operators.signOut(token)
        return json({}, cookieFor(request, server, ''))
      }),
    },
    sessions: {
      DELETE: forRole('viewer', async ({ request, server, session }) => {
        await operators.signOutEverywhere(session.name)
        return json({}, cookieFor(request, server, ''))
      }),
    },
    setup: {
      POST: beginning(async (request, from) => {
        const { token, name, password } = await setup(request)
        return operators.setUp(token, name, password, from)
      }),
    },
  }
}
