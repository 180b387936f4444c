import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ownRates, sharedRates } from '../../src/cluster/rate-limiter.ts'
import type { Rates } from '../../src/cluster/rate-types.ts'
import type { Engine } from '../../src/engine/engine-types.ts'
import { createApp } from '../../src/operations/apps/create-app.ts'
import { expectRefusal } from '../support/bodies.ts'
import { anEngine } from '../support/engine.ts'
import { aServer, type TestServer } from '../support/server.ts'

const clock = { ms: 1_767_225_600_000 }
const now = () => clock.ms

const isOver = async (rates: Rates, operation = 'GET /chatrooms', limit = 5, app = 1) =>
  (await rates.count(app, operation, limit)).isOver

/** How many of `calls` at once are within the limit. */
async function passing(servers: Rates[], calls: number, limit = 5): Promise<number> {
  const asked = Array.from({ length: calls }, (_, n) =>
    isOver(servers[n % servers.length] as Rates, undefined, limit),
  )
  return (await Promise.all(asked)).filter((over) => !over).length
}

describe('the limit of one server', () => {
  test('lets so many calls a second pass, and as many in the next', async () => {
    const rates = ownRates(now)
    expect(await passing([rates], 20)).toBe(5)
    clock.ms += 1000
    expect(await passing([rates], 20)).toBe(5)
  })

  test('returns how many are left', async () => {
    const rates = ownRates(now)
    expect(await rates.count(1, 'x', 2)).toEqual({ isOver: false, limit: 2, remaining: 1 })
    expect(await rates.count(1, 'x', 2)).toEqual({ isOver: false, limit: 2, remaining: 0 })
    expect(await rates.count(1, 'x', 2)).toEqual({ isOver: true, limit: 2, remaining: 0 })
  })

  test('is of its own for each operation and each app', async () => {
    const rates = ownRates(now)
    expect(await passing([rates], 6)).toBe(5)
    expect(await isOver(rates, 'POST /chatrooms')).toBe(false)
    expect(await isOver(rates, undefined, 5, 2)).toBe(false)
  })
})

describe('the limit of several servers on one store', () => {
  let engine: Engine
  let close: () => Promise<void>
  beforeAll(async () => {
    const made = await anEngine()
    engine = made.engine
    close = made.close
    await engine.commit(0, { kind: 'app' }, createApp, { key: 'acme#lounge' })
  })
  afterAll(() => close())

  /** The seconds are those of the store, whose machine is this one; a server knows them but for what its call took. */
  const nextSecond = () => Bun.sleep(1150 - (Date.now() % 1000))
  const monotonicMs = () => performance.now()

  test('is exact over all of them', async () => {
    const servers = [1, 2, 3].map(() => sharedRates(engine.commit, monotonicMs))
    await nextSecond()
    expect(await passing(servers, 300, 50)).toBe(50)
    expect(await passing(servers, 30, 50)).toBe(0)
    await nextSecond()
    expect(await passing(servers, 49, 50)).toBe(49)
    expect(await passing(servers, 10, 50)).toBe(1)
  })

  test('is the same for a server whose own clock differs', async () => {
    const other = sharedRates(engine.commit, () => monotonicMs() + 3_600_000)
    const right = sharedRates(engine.commit, monotonicMs)
    await nextSecond()
    expect(await passing([right], 4)).toBe(4)
    expect(await passing([other], 4)).toBe(1)
    expect(await passing([right], 4)).toBe(0)
  })
})

describe('an app with limits', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await aServer()
  })
  afterAll(() => server.stop())

  test('learns how many calls are left, and is refused over the limit', async () => {
    const app = await server.app('acme#lounge', { rateLimits: true })
    const first = await app.call('GET', '/chatrooms')
    expect(first.status).toBe(200)
    expect(first.headers.get('ratelimit-limit')).toBe('50')
    expect(first.headers.get('ratelimit-policy')).toBe('"calls";q=50;w=1')
    expect(first.headers.get('ratelimit')).toMatch(/^"calls";r=[1-4]\d;t=1$/)
    expect(Number(first.headers.get('ratelimit-remaining'))).toBeLessThan(50)
    // So many at once that one second has more than it may, however slow the machine is.
    let refused = first
    for (let calls = 200; refused.status === 200 && calls < 10_000; calls *= 2) {
      const replies = await Promise.all(Array.from({ length: calls }, () => app.call('GET', '/chatrooms')))
      refused = replies.find(({ status }) => status !== 200) ?? refused
    }
    expectRefusal(refused, 429, 'reach_limit', 'This request has reached api limit')
    for (const [name, value] of [
      ['ratelimit', '"calls";r=0;t=1'],
      ['ratelimit-limit', '50'],
      ['ratelimit-remaining', '0'],
      ['ratelimit-reset', '1'],
      ['retry-after', '1'],
    ] as const)
      expect([name, refused.headers.get(name)]).toEqual([name, value])
  }, 60_000)

  test('is on its own with them', async () => {
    const app = await server.app('acme#annex')
    const replies = await Promise.all(Array.from({ length: 200 }, () => app.call('GET', '/chatrooms')))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
    for (const name of ['ratelimit', 'ratelimit-policy', 'ratelimit-limit'])
      expect(replies[0]?.headers.get(name)).toBeNull()
  })
})
