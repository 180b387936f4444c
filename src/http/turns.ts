/**
 * Shares the event loop out. Bun answers what one connection has sent ahead before it looks at another: megabytes of
 * calls stop everybody else for seconds. So a call over `most` waits for the next turn of the loop, and Bun ends a
 * connection that sends further calls to one that waits.
 */
export function turns(most: number) {
  let calls = 0
  let next: Promise<void> | undefined

  /** Counts a call; returns what it has to wait for, if anything. */
  return (): Promise<void> | undefined => {
    calls += 1
    if (calls <= most) return undefined
    next ??= new Promise((resolve) =>
      setImmediate(() => {
        calls = 0
        next = undefined
        resolve()
      }),
    )
    return next
  }
}
