import { closeCode } from './close.ts'
import type { Connection } from './session.ts'

/** Between two looks for the connections whose turn it is. */
const stepMs = 20

/**
 * Closes connections one after the other, in any order, evenly over some time: their clients do not all come back at the
 * same moment.
 */
export async function closeOver(connections: Iterable<Connection>, ms: number): Promise<void> {
  const begunMs = performance.now()
  const left = [...connections].sort(() => Math.random() - 0.5)
  const all = left.length
  while (left.length > 0) {
    const part = Math.min(1, (performance.now() - begunMs) / ms)
    const due = left.length - Math.floor(all * (1 - part))
    for (const { socket } of left.splice(0, due)) socket.close(closeCode.away, 'the server stops')
    if (left.length > 0) await Bun.sleep(stepMs)
  }
}
