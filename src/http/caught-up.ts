import type { Http } from './server.ts'

/** Applies what others have written and answered; where that takes a while, resolves when it is done. */
type CatchUp = () => undefined | Promise<void>

/** The same calls, each after what other threads have answered before it came. */
export function afterCatchingUp({ routes, fetch }: Http, catchUp: CatchUp): Http {
  const after =
    <R extends Request, Rest extends unknown[]>(
      respond: (request: R, ...rest: Rest) => Response | Promise<Response>,
    ) =>
    (request: R, ...rest: Rest): Response | Promise<Response> => {
      const waiting = catchUp()
      return waiting ? waiting.then(() => respond(request, ...rest)) : respond(request, ...rest)
    }
  const wrapped = Object.entries(routes).map(([path, methods]) => [
    path,
    Object.fromEntries(Object.entries(methods).map(([method, handler]) => [method, after(handler)])),
  ])
  return { routes: Object.fromEntries(wrapped), fetch: after(fetch) }
}
