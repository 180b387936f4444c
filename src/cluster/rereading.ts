const retryMs = 1000

/**
 * Reads again after each change, never twice at once: changes meanwhile share the next read, and a read that fails is tried
 * again. `gatherMs`: how long changes are gathered before.
 */
export function rereading(read: () => Promise<void>, failed: (error: unknown) => void, gatherMs = 0) {
  let reading: Promise<void> | undefined
  let isStale = false
  let isStopped = false

  async function readAll(): Promise<void> {
    while (isStale && !isStopped) {
      if (gatherMs > 0) await Bun.sleep(gatherMs)
      isStale = false
      try {
        await read()
      } catch (error) {
        failed(error)
        isStale = true
        await Bun.sleep(retryMs)
      }
    }
  }

  function changed(): void {
    isStale = true
    reading ??= readAll().finally(() => {
      reading = undefined
      if (isStale && !isStopped) changed()
    })
  }

  return {
    changed,
    /** Ends after the read that is under way. */
    async stop(): Promise<void> {
      isStopped = true
      await reading
    },
  }
}
