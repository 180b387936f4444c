import { busCounts } from '../domain/bus-counts.ts'
import { limits } from '../domain/limits.ts'
import type { Bus } from './bus.ts'
import type { Item } from './bus-codec.ts'
import { everythingHeard } from './heard-rooms.ts'
import type { Listener } from './receiver.ts'
import type { Seat } from './threads.ts'

/** Most items that may wait for one thread; beyond it they are dropped, so that memory is bounded, and it reads again. */
const most = limits.busWaiting.value

/**
 * Carries messages between the threads of a process, in order, from each to each. What was written does not go this way: the
 * writer's thread tells all of them.
 */
export function threadBus({ index: me, ports, memory }: Seat, listener: Listener): Bus {
  const { backlog, lost } = memory.figures
  let waiting: Item[] = []
  let sending: Promise<void> | undefined

  function publish(): void {
    sending = undefined
    const items = waiting
    waiting = []
    for (const [thread, port] of ports.entries()) {
      if (!port) continue
      if (Atomics.load(backlog, thread) > most) Atomics.store(lost, thread, 1)
      else {
        Atomics.add(backlog, thread, items.length)
        port.postMessage(items)
      }
    }
  }

  function received(items: Item[]): void {
    Atomics.sub(backlog, me, items.length)
    if (Atomics.exchange(lost, me, 0) === 1) listener.missed()
    for (const item of items) listener.onItem(item)
  }

  for (const port of ports) if (port) port.onmessage = ({ data }: MessageEvent<Item[]>) => received(data)

  return {
    ...everythingHeard,
    counts: busCounts(),
    send(item) {
      if ('events' in item) return
      waiting.push(item)
      sending ??= Promise.resolve().then(publish)
    },
    async stop() {
      await sending
      for (const port of ports) port?.close()
    },
  }
}
