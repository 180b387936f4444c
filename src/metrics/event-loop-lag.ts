/** How often the event loop is checked for lag. */
const stepMs = 100

/**
 * By how much the event loop was late at worst, lately. The metrics of the runtime count from one scrape to the next, and
 * know nothing in between.
 */
export function eventLoopLag() {
  let lastMs = performance.now()
  let worstMs = 0
  let beforeMs = 0
  const timer = setInterval(() => {
    const nowMs = performance.now()
    worstMs = Math.max(worstMs, nowMs - lastMs - stepMs)
    lastMs = nowMs
  }, stepMs)
  timer.unref()

  return {
    /** In this window of time and the one before. */
    worstMs: (): number => Math.max(0, worstMs, beforeMs),
    /** Begins another window. */
    turn(): void {
      beforeMs = worstMs
      worstMs = 0
    },
    stop: () => clearInterval(timer),
  }
}
