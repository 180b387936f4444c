import type { Server } from 'bun'
import type { OperatorSession } from '../../auth/operators.ts'
import { sameText } from '../../auth/same-text.ts'
import type { Caller } from '../../domain/event.ts'
import { failure, unauthorized } from '../../domain/failures.ts'
import { type OperatorRole, suffices } from '../../domain/operator.ts'
import type { HttpOperation } from '../../operations/operation.ts'
import { changes, operatorRoleFor } from '../../operations/operator-role.ts'
import type { Deps } from '../deps.ts'

const cookieName = 'chatroomd_session'

const csrfWrong = failure('forbidden_op', 'the header X-CSRF-Token is missing or is not of this session', {
  en: 'a call that writes needs the `csrf_token` of the session in `X-CSRF-Token`',
  zh: '写操作须在 `X-CSRF-Token` 中携带会话的 `csrf_token`',
})

const otherOrigin = failure('forbidden_op', 'a session of the console is good on its own pages alone', {
  en: 'the call comes from a page of another site, as `Origin` or `Sec-Fetch-Site` say',
  zh: '根据 `Origin` 或 `Sec-Fetch-Site`，该调用来自其他站点的页面',
})

const roleTooLow = failure('forbidden_op', 'the role {role} may not do this; it needs {needed}', {
  en: 'the role of the operator does not suffice',
  zh: '管理员的角色没有该权限',
})

/** The session that a request's cookie names. It counts only where there is no `Authorization`. */
export function sessionCookie({ headers }: Request): string | undefined {
  const cookies = headers.get('cookie')
  if (cookies === null || headers.has('authorization')) return undefined
  for (const each of cookies.split(';')) {
    const [name, value = ''] = each.trim().split('=')
    if (name === cookieName && /^[\w-]{43}$/.test(value)) return value
  }
  return undefined
}

/** A cookie that scripts cannot read and other sites cannot send; over TLS only where the server is reached by it. */
export function cookieHeader(token: string, isSecure: boolean): Record<string, string> {
  const end = token === '' ? '; Max-Age=0' : ''
  return {
    'set-cookie': `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}${end}`,
  }
}

/** Fails where a page of another site sent the request. Browsers set both headers, and pages cannot. */
export function checkOwnPage(request: Request, urlOf: Deps['urlOf'], server: Server<unknown>): void {
  const { headers } = request
  const site = headers.get('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return
  if (site !== null) throw otherOrigin()
  const origin = headers.get('origin')
  if (origin === null) return
  const host = URL.parse(origin)?.host
  if (host !== undefined && host === headers.get('host')?.toLowerCase()) return
  if (host === undefined || host !== URL.parse(urlOf(request, server))?.host) throw otherOrigin()
}

export function checkCsrf({ headers }: Request, { csrf }: OperatorSession): void {
  if (!sameText(headers.get('x-csrf-token') ?? '', csrf)) throw csrfWrong()
}

export function checkRole({ role }: OperatorSession, needed: OperatorRole): void {
  if (!suffices(role, needed)) throw roleTooLow({ role, needed })
}

/** An operator who calls in the place of the app, and whether the session still lasts later. */
export interface CallingOperator {
  caller: Caller
  isSignedIn(): Promise<boolean>
}

/** Resolves the operator of a session for one operation. Fails without one, and where the role does not suffice. */
export function operatorCalling(
  { operators, urlOf }: Pick<Deps, 'operators' | 'urlOf'>,
  operation: HttpOperation,
) {
  const needed = operatorRoleFor(operation)
  const isDoing = changes(operation)
  return async (request: Request, server: Server<unknown>, token: string): Promise<CallingOperator> => {
    checkOwnPage(request, urlOf, server)
    const session = await operators.sessionOf(token)
    if (!session) throw unauthorized()
    if (isDoing || (request.method !== 'GET' && request.method !== 'HEAD')) checkCsrf(request, session)
    checkRole(session, needed)
    return {
      caller: { kind: 'app', operator: session.name },
      isSignedIn: async () => (await operators.sessionOf(token)) !== undefined,
    }
  }
}
