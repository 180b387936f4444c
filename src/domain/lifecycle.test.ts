import { expect, test } from 'bun:test'
import { endOf, type Life, type Lifecycle } from './lifecycle.ts'
import { dayMs, minuteMs } from './time.ts'

const idleAfter = (idleTimeoutS: number): Lifecycle => ({
  idleTimeoutS,
  emptyTimeoutS: 0,
  warnBeforeS: 0,
  opensMs: 0,
  expiresMs: 0,
  keep: false,
})

/** A room in which something happened last at the beginning of time. */
const life: Life = {
  createdMs: 0,
  activeMs: 0,
  emptiedMs: null,
  dueMs: null,
  warnedMs: null,
  lifecycle: null,
}

/** When a room ends that was idle since 0, after a restart at `interruptedMs`. */
const endAfterRestart = (idleTimeoutS: number, interruptedMs: number): number | undefined =>
  endOf(idleAfter(idleTimeoutS), life, { nowMs: interruptedMs, steadyMs: interruptedMs, interruptedMs })?.atMs

test('a restart gives clients ten minutes to come back, however long the timeout of their room is', () => {
  expect(endAfterRestart(86_400, dayMs - minuteMs)).toBe(dayMs + 9 * minuteMs)
  expect(endAfterRestart(86_400, dayMs / 2)).toBe(dayMs)
})

test('a restart never puts off the end of a room by more than its timeout', () => {
  expect(endAfterRestart(60, dayMs)).toBe(dayMs + minuteMs)
})
