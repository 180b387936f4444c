/** Runs `work` every `ms` after its last end, never twice at once, whatever becomes of it. Returns how to stop. */
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
