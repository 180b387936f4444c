import { limits } from '../domain/limits.ts'
import type { Posted } from './attempt.ts'

/** The beginning of a text, as both stores take it. */
const logged = (text: string): string =>
  text.slice(0, limits.callbackLoggedBody.value).replaceAll('\0', '\ufffd').toWellFormed()

/**
 * What the log of a rule keeps of an attempt: all that failed is shown with what was sent and answered, and of what
 * succeeded so much a second that a busy rule does not write everything twice.
 */
export function attemptLog() {
  let second = 0
  let count = 0

  function isShown(atMs: number): boolean {
    const current = Math.floor(atMs / 1000)
    if (current !== second) count = 0
    second = current
    count += 1
    return count <= limits.callbackLoggedSuccesses.value
  }

  return (body: string, { isDone, answer }: Pick<Posted, 'isDone' | 'answer'>, atMs: number) =>
    !isDone || isShown(atMs) ? { sent: logged(body), answer: logged(answer) } : { sent: '', answer: '' }
}
