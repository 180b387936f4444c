import { expect, setDefaultTimeout, test } from 'bun:test'
import { connect } from '@nats-io/transport-node'
import { RedisClient, SQL } from 'bun'
import pino from 'pino'
import { encode, type Item, position, split } from '../../src/cluster/bus-codec.ts'
import { openBus } from '../../src/cluster/open-bus.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { aDatabase } from '../support/database.ts'
import { startNats } from '../support/nats.ts'
import { startRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

const itemOf = (room: string, bytes: number): Item => ({
  message: {
    app: 1,
    room,
    id: 1n,
    sender: 'alice',
    client: 1,
    recalls: 2,
    directed: ['bob'],
    frame: new Uint8Array(bytes).fill(7),
  },
})

const rooms = (items: Item[]): string[] =>
  items.map((item) => ('message' in item ? item.message.room : 'events'))

if (!process.env.TEST_DATABASE_URL) {
  console.log('No bus was tested: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.')
} else {
  test.each(['PostgreSQL', 'Redis', 'NATS'] as const)(
    '11. what is lost on the bus through %s is noticed, and long items that follow arrive',
    async (carrier) => {
      const database = await aDatabase()
      const redis = carrier === 'Redis' ? await startRedis() : undefined
      const nats = carrier === 'NATS' ? await startNats() : undefined
      const config = {
        database_url: database?.url ?? '',
        redis_url: redis?.url ?? '',
        nats_url: nats?.url ?? '',
      }
      const received: Item[] = []
      let missed = 0
      const listener = { onItem: (item: Item) => void received.push(item), missed: () => void missed++ }
      const log = pino({ enabled: false })
      const bus = await openBus(config, 'test', listener, log)
      const other = await openBus(config, 'test', { onItem: () => undefined, missed: () => undefined }, log)
      const sql = new SQL(config.database_url, { max: 1 })
      const client = redis ? new RedisClient(redis.url) : undefined
      const connection = nats ? await connect({ servers: nats.url }) : undefined
      const say = async (text: string) => {
        if (connection) connection.publish('chatroomd.test.all', text)
        else if (client) await client.publish('chatroomd:test', text)
        else await sql`select pg_notify('chatroomd', ${text})`
      }
      const textsOf = (n: number, item: Item) => split('raw', [{ n, text: encode(item) }], 7900)
      for (const room of ['1/a', '1/b', '1/lost', '1/c', '1/d']) bus.hear(room)
      await bus.heard()
      try {
        other.send(itemOf('a', 10))
        other.send(itemOf('b', 30_000))
        await until(() => received.length === 2)
        expect(missed).toBe(0)

        await say(position('raw', 0))
        // The second part of the first long item is lost.
        const [first = '', , ...later] = textsOf(1, itemOf('lost', 30_000))
        for (const text of [first, ...later]) await say(text)
        for (const text of textsOf(2, itemOf('c', 30_000))) await say(text)
        await until(() => received.length === 3)
        expect(missed).toBe(1)

        // A failed publication: number 3 never comes.
        for (const text of textsOf(4, itemOf('d', 10))) await say(text)
        await until(() => received.length === 4)
        expect(missed).toBe(2)

        // The last item was lost.
        await say(position('raw', 5))
        await until(() => missed === 3)
        expect(rooms(received)).toEqual(['a', 'b', 'c', 'd'])
      } finally {
        await bus.stop()
        await other.stop()
        client?.close()
        await sql.close()
        await database?.remove()
        await redis?.stop()
        await connection?.close()
        await nats?.stop()
      }
    },
  )

  test('11. concurrent takes from a quota on PostgreSQL give each as many as it wanted', async () => {
    const database = await aDatabase()
    const postgres = await openPostgres({ url: database?.url ?? '', pool: 2, timeoutMs: 10_000 })
    try {
      await postgres.transaction(({ quotas }) => quotas.setQuota(1, 'users', 10))
      const taken = await postgres.sharedTransaction(({ quotas }) =>
        Promise.all([4, 3, 5].map((wanted) => quotas.takeQuota(1, 'users', wanted))),
      )
      expect(taken).toEqual([4, 3, 3])
    } finally {
      await postgres.close()
      await database?.remove()
    }
  })
}
