import type { Logger } from 'pino'
import { minuteMs } from '../domain/time.ts'

/** Between two lines about one lasting failure. */
const intervalMs = minuteMs

/**
 * Logs the first failure at once, then, while it goes on failing, once a minute how often: a full disk refuses
 * thousands of writes, and their lines would fill what is left of it.
 */
export function rateLimited<Detail>(say: (detail: Detail, times: number) => void, everyMs = intervalMs) {
  let times = 0
  let last: Detail
  let timer: ReturnType<typeof setTimeout> | undefined

  function sum(): void {
    timer = undefined
    if (times === 0) return
    say(last, times)
    times = 0
    timer = setTimeout(sum, everyMs)
    timer.unref()
  }

  return (detail: Detail): void => {
    last = detail
    times += 1
    if (!timer) sum()
  }
}

/** Logs a warning with the cause and how often it failed, at most once a minute. */
export const rateLimitedLog = (log: Pick<Logger, 'warn'>, text: string): ((error: unknown) => void) =>
  rateLimited((error: unknown, times) => {
    const cause = error instanceof Error ? (error.cause ?? error) : error
    log.warn({ cause: String(cause), times }, text)
  })
