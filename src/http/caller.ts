import type { Server } from 'bun'
import { andThen } from '../domain/and-then.ts'
import type { AppRecord } from '../domain/app.ts'
import { type Caller, theApp } from '../domain/event.ts'
import { unauthorized } from '../domain/failures.ts'
import { isForAppAlone } from '../operations/allowed.ts'
import type { HttpCall, HttpOperation, Operation } from '../operations/operation.ts'
import type { OperationRequest } from '../operations/request.ts'
import type { Awaitable } from '../store/database.ts'
import { bearer } from './call.ts'
import { operatorCalling, sessionCookie } from './console/session.ts'
import type { Deps } from './deps.ts'

/** Who calls, and by what right. */
type Calling = Pick<OperationRequest, 'caller' | 'token' | 'isSignedIn' | 'isAnonymous'>

/** Who calls without a token; undefined where one is needed. Fails where the app does not allow it. */
export function anonymous(
  { withoutToken }: HttpCall,
  app: AppRecord,
  hasAuthorization: boolean,
): Caller | undefined {
  if (withoutToken === undefined) return undefined
  if (withoutToken === 'always') return theApp
  if (hasAuthorization) return undefined
  if (app.settings[withoutToken.where]) return theApp
  throw withoutToken.otherwise()
}

/** Resolves the caller from the token; synchronous for app tokens. Fails with `unauthorized`. */
export function callerOf(
  { login }: Pick<Deps, 'login'>,
  { allowed }: Pick<Operation, 'allowed'>,
  app: AppRecord,
  token: string | undefined,
): Awaitable<Caller> {
  if (token === undefined) throw unauthorized()
  if (isForAppAlone(allowed)) {
    if (!login.isApp(app, token)) throw unauthorized()
    return theApp
  }
  const known = (caller: Caller | undefined): Caller => {
    if (!caller) throw unauthorized()
    return caller
  }
  const found = login.callerOf(app, token)
  return found instanceof Promise ? found.then(known) : known(found)
}

/** Finds who calls an operation; at once for app tokens. Fails with `unauthorized`, or as the session of an operator does. */
export function callers(deps: Deps, operation: HttpOperation) {
  const { call: declared } = operation
  const mayBeOperator = declared.withoutToken !== 'always'
  const operatorOf = operatorCalling(deps, operation)
  return (request: Request, app: AppRecord, server: Server<unknown>): Awaitable<Calling> => {
    const token = bearer(request)
    const called = (caller: Caller, isAnonymous: boolean): Calling => ({
      token,
      caller,
      isSignedIn: undefined,
      isAnonymous,
    })
    const cookie = token === undefined && mayBeOperator ? sessionCookie(request) : undefined
    const signedIn = cookie === undefined ? undefined : operatorOf(request, server, cookie)
    return andThen(signedIn, (operator): Awaitable<Calling> => {
      if (operator) return { token, ...operator, isAnonymous: false }
      const nobody = anonymous(declared, app, request.headers.has('authorization'))
      if (nobody) return called(nobody, true)
      return andThen(callerOf(deps, operation, app, token), (caller) => called(caller, false))
    })
  }
}
