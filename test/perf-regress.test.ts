import { expect, test } from 'bun:test'
import { changeOf } from '../bench/figures.ts'

/** Eleven rounds on a machine that others disturb: both sides of a round alike, and each side a little by itself. */
const noisy = (cost: number, own: number): number[] =>
  Array.from({ length: 11 }, (_, round) => cost * (1 + (round % 4) / 2) * (1 + own * ((round * 7) % 3)))

test('16.7 a comparison fails on what costs a tenth more, and on nothing that the noise of its rounds explains', () => {
  expect(changeOf(noisy(10, 0.01), noisy(11, 0.02))).toMatchObject({ isFall: true })
  expect(changeOf(noisy(10, 0.01), noisy(10, 0.02))).toMatchObject({ isFall: false })
  expect(changeOf(noisy(10, 0.2), noisy(11, 0))).toMatchObject({ isFall: false })
  expect(changeOf(noisy(10, 0.01), noisy(8, 0.02))).toMatchObject({ isFall: false })
  // One round in which something else ran on one side alone is no fall.
  const once = noisy(10, 0)
  once[3] = 90
  expect(changeOf(noisy(10, 0), once)).toMatchObject({ ratio: 1, isFall: false })
})
