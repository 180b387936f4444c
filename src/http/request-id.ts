const start = `${crypto.randomUUID().slice(0, 8)}-`
let count = 0

const named = Symbol('request id')

/** Names a request in logs and in the `X-Request-Id` header: unique across restarts, the same for one request. */
export function requestIdOf(request: Request & { [named]?: string }): string {
  // On the request itself: a WeakMap of requests takes ten times as long.
  request[named] ??= start + ++count
  return request[named]
}
