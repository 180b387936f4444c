import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import pino from 'pino'
import type { Bus } from '../../src/cluster/bus.ts'
import type { Item } from '../../src/cluster/bus-codec.ts'
import { openBus } from '../../src/cluster/open-bus.ts'
import { startNats } from '../support/nats.ts'
import { startRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

const runs = Number(process.env.BUS_RUNS ?? 5)

const message = (room: string, id: number): Item => ({
  message: {
    app: 1,
    room,
    id: BigInt(id),
    sender: 'alice',
    client: undefined,
    recalls: undefined,
    directed: undefined,
    frame: new Uint8Array(10),
  },
})

const joined = (room: string): Item => ({
  events: [
    {
      type: 'member.joined',
      app: 1,
      room,
      usernames: ['bob'],
      memberCount: 2,
      by: { kind: 'app' },
      at: 1,
    },
  ],
})

/** What an item was about, as a text. */
const shown = (item: Item): string =>
  'message' in item ? `${item.message.room} ${item.message.id}` : 'events' in item ? 'joined' : 'to a user'

describe.each(['Redis', 'NATS'] as const)('16.6 rooms on %s', (carrier) => {
  let server: Awaited<ReturnType<typeof startRedis>>
  const open: Bus[] = []
  beforeAll(async () => {
    server = carrier === 'Redis' ? await startRedis() : await startNats()
  })
  afterAll(async () => {
    for (const bus of open) await bus.stop()
    await server.stop()
  })

  /** A node's bus, what it has received, and how often it missed something. */
  async function node(deployment: string) {
    const urls = { redis_url: '', nats_url: '', [carrier === 'Redis' ? 'redis_url' : 'nats_url']: server.url }
    const received: string[] = []
    const counts = { missed: 0 }
    const bus = await openBus(
      { database_url: 'postgres://of-the-store', ...urls },
      deployment,
      { onItem: (item) => void received.push(shown(item)), missed: () => void counts.missed++ },
      pino({ enabled: false }),
    )
    open.push(bus)
    return { bus, received, counts }
  }

  test('a message comes to the nodes that hear its room, and to no other; a change comes to all', async () => {
    const [from, to, other] = [await node('a'), await node('a'), await node('a')]
    const stranger = await node('b')
    to.bus.hear('1/x')
    other.bus.hear('1/y')
    stranger.bus.hear('1/x')
    for (const { bus } of [to, other, stranger]) await bus.heard()
    for (let id = 1; id <= 3; id += 1) from.bus.send(message('x', id))
    from.bus.send(message('y', 4))
    from.bus.send(joined('z'))
    await until(() => [to, other].every(({ received }) => received.includes('joined')))
    await until(() => to.received.length === 4 && other.received.length === 2)
    expect(to.received).toEqual(expect.arrayContaining(['x 1', 'x 2', 'x 3', 'joined']))
    expect(other.received).toEqual(expect.arrayContaining(['y 4', 'joined']))
    expect([from.received, stranger.received]).toEqual([[], []])
  })

  test('who joins gets what is said from then on, though its node has yet to hear the room', async () => {
    const [from, to] = [await node('c'), await node('c')]
    from.bus.send(message('x', 1))
    from.bus.send(joined('x'))
    from.bus.send(message('x', 2))
    await until(() => to.received.length === 2)
    expect(to.received).toEqual(['joined', 'x 2'])
    to.bus.hear('1/x')
    await to.bus.heard()
    // After a while its messages go to those alone who hear it.
    let id = 2
    const deaf = await node('c')
    await until(() => {
      from.bus.send(message('x', ++id))
      return deaf.received.length < id - 3
    })
    await until(() => to.received.length === id)
    expect(to.received).toEqual(['joined', ...Array.from({ length: id - 1 }, (_, n) => `x ${n + 2}`)])
  })

  test('after it was away, rooms are heard again, and what is cached of others is read again', async () => {
    const [from, to] = [await node('d'), await node('d')]
    to.bus.hear('1/x')
    await to.bus.heard()
    await server.restart()
    await until(() => to.counts.missed > 0)
    let id = 0
    await until(() => {
      from.bus.send(message('x', ++id))
      return to.received.length > 0
    })
    to.bus.hear('1/y')
    await to.bus.heard()
    from.bus.send(message('y', 1))
    await until(() => to.received.includes('y 1'))
  })

  test('whatever is sent and joined, those who hear a room get its messages once, and in order', async () => {
    const step = fc.tuple(fc.constantFrom('p', 'q'), fc.boolean(), fc.boolean())
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const deployment = crypto.randomUUID()
        const [from, to] = [await node(deployment), await node(deployment)]
        for (const room of ['1/p', '1/q']) to.bus.hear(room)
        await to.bus.heard()
        const sent: Record<string, string[]> = { p: [], q: [] }
        for (const [id, [room, joins, pauses]] of steps.entries()) {
          if (joins) from.bus.send(joined(room))
          from.bus.send(message(room, id))
          sent[room]?.push(`${room} ${id}`)
          if (pauses) await Bun.sleep(0)
        }
        const ofRoom = (room: string) => to.received.filter((each) => each.startsWith(`${room} `))
        await until(() => to.received.filter((each) => each !== 'joined').length === steps.length)
        expect({ p: ofRoom('p'), q: ofRoom('q') }).toEqual(sent as { p: string[]; q: string[] })
        expect(to.counts.missed).toBe(0)
        for (const { bus } of [from, to]) await bus.stop()
      }),
      { numRuns: runs },
    )
  })
})
