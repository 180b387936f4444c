import { afterEach, expect, setSystemTime, test } from 'bun:test'
import { ownRates } from '../../src/cluster/rate-limiter.ts'
import { messageIds } from '../../src/realtime/ids.ts'
import { connectAs } from '../support/people.ts'
import { aServer, type TestApp } from '../support/server.ts'

afterEach(() => {
  setSystemTime()
})

const minute = 60_000
const steps = [-60 * minute, -minute, minute, 60 * minute]

async function onServer(work: (app: TestApp) => Promise<void>, settings = {}): Promise<void> {
  const server = await aServer()
  try {
    const app = await server.app('acme#lounge', settings)
    await app.register('alice', 'bob')
    await work(app)
  } finally {
    setSystemTime()
    await server.stop()
  }
}

for (const step of steps)
  test(`10.2 who has spoken speaks again at once when the clock steps by ${step / minute} min`, () =>
    onServer(
      async (app) => {
        const id = await app.room({ owner: 'alice', members: ['bob'] })
        const alice = await connectAs(app, 'alice')
        const say = async (text: string) => (await alice.say(id, text)).status?.errorCode ?? 0
        expect(await say('before')).toBe(0)
        setSystemTime(new Date(Date.now() + step))
        for (const text of ['after', 'and again']) expect(await say(text)).toBe(0)
        alice.close()
      },
      { userMessageRate: 5, roomMessageRate: 5 },
    ))

test('10.2 calls are limited by the second, whatever the clock says', () => {
  let elapsed = 0
  const rates = ownRates(() => elapsed)
  const isOver = () => (rates.count(1, 'GET /x', 1) as { isOver: boolean }).isOver
  expect([isOver(), isOver()]).toEqual([false, true])
  setSystemTime(new Date(Date.now() - minute))
  expect(isOver()).toBe(true)
  elapsed += 1000
  expect(isOver()).toBe(false)
})

test('10.2 ids of messages increase when the clock steps back, and after a restart too', () => {
  const first = messageIds(3)
  const given = [first(2_000_000_000_000), first(1_999_999_940_000), first(2_000_000_000_001)]
  expect(given.toSorted((a, b) => Number(a - b))).toEqual(given)
  const restarted = messageIds(3, 2_000_000_000_001)
  expect(restarted(1_999_999_940_000)).toBeGreaterThan(given.at(-1) as bigint)
})

test('10.2 rooms that are created while the clock steps back are listed in their order', () =>
  onServer(async (app) => {
    const created: string[] = []
    for (const step of [0, -minute, 2 * minute, -60 * minute]) {
      setSystemTime(new Date(Date.now() + step))
      created.unshift(await app.room({ owner: 'alice' }))
    }
    const { body } = await app.call('GET', '/chatrooms')
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(created)
  }))
