import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { numberTable } from './number-table.ts'

const hash = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

test('a table has what was set last for each hash, and nothing for others', () => {
  const most = 40
  const entries = fc.array(fc.tuple(hash, fc.integer({ min: 0 })), { maxLength: 2 * most })
  fc.assert(
    fc.property(entries, fc.array(hash), (sets, others) => {
      const table = numberTable(most)
      const model = new Map<number, number>()
      for (const [key, value] of sets) {
        expect(table.isFull()).toBe(model.size >= most)
        if (table.isFull()) break
        table.set(key, value)
        // The hash 0 stands for a free slot, and shares its place with 1.
        model.set(key || 1, value)
      }
      for (const key of [...others, ...sets.map(([each]) => each)])
        expect(table.get(key)).toBe(model.get(key || 1))
    }),
  )
})

test('hashes that differ in the lowest bits alone, or in the highest alone, find their places', () => {
  for (const step of [1, 2 ** 17, 2 ** 32]) {
    const table = numberTable(1000)
    for (let n = 1; n <= 1000; n += 1) table.set(n * step, n)
    expect(table.isFull()).toBe(true)
    for (let n = 1; n <= 1000; n += 1) expect(table.get(n * step)).toBe(n)
  }
})
