const start = crypto.randomUUID().slice(0, 8)
let count = 0

const ids = new WeakMap<Request, string>()

/** Names a request in logs and in the `X-Request-Id` header: unique across restarts, the same for one request. */
export function requestIdOf(request: Request): string {
  const known = ids.get(request)
  if (known) return known
  count += 1
  const id = `${start}-${count.toString(36)}`
  ids.set(request, id)
  return id
}
