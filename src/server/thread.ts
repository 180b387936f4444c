import { startThread } from '../chatroomd.ts'
import { type Calls, callsOn } from '../cluster/calls.ts'
import { sharedMemory } from '../cluster/shared-memory.ts'
import type { AskedHere, Seat, ThreadStart } from '../cluster/threads.ts'
import type { Tracer } from '../domain/tracing.ts'
import { loggerOn } from '../operator/log.ts'
import { receivedConfig, type SentConfig } from '../operator/sent-config.ts'
import { tracingOf } from '../operator/trace-settings.ts'

declare const self: Worker

let running: Awaited<ReturnType<typeof startThread>> | undefined
let tracer: Tracer | undefined
const log = loggerOn(
  (line) => void calls.call('log', line),
  () => tracer,
)

const seatOf = ({ index, threads, memory, ports, writer }: ThreadStart): Seat => ({
  index,
  threads,
  memory: sharedMemory(memory),
  ports,
  rateCell: async (key) => (await calls.call('cellOf', key)) as number,
  askThreads: (name, ...given) => calls.call('elsewhere', { name, given }) as Promise<never[]>,
  first: {
    calls,
    store: { writer, writeHistory: async (text) => (await calls.call('writeHistory', text)) as string },
  },
})

const calls: Calls = callsOn(self, {
  async start(given: ThreadStart) {
    log.level = given.logLevel
    tracer = await tracingOf(process.env, log)
    running = await startThread(receivedConfig(given.config as SentConfig), log, tracer, seatOf(given))
  },
  listen: (port: number) => running?.listen(port),
  metrics: async () => (await running?.metrics()) ?? [],
  busy: (ms: number) => running?.busy(ms) ?? { rooms: [], slow: [] },
  counters: () => running?.counters,
  here: (asked: AskedHere) => running?.here(asked) ?? [],
  writerDied: (text: string) => running?.writerDied(new Error(text)),
  logLevel(level: string) {
    log.level = level
  },
  drain: (ms: number) => running?.drain(ms),
  stop: (graceMs: number) => running?.stop(graceMs),
})
