import { failure, notFound } from '../domain/failures.ts'
import { failed } from './envelope.ts'
import { requestIdOf } from './request-id.ts'
import { pathOf } from './url.ts'

const methodNotAllowed = failure('method_not_allowed', '{method} is not allowed here; allowed: {methods}', {
  en: 'the path has calls with other methods, which the header `Allow` names',
  zh: '该路径只支持响应头 `Allow` 中的方法',
})

/** Failures that belong to no call: of paths and methods that there are not. */
export const generalFailures = [notFound, methodNotAllowed] as const

interface Pattern {
  path: RegExp
  parameters: number
  methods: readonly string[]
}

const inOrder = ['GET', 'POST', 'PUT', 'DELETE']

const patternOf = ([path, methods]: [string, readonly string[]]): Pattern => ({
  path: new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`),
  parameters: path.split(':').length,
  methods: inOrder.filter((method) => methods.includes(method)),
})

/**
 * Responds to requests that no route has matched: preflight requests (OPTIONS) of browsers, whatever the path, so
 * that a missing call shows as 404; methods that a path has not; and paths that there are not. It runs no operation: a
 * client may have removed dot segments from a path and so have named another one than it meant.
 */
export function unknownCall(routes: ReadonlyMap<string, readonly string[]>) {
  const patterns = [...routes].map(patternOf).sort((a, b) => a.parameters - b.parameters)

  /** Allows whatever is requested, methods too: one that no call has then gets 404 or 405. */
  function preflight({ headers }: Request, requestId: string, methods: readonly string[]): Response {
    const wanted = headers.get('access-control-request-method') ?? 'OPTIONS'
    return new Response(null, {
      status: 204,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': [...new Set([...inOrder, wanted])].join(', '),
        'access-control-allow-headers':
          headers.get('access-control-request-headers') ??
          'authorization, content-type, idempotency-key, if-match, x-request-id',
        'access-control-max-age': '86400',
        vary: 'access-control-request-headers, access-control-request-method',
        ...(methods.length > 0 ? { allow: methods.join(', ') } : {}),
        'x-request-id': requestId,
      },
    })
  }

  return (request: Request): Response => {
    const requestId = requestIdOf(request)
    const path = pathOf(request.url)
    const methods = patterns.find((pattern) => pattern.path.test(path))?.methods ?? []
    if (request.method === 'OPTIONS') return preflight(request, requestId, methods)
    if (methods.length === 0 || methods.includes(request.method)) return failed(requestId, notFound())
    const allow = methods.join(', ')
    return failed(requestId, methodNotAllowed({ method: request.method, methods: allow }), { allow })
  }
}
