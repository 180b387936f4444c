import pino, { type Logger } from 'pino'

/** A line of a log, read. */
export type LogLine = Record<string, unknown> & { level: number; msg: string }

/** The level of lines that report a fault of the server. */
export const errorLevel = 50

/** A logger that writes everything into `lines`. */
export function aLog(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = []
  return { lines, log: pino({ level: 'debug' }, { write: (text) => void lines.push(JSON.parse(text)) }) }
}
