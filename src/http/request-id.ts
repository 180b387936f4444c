const start = `${crypto.randomUUID().slice(0, 8)}-`
let count = 0

const named = Symbol('request id')

/** Ids that a caller may give: short, and harmless in a log and a header. */
const legal = /^[\w.:+/=-]{1,128}$/

/**
 * Names a request in logs and in the `X-Request-Id` header: as the caller named it there, else unique across restarts.
 * The same for one request.
 */
export function requestIdOf(request: Request & { [named]?: string }): string {
  // On the request itself: a WeakMap of requests takes ten times as long.
  request[named] ??= givenId(request) ?? start + ++count
  return request[named]
}

function givenId({ headers }: Request): string | undefined {
  const given = headers.get('x-request-id')
  return given !== null && legal.test(given) ? given : undefined
}
