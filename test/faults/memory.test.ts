import { heapStats } from 'bun:jsc'
import { expect, test } from 'bun:test'
import { issueToken, tokenChecker } from '../../src/auth/tokens.ts'
import { limits } from '../../src/domain/limits.ts'
import { responseCache } from '../../src/engine/response-cache.ts'
import { successHead } from '../../src/http/envelope.ts'
import { recentMessages } from '../../src/realtime/recent-messages.ts'
import { anApp } from '../support/make.ts'

const app = anApp()

const heap = (): number => {
  Bun.gc(true)
  return heapStats().heapSize + heapStats().extraMemorySize
}

/** Bytes that are held after `fill` beyond those before. */
function heldBy(fill: () => object): number {
  const before = heap()
  const kept = fill()
  const held = heap() - before
  expect(kept).toBeDefined()
  return held
}

/** A user id of the greatest length. */
const longName = (number: number): string => String(number).padStart(limits.userId.value, 'x')

test('10 verified tokens take no more memory than the page of limits states', () => {
  const held = heldBy(() => {
    const check = tokenChecker()
    for (let number = 0; number < limits.cachedTokens.value; number += 1) {
      const token = issueToken(
        app,
        { kind: 'user', username: longName(number), epoch: number },
        3600,
        Date.now(),
      )
      check(app, token, Date.now())
    }
    return { check }
  })
  expect(held).toBeLessThan(limits.cachedTokens.memory)
})

test('10 messages that can be recalled take no more memory than the page of limits states', () => {
  const held = heldBy(() => {
    const sent = recentMessages()
    for (let number = 0; number < limits.recentMessages.value; number += 1)
      sent.add({
        app: 1,
        room: String(number),
        id: BigInt(number),
        sender: longName(number),
        client: Number.MAX_SAFE_INTEGER - number,
        recalls: undefined,
      })
    return sent
  })
  expect(held).toBeLessThan(limits.recentMessages.memory)
})

test('10 cached responses take no more memory than the page of limits states, however many come', () => {
  const before = heap()
  const cache = responseCache()
  const uri = 'http://127.0.0.1:8080/acme/lounge/chatrooms'
  const call = { app, uri, action: 'get', startedMs: 0, requestId: '' }
  let most = 0
  for (let number = 0; number < 40_000; number += 1) {
    const { url } = new Request(`${uri}/${number}`)
    const head = successHead(call, `"${'室'.repeat(200)}"`, {})
    for (let twice = 0; twice < 2; twice += 1)
      cache.add(url, { app, operation: 'getRooms', about: [String(number)], head })
    if (number % 4000 === 0) most = Math.max(most, heap() - before)
  }
  expect(cache.find(`${uri}/39999`)).toBeDefined()
  expect(most).toBeLessThan(limits.cachedResponses.memory)
}, 30_000)
