import { constants, fstatSync, openSync, writeSync } from 'node:fs'
import pino, { type Logger } from 'pino'
import type { Config } from '../config.ts'
import { limits } from '../domain/limits.ts'
import type { Tracer } from '../domain/tracing.ts'
import { RecentLog } from './recent-log.ts'

/** A log on a file descriptor, and how many of its lines were lost. */
export interface Log {
  log: Logger
  /** The latest lines, each JSON text. */
  recent(): string[]
  lost(): number
  /** Lets lines name the span in which they were written. */
  traceWith(tracer: Tracer | undefined): void
}

/** After which lines that could not be written are retried. */
const retryMs = 100

/** The reader of a pipe may stop reading: written through a non-blocking descriptor, that stops nobody here. */
function withoutBlocking(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd
    // Opened again, the flag is of this descriptor alone; other holders of the pipe are not affected.
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    // Without /proc, as on macOS, lines are written through the descriptor as it is.
    return fd
  }
}

/**
 * Writes lines at once. What cannot be written, since the disk is full or the reader slow, waits up to a ceiling;
 * beyond it lines are lost and counted. Nothing is thrown.
 */
function lineWriter(fd: number) {
  const target = withoutBlocking(fd)
  const ceiling = limits.logBacklog.value
  let waiting: Buffer[] = []
  let waitingBytes = 0
  let lost = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function writeWaiting(): void {
    for (let first = waiting[0]; first; first = waiting[0]) {
      const written = writeSync(target, first)
      waitingBytes -= written
      if (written === first.length) waiting.shift()
      else waiting[0] = first.subarray(written)
    }
  }

  function flush(): void {
    timer = undefined
    try {
      writeWaiting()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') {
        // The reader is gone and does not come back.
        lost += waiting.length
        waiting = []
        waitingBytes = 0
        return
      }
      timer = setTimeout(flush, retryMs)
      timer.unref()
    }
  }

  process.once('exit', flush)

  return {
    write(line: string): void {
      const bytes = Buffer.from(line)
      if (waitingBytes + bytes.length > ceiling) {
        lost += 1
        return
      }
      waiting.push(bytes)
      waitingBytes += bytes.length
      if (timer === undefined) flush()
    },
    lost: () => lost,
  }
}

/** A logger that gives its lines to `write`. A library, or the runtime, that prints a message of its own prints it into it. */
export function loggerOn(write: (line: string) => void, tracer: () => Tracer | undefined): Logger {
  const log = pino(
    { base: null, formatters: { level: (level) => ({ level }) }, mixin: () => tracer()?.logged() ?? {} },
    { write },
  )
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    console[level] = (...said: unknown[]) => log[level](said.map(String).join(' '))
  console.log = console.info
  return log
}

/** The log of the server: JSON lines on standard output, which nothing else writes to. */
export function openLog(config: Config): Log {
  const writer = lineWriter(1)
  const recent = new RecentLog()
  let tracer: Tracer | undefined
  const log = loggerOn(
    (line) => {
      recent.add(line)
      writer.write(line)
    },
    () => tracer,
  )
  log.level = config.log_level
  // The first start is printed to standard error, which nobody may read.
  process.stderr.on('error', () => undefined)
  const traceWith = (given: Tracer | undefined) => {
    tracer = given
  }
  return { log, lost: writer.lost, recent: () => recent.lines(Date.now()), traceWith }
}
