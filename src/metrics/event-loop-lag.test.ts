import { expect, test } from 'bun:test'
import { eventLoopLag } from './event-loop-lag.ts'

test('15 an event loop that was blocked was late by so much, in this window and the next', async () => {
  const lag = eventLoopLag()
  await Bun.sleep(110)
  const end = performance.now() + 300
  while (performance.now() < end);
  await Bun.sleep(110)
  expect(lag.worstMs()).toBeGreaterThan(150)
  lag.turn()
  expect(lag.worstMs()).toBeGreaterThan(150)
  lag.stop()
})
