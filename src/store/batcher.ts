interface BatchOptions {
  /** Most items in a batch. */
  limit: number
  /** After this a batch begins though earlier ones are under way. */
  patienceMs: number
}

/**
 * Gathers what arrives while a batch is under way into the next one, so that the more waits, the less each costs.
 * A batch begins after everything in it has arrived. `run` settles its items and does not fail.
 */
export function batcher<Item>(run: (items: Item[]) => Promise<void>, { limit, patienceMs }: BatchOptions) {
  const waiting: Item[] = []
  let underWay = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let scheduled = false

  function begin(): void {
    clearTimeout(timer)
    timer = undefined
    scheduled = false
    if (waiting.length === 0) return
    const items = waiting.splice(0, limit)
    if (waiting.length > 0) schedule()
    underWay += 1
    run(items).finally(() => {
      underWay -= 1
      if (underWay === 0) begin()
    })
  }

  function schedule(): void {
    if (underWay > 0 && waiting.length < limit) {
      timer ??= setTimeout(begin, patienceMs)
    } else if (!scheduled) {
      scheduled = true
      setImmediate(begin)
    }
  }

  return (item: Item): void => {
    waiting.push(item)
    schedule()
  }
}
