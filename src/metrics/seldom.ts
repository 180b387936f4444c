import type { Logger } from 'pino'

/** Milliseconds between two lines about one lasting trouble. */
const pause = 60_000

/**
 * Says at once that something failed, then, while it goes on failing, once a minute how often: a full disk refuses
 * thousands of writes, and their lines would fill what is left of it.
 */
export function seldom<Detail>(say: (detail: Detail, times: number) => void, ms = pause) {
  let times = 0
  let last: Detail
  let timer: ReturnType<typeof setTimeout> | undefined

  function sum(): void {
    timer = undefined
    if (times === 0) return
    say(last, times)
    times = 0
    timer = setTimeout(sum, ms)
    timer.unref()
  }

  return (detail: Detail): void => {
    last = detail
    times += 1
    if (!timer) sum()
  }
}

/** Says `text` of what failed, with its cause and how often it failed. */
export const troubleLog = (log: Pick<Logger, 'warn'>, text: string): ((error: unknown) => void) =>
  seldom((error: unknown, times) => {
    const cause = error instanceof Error ? (error.cause ?? error) : error
    log.warn({ cause: String(cause), times }, text)
  })
