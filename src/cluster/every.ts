/** Runs `work` again `ms` after it has ended or failed, never twice at once. Returns a function that stops it. */
export function every(ms: number, work: () => Promise<void>, failed: (error: unknown) => void): () => void {
  let timer: Timer
  let isStopped = false
  const again = () => {
    if (isStopped) return
    timer = setTimeout(() => work().catch(failed).finally(again), ms)
    timer.unref()
  }
  again()
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}

/**
 * Runs `work` when asked, never twice at once: asked while it runs, or when it returns true, it runs once more.
 * `stop` resolves when nothing runs any more.
 */
export function coalesced(work: () => Promise<boolean>, failed: (error: unknown) => void) {
  let running: Promise<void> | undefined
  let again = false
  let isStopped = false

  async function runAll(): Promise<void> {
    while (again && !isStopped) {
      again = false
      if (await work()) again = true
    }
  }

  return {
    run(): Promise<void> {
      again = true
      running ??= runAll()
        .catch(failed)
        .finally(() => {
          running = undefined
        })
      return running
    },
    async stop(): Promise<void> {
      isStopped = true
      await running
    },
  }
}
