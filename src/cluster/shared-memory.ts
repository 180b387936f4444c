import { limits } from '../domain/limits.ts'

/** Figures for each thread, each in a cell of its own. */
const perThread = ['backlog', 'lost', 'connections'] as const
type Figure = (typeof perThread)[number]

/** What the threads of a process count together. */
export interface SharedMemory {
  /** A cell for each thread: items that wait for it, whether it has lost some, and its connections. */
  figures: Record<Figure, Int32Array>
  /** A cell for each operation of an app that has a limit, with the calls of this second. */
  rates: Int32Array
}

const cells = limits.nodes.value

export const sharedBytes = 4 * (perThread.length * cells + limits.sharedRates.value)

/** Connections of all threads, which one of them counts its own among. */
export function sharedConnections({ index, memory }: { index: number; memory: SharedMemory }) {
  const { connections } = memory.figures
  return {
    connectionsChanged: (count: number): void => void Atomics.store(connections, index, count),
    connectionsElsewhere: (): number =>
      connections.reduce((sum, count, thread) => sum + (thread === index ? 0 : count), 0),
  }
}

/** The views of a buffer of `sharedBytes`. */
export function sharedMemory(buffer: SharedArrayBuffer): SharedMemory {
  const figures = Object.fromEntries(
    perThread.map((name, place) => [name, new Int32Array(buffer, 4 * place * cells, cells)]),
  ) as Record<Figure, Int32Array>
  return {
    figures,
    rates: new Int32Array(buffer, 4 * perThread.length * cells, limits.sharedRates.value),
  }
}
