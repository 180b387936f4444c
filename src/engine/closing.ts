/** How long a thread may take to close its store when the server stops. */
const closingMs = 5000

/** Waits until a thread says that it has closed: everything is committed, and one that says no more holds up nobody for longer. */
export function closed(said: Promise<unknown>): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, closingMs)
  return Promise.race([said, promise]).finally(() => clearTimeout(timer))
}
