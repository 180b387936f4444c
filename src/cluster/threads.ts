import type { SharedStore } from '../engine/engine-types.ts'
import type { WriterPlace } from '../engine/writer-messages.ts'
import { type Calls, callsOn, type Served } from './calls.ts'
import type { AskThreads, ConnectedHere } from './presence-types.ts'
import { newMemory, type SharedMemory, sharedMemory } from './shared-memory.ts'
import { cellsOf } from './thread-rates.ts'

/** What a thread has beside what a process has: its number among them, and ways to the others. */
export interface Seat {
  index: number
  /** How many there are. */
  threads: number
  memory: SharedMemory
  /** A port to every other thread, by its number. */
  ports: (MessagePort | undefined)[]
  /** Names the cell in which calls of an operation of an app are counted. */
  rateCell(key: string): Promise<number>
  /** Asks all other threads about those who are connected to them. */
  askThreads: AskThreads
  /** Of every thread but the first: what the first one does for it. */
  first?: { store: SharedStore; calls: Calls }
}

/** What a thread is started with. */
export interface ThreadStart {
  index: number
  threads: number
  config: unknown
  logLevel: string
  memory: SharedArrayBuffer
  ports: (MessagePort | undefined)[]
  writer: WriterPlace
}

/** What a thread is asked about those who are connected to it. */
export interface AskedHere {
  name: keyof ConnectedHere
  given: unknown[]
}

/** The reply of a thread. */
export const replyOf = (here: ConnectedHere, { name, given }: AskedHere): unknown =>
  (here[name] as (...given: unknown[]) => unknown)(...given)

/** The other threads of this process, as the first one has them. */
export interface Threads {
  seat: Seat
  /** Starts them on the store that this thread has opened; none listens yet. `served` is what this thread does for them. */
  start(given: {
    /** Where a thread begins; beside the program in an executable, too. */
    entry: URL
    config: unknown
    logLevel: string
    share: () => SharedStore
    served: Served
    here: ConnectedHere
    /** A thread that dies takes the process with it: its connections, and what it knew, are gone. */
    died(error: Error): void
  }): Promise<void>
  /** Calls all of them; replies in their order. */
  callAll(name: string, given?: unknown): Promise<unknown[]>
  /** Stops them, each after what is in flight; later calls wait for the first. */
  stop(graceMs: number): Promise<void>
}

/** A port from each thread to each other one, by the numbers of both. */
function portsBetween(count: number): (MessagePort | undefined)[][] {
  const all = Array.from({ length: count }, () => new Array<MessagePort | undefined>(count).fill(undefined))
  for (const [one, ports] of all.entries())
    for (let other = one + 1; other < count; other += 1) {
      const { port1, port2 } = new MessageChannel()
      ports[other] = port1
      const back = all[other]
      if (back) back[one] = port2
    }
  return all
}

const arePorts = (port: MessagePort | undefined): port is MessagePort => port !== undefined

/** Lets this thread be the first of `count`. */
export function threadsOf(count: number): Threads {
  const memory = newMemory()
  const [ports = [], ...portsOfOthers] = portsBetween(count)
  const shared = sharedMemory(memory)
  const cellOf = cellsOf(shared.rates.length)
  const workers: Worker[] = []
  const others: Calls[] = []
  let stopping: Promise<void> | undefined

  const callAll: Threads['callAll'] = (name, given) =>
    Promise.all(others.map(({ call }) => call(name, given)))

  return {
    seat: {
      index: 0,
      threads: count,
      memory: shared,
      ports,
      rateCell: async (key) => cellOf(key),
      askThreads: (name, ...given) => callAll('here', { name, given }) as Promise<never[]>,
    },

    async start({ entry, config, logLevel, share, served, here, died }) {
      const starting = portsOfOthers.map((ports, place) => {
        const { writer, writeHistory } = share()
        const worker = new Worker(entry)
        const elsewhere = async (asked: AskedHere) => {
          const rest = others.filter((_, other) => other !== place)
          return [replyOf(here, asked), ...(await Promise.all(rest.map(({ call }) => call('here', asked))))]
        }
        const calls = callsOn(worker, { ...served, writeHistory, cellOf, elsewhere })
        worker.onerror = (event) => {
          const error = new Error(`a thread has died: ${event.message}`)
          calls.end(error)
          if (!stopping) died(error)
        }
        workers.push(worker)
        others.push(calls)
        const given: ThreadStart = {
          index: place + 1,
          threads: count,
          config,
          logLevel,
          memory,
          ports,
          writer,
        }
        return calls.call('start', given, [writer.port, ...ports.filter(arePorts)])
      })
      await Promise.all(starting)
    },

    callAll,

    stop(graceMs) {
      stopping ??= Promise.allSettled(others.map(({ call }) => call('stop', graceMs))).then(() => {
        for (const worker of workers) worker.terminate()
      })
      return stopping
    },
  }
}
