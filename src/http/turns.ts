/**
 * Shares the event loop out. Bun handles what one connection has sent ahead before it looks at another: megabytes of
 * calls stop everybody else for seconds. So after `most` responses a call waits for the next turn of the loop, and Bun ends
 * a connection that sends further calls to one that waits.
 */
export function turns(most: number) {
  let responses = 0
  let next: Promise<void> | undefined

  return {
    /** Counts a response that may have been sent in the turn in which its call came. */
    responded(): void {
      responses += 1
    },

    /** What a call has to wait for, if anything. */
    wait(): Promise<void> | undefined {
      if (responses < most) return undefined
      next ??= new Promise((resolve) =>
        setImmediate(() => {
          responses = 0
          next = undefined
          resolve()
        }),
      )
      return next
    },
  }
}
