/** Work by room: in order within each, several rooms at a time. */
export function lanes<Item extends { room: string }>(most: number, work: (items: Item[]) => Promise<void>) {
  const waiting = new Map<string, Item[]>()
  const running = new Set<string>()

  function start(): void {
    for (const [room, items] of waiting) {
      if (running.size >= most) return
      if (running.has(room)) continue
      waiting.delete(room)
      running.add(room)
      work(items).finally(() => {
        running.delete(room)
        start()
      })
    }
  }

  return {
    add(item: Item): void {
      const items = waiting.get(item.room)
      if (items) items.push(item)
      else waiting.set(item.room, [item])
      start()
    },
    clear: (): void => waiting.clear(),
  }
}
