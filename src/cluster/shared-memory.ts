import { limits } from '../domain/limits.ts'
import { bytesOfTable, type SharedTable, sharedTable } from './shared-table.ts'

/** Figures for each thread, each in a cell of its own. */
const perThread = ['backlog', 'lost', 'connections'] as const
type Figure = (typeof perThread)[number]

/** What the threads of a process count together. */
export interface SharedMemory {
  /** A cell for each thread: items that wait for it, whether it has lost some, and its connections. */
  figures: Record<Figure, Int32Array>
  /** A cell for each operation of an app that has a limit, with the calls of this second. */
  rates: Int32Array
  /** Until when rates of users and rooms are used up, and what is paused. */
  meters: SharedTable
  /** Connections of users and of addresses, and whatever else goes up and down. */
  counts: SharedTable
  /** Seeds of the hashes of keys. */
  seeds: Int32Array
}

const cells = limits.nodes.value
const seedCells = 2

// Tables first: they have to begin at a multiple of 8.
const meterBytes = bytesOfTable(limits.sharedMeters.value)
const tableBytes = meterBytes + bytesOfTable(limits.sharedCounts.value)
const seedsAt = tableBytes + 4 * perThread.length * cells
const ratesAt = seedsAt + 4 * seedCells

/** Connections of all threads, which one of them counts its own among. */
export function sharedConnections({ index, memory }: { index: number; memory: SharedMemory }) {
  const { connections } = memory.figures
  return {
    connectionsChanged: (count: number): void => void Atomics.store(connections, index, count),
    connectionsElsewhere: (): number =>
      connections.reduce((sum, count, thread) => sum + (thread === index ? 0 : count), 0),
  }
}

/** A buffer with nothing counted. */
export function newMemory(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(ratesAt + 4 * limits.sharedRates.value)
  // Whoever chooses names must not find two with the same hash.
  sharedMemory(buffer).seeds.set(crypto.getRandomValues(new Int32Array(seedCells)))
  return buffer
}

/** The views of such a buffer. */
export function sharedMemory(buffer: SharedArrayBuffer): SharedMemory {
  const figures = Object.fromEntries(
    perThread.map((name, place) => [name, new Int32Array(buffer, tableBytes + 4 * place * cells, cells)]),
  ) as Record<Figure, Int32Array>
  return {
    figures,
    rates: new Int32Array(buffer, ratesAt, limits.sharedRates.value),
    meters: sharedTable(buffer, 0, limits.sharedMeters.value),
    counts: sharedTable(buffer, meterBytes, limits.sharedCounts.value),
    seeds: new Int32Array(buffer, seedsAt, seedCells),
  }
}
