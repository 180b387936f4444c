import type { BunRequest, Server } from 'bun'
import type { Logger } from 'pino'
import { bodyBroken } from '../domain/body-failures.ts'
import { Failure, TooBusy } from '../domain/failure.ts'
import { limits } from '../domain/limits.ts'
import { rateLimited } from '../metrics/rate-limited-log.ts'
import { invalidRequest } from './call.ts'
import type { Deps } from './deps.ts'
import { failed } from './envelope.ts'
import { internalError } from './internal-error.ts'
import { loggedOf } from './logged-request.ts'
import { OverLimit } from './rate-limits.ts'
import { requestIdOf } from './request-id.ts'
import { tracedCalls } from './traced-calls.ts'
import { traffic } from './traffic.ts'
import { turns } from './turns.ts'

export type Handler = (request: BunRequest, server: Server<unknown>) => Response | Promise<Response>

/** Announces what Bun does by itself: a connection that the client wants closed is closed, or one whose server stops. */
function announcingClose(request: Request, response: Response, isStopping: boolean): Response {
  const connection = request.headers.get('connection')
  if (isStopping || (connection !== null && /\bclose\b/i.test(connection)))
    response.headers.set('connection', 'close')
  return response
}

/** Fails on several `Host` headers: proxies and servers may each take another one. */
function checkHost({ headers }: Request): void {
  if (headers.get('host')?.includes(',')) throw invalidRequest()
}

/** Responds to what had to wait, if the connection is still there. */
const afterTurn =
  (respond: Handler): Handler =>
  (request, server) => {
    if (request.signal.aborted) throw bodyBroken()
    return respond(request, server)
  }

type Needed = Pick<Deps, 'metrics' | 'tracer' | 'addressOf' | 'accessLog' | 'isStopping'>

/** Makes handlers that send failures in the error envelope, log what is the server's fault, and count every call. */
export function handlers({ metrics, tracer, isStopping, ...logged }: Needed, log: Logger) {
  const tracedAs = tracedCalls(tracer)
  const recordsOf = traffic(metrics, log, logged)
  const turn = turns(limits.callsOfTurn.value)

  const storeFailed = rateLimited((failure: Failure, times) =>
    log.error({ cause: String(failure.cause ?? 'unknown'), times }, failure.text),
  )

  function logFailure(request: Request, error: unknown, refusal: Failure, server?: Server<unknown>): void {
    if (refusal.word === 'service_unavailable' && !(refusal instanceof TooBusy)) {
      storeFailed(refusal)
      return
    }
    const level = refusal instanceof TooBusy ? 'debug' : 'error'
    log[level]({ ...loggedOf(request, server, logged.addressOf), err: error }, refusal.text)
  }

  function refused(request: Request, error: unknown, server?: Server<unknown>): Response {
    const requestId = requestIdOf(request)
    const refusal = error instanceof Failure ? error : internalError()
    if (refusal.status >= 500) logFailure(request, error, refusal, server)
    return failed(requestId, refusal, refusal instanceof OverLimit ? refusal.headers : {})
  }

  /**
   * Responds by `respond`, in the error envelope where it fails, and takes note of it. What `isCommitted` where it succeeds
   * never gets its response in the turn in which it came.
   */
  function handlerOf(operation: string, respond: Handler, isCommitted = false): Handler {
    const record = recordsOf(operation)
    const respondLate = afterTurn(respond)
    const finish = (
      request: Request,
      response: Response,
      startedMs: number,
      hasWaited: boolean,
      server: Server<unknown>,
    ): Response => {
      if (!hasWaited && !(isCommitted && response.ok)) turn.responded()
      record(request, response, startedMs, server)
      return announcingClose(request, response, isStopping())
    }
    return tracedAs(operation, (request, server) => {
      const startedMs = performance.now()
      const next = turn.wait()
      const hasWaited = next !== undefined
      try {
        checkHost(request)
        const responding = next ? next.then(() => respondLate(request, server)) : respond(request, server)
        if (responding instanceof Response) return finish(request, responding, startedMs, hasWaited, server)
        return responding
          .catch((error: unknown) => refused(request, error, server))
          .then((response) => finish(request, response, startedMs, hasWaited, server))
      } catch (error) {
        return finish(request, refused(request, error, server), startedMs, false, server)
      }
    })
  }
  const recordConnecting = recordsOf('connect')

  /** Lets a request become a socket by `upgrade`; a response instead is named and recorded as any other. */
  function connecting(request: Request, upgrade: () => Response | undefined): Response | undefined {
    const startedMs = performance.now()
    let response: Response | undefined
    try {
      checkHost(request)
      response = upgrade()
    } catch (error) {
      response = refused(request, error)
    }
    if (!response) return undefined
    response.headers.set('x-request-id', requestIdOf(request))
    recordConnecting(request, response, startedMs)
    return announcingClose(request, response, isStopping())
  }

  return { handlerOf, connecting }
}
