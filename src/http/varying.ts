import { Failure } from '../domain/failure.ts'
import type { PathParts } from './call.ts'
import type { Deps } from './deps.ts'
import type { Endpoint } from './endpoint.ts'
import { failed, varyByCaller } from './envelope.ts'
import { OverLimit } from './rate-limits.ts'
import { requestIdOf } from './request-id.ts'

/** Marks refusals, too, as dependent on the caller's `User-Agent` (`Vary`). */
export function varying({ findApp }: Pick<Deps, 'findApp'>, endpoint: Endpoint): Endpoint {
  function refused(error: unknown, request: Request, params: PathParts): Response {
    const isByCaller = findApp(params.org ?? '', params.app ?? '')?.settings.dialect === 'auto'
    if (!isByCaller || !(error instanceof Failure) || error.status >= 500) throw error
    const headers = error instanceof OverLimit ? error.headers : {}
    return failed(requestIdOf(request), error, { ...headers, ...varyByCaller })
  }
  return (request, params, server) => {
    try {
      const response = endpoint(request, params, server)
      if (response instanceof Response) return response
      return response.catch((error: unknown) => refused(error, request, params))
    } catch (error) {
      return refused(error, request, params)
    }
  }
}
