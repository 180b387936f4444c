import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { boundedNumbers } from './bounded-numbers.ts'

const hash = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

test('the numbers that were set last are there, each under its hash alone', () => {
  const most = 40
  const entries = fc.array(fc.tuple(hash, fc.integer({ min: 0 })), { maxLength: 4 * most })
  fc.assert(
    fc.property(entries, fc.array(hash), (sets, others) => {
      const numbers = boundedNumbers(most)
      const model = new Map<number, number>()
      for (const [key, value] of sets) {
        numbers.set(key, value)
        // The hash 0 stands for a free slot, and shares its place with 1.
        model.set(key || 1, value)
      }
      const latest = new Set(sets.slice(-most / 2).map(([key]) => key || 1))
      for (const key of latest) expect(numbers.get(key)).toBe(model.get(key))
      for (const key of others) expect([model.get(key || 1), undefined]).toContain(numbers.get(key))
    }),
  )
})

test('of many numbers the older ones are forgotten', () => {
  const numbers = boundedNumbers(1000)
  for (let n = 1; n <= 10_000; n += 1) numbers.set(n, n)
  const left = Array.from({ length: 10_000 }, (_, n) => numbers.get(n + 1)).filter(Boolean).length
  expect(left).toBeGreaterThanOrEqual(500)
  expect(left).toBeLessThanOrEqual(1000)
})

test('hashes that differ in the lowest bits alone, or in the highest alone, find their places', () => {
  for (const step of [1, 2 ** 17, 2 ** 32]) {
    const numbers = boundedNumbers(2000)
    for (let n = 1; n <= 1000; n += 1) numbers.set(n * step, n)
    for (let n = 1; n <= 1000; n += 1) expect(numbers.get(n * step)).toBe(n)
  }
})
