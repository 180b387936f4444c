/** How long a thread may take to close its store when the server stops. */
const closingMs = 5000

/** Waits until a thread reports that it has closed, which is after its last commit; one that is stuck is not waited for any longer. */
export function closed(hasClosed: Promise<unknown>): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, closingMs)
  return Promise.race([hasClosed, promise]).finally(() => clearTimeout(timer))
}
