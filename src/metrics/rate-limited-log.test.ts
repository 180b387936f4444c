import { expect, test } from 'bun:test'
import { rateLimited } from './rate-limited-log.ts'

test('10.25 the first failure is logged at once, those after it together with their count', async () => {
  const logged: [string, number][] = []
  let sum = () => {}
  const summed = new Promise<void>((resolve) => {
    sum = resolve
  })
  const failed = rateLimited((detail: string, times) => {
    logged.push([detail, times])
    if (logged.length === 2) sum()
  }, 20)
  for (const detail of ['first', 'second', 'third']) failed(detail)
  expect(logged).toEqual([['first', 1]])
  await summed
  expect(logged).toEqual([
    ['first', 1],
    ['third', 2],
  ])
})
