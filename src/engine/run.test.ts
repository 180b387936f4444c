import { expect, test } from 'bun:test'
import { increasing } from './run.ts'

test('11. ticks follow the clock forwards, never backwards, and each engine has its own', () => {
  const ticks = increasing()
  expect([100, 40, 40, 102, 103, 5000, 1].map(ticks)).toEqual([100, 101, 102, 103, 104, 5000, 5001])
  expect(increasing()(40)).toBe(40)
})
