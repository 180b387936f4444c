import { SQL } from 'bun'
import { startNats } from '../test/support/nats.ts'
import { startPostgres } from '../test/support/postgres.ts'
import { startRedis } from '../test/support/redis.ts'
import { until } from '../test/support/until.ts'
import type { Figure } from './figures.ts'
import { type Listening, processorMs, startServer } from './processes.ts'

/** How much is measured. */
export interface NodesSize {
  nodes: number[]
  /** Messages for each node. */
  messages: number
  rounds: number
}

const carriers = ['PostgreSQL', 'Redis', 'NATS'] as const
type Carrier = (typeof carriers)[number]

/** Calls that are under way at once, over all nodes. */
const concurrency = 32

/** What carries messages between the nodes, and how to set it. */
async function startCarrier(carrier: Carrier) {
  if (carrier === 'PostgreSQL') return { env: {}, stop: async () => undefined }
  const { url, stop } = carrier === 'Redis' ? await startRedis() : await startNats()
  const env: Record<string, string> = { [`CHATROOMD_${carrier.toUpperCase()}_URL`]: url }
  return { env, stop }
}

/** Calls one node of a cluster. */
function caller({ url }: Listening) {
  let token = ''
  return async function call(method: string, path: string, body?: object) {
    const response = await fetch(`${url}/bench/app${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const returned = (await response.json()) as { access_token?: string; data?: { id: string } }
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(returned)}`)
    token = returned.access_token ?? token
    return returned
  }
}

/** Posts messages to rooms of every node alike; returns the processor time of all nodes, in µs a message. */
async function costOf(
  nodes: Listening[],
  calls: ReturnType<typeof caller>[],
  rooms: string[],
  messages: number,
) {
  const before = nodes.map(({ pid }) => processorMs(pid))
  let left = messages * nodes.length
  const send = async () => {
    while (left > 0) {
      const turn = left-- % calls.length
      const to = [rooms[turn] as string]
      await calls[turn]?.('POST', '/messages/chatrooms', {
        from: 'alice',
        to,
        type: 'txt',
        body: { msg: 'hello' },
      })
    }
  }
  await Promise.all(Array.from({ length: concurrency }, send))
  // What others hear late counts, too.
  await Bun.sleep(500)
  const used = nodes.reduce((sum, { pid }, place) => sum + processorMs(pid) - (before[place] ?? 0), 0)
  return (used * 1000) / (messages * nodes.length)
}

/** What a message costs all nodes of a cluster together, whose rooms each have their members at one node. */
export async function measureNodes({ nodes: counts, messages, rounds }: NodesSize): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const carrier of carriers)
    for (const count of counts) {
      const values = await onNodes(carrier, count, messages, rounds)
      console.log(
        `${carrier}, ${count} nodes: ${values.map((each) => each.toFixed(0)).join(', ')} µs a message`,
      )
      figures.push({
        what: 'a message to a room, at all nodes together',
        at: `${count} nodes through ${carrier}`,
        values,
        unit: 'µs of processor',
      })
    }
  return figures
}

async function onNodes(carrier: Carrier, count: number, messages: number, rounds: number): Promise<number[]> {
  await using closing = new AsyncDisposableStack()
  const postgres = await startPostgres(['max_connections=300'])
  closing.defer(() => postgres.remove())
  const { env, stop } = await startCarrier(carrier)
  closing.defer(stop)
  const url = await emptyDatabase(postgres.url)
  const settings = {
    CHATROOMD_DATABASE_URL: url,
    CHATROOMD_DATABASE_POOL: '4',
    CHATROOMD_APPS: 'bench#app:id:secret',
    CHATROOMD_DEMO: 'false',
    ...env,
  }
  const nodes: Listening[] = []
  closing.defer(async () => void (await Promise.all(nodes.map((node) => node.stop()))))
  for (let n = 0; n < count; n += 1) nodes.push(await startServer('', settings))
  const calls = nodes.map(caller)
  const grant = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
  for (const call of calls) await until(() => call('POST', '/token', grant).then(Boolean, () => false))
  await calls[0]?.('POST', '/users', { username: 'alice', password: 'secret-1' })
  const rooms: string[] = []
  for (const call of calls) {
    const { data } = await call('POST', '/chatrooms', { name: 'r', description: 'r', owner: 'alice' })
    rooms.push(data?.id ?? '')
  }
  // Rooms that were just made are heard everywhere.
  await Bun.sleep(2000)
  const values: number[] = []
  for (let round = 0; round < rounds; round += 1) values.push(await costOf(nodes, calls, rooms, messages))
  return values
}

async function emptyDatabase(urlOf: (database: string) => string): Promise<string> {
  await using sql = new SQL(urlOf('postgres'), { max: 1 })
  await sql`create database bench`
  return urlOf('bench')
}
