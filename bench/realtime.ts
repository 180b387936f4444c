import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueToken } from '../src/auth/tokens.ts'
import { readConfig } from '../src/config.ts'
import { openEngine } from '../src/engine/engine.ts'
import { createRoom } from '../src/operations/rooms/create-room.ts'
import { registerUsers } from '../src/operations/users/register-users.ts'
import { adminOn } from '../src/operator/admin.ts'
import type { Figure } from './figures.ts'
import { type Listening, memory, pinned, processorMs, start, startServer } from './processes.ts'
import type { Job, Outcome } from './realtime-load.ts'

/** How much to measure. */
export interface RealtimeSize {
  /** Connections in one room. */
  rooms: number[]
  /** Rooms of ten connections. */
  small: number
  /** Rooms by their connections, and messages a second that they get. */
  paced: { members: number; perSecond: number }[]
  idle: number
  rounds: number
  seconds: number
}

/** Days for which the messages are kept while they are counted; 0 = not at all. */
const historyDays = Number(process.env.BENCH_HISTORY_DAYS ?? 0)

const appKey = 'bench#chat'
const app = { kind: 'app' } as const
const say = (text: string): void => console.log(`  ${text}`)

interface Member {
  name: string
  token: string
}

/** A data directory with users, and rooms of these sizes that all begin with the first user. */
export async function seed(dir: string, sizes: number[], small: number) {
  const engine = await openEngine(readConfig({ data_dir: dir }, {}, ''), () => undefined)
  const admin = adminOn(engine)
  await admin.createApp({
    key: appKey,
    settings: { userMessageRate: 1_000_000, maxusers: 100_000, historyDays },
  })
  const record = await engine.store.apps.findApp('bench', 'chat')
  if (!record) throw new Error('the app was not created')
  const total = Math.max(...sizes, small * 10)
  const names = Array.from({ length: total }, (_, n) => `user-${n}`)
  for (let first = 0; first < total; first += 500) {
    const users = names
      .slice(first, first + 500)
      .map((username) => ({ username, passwordHash: null, nickname: null }))
    await engine.commit(record.id, app, registerUsers, { users })
  }
  const members: Member[] = []
  for (const name of names) {
    const user = await engine.store.users.findUser(record.id, name)
    const holder = { kind: 'user', username: name, epoch: user?.tokenEpoch ?? 0 } as const
    members.push({ name, token: issueToken(record, holder, 86_400, Date.now()) })
  }
  const room = async (own: Member[]): Promise<Job['rooms'][number]> => {
    const [owner = '', ...others] = own.map(({ name }) => name)
    const draft = { name: 'bench', description: 'd', owner, members: others, maxusers: 100_000 }
    return { id: (await engine.commit(record.id, app, createRoom, draft)).id, members: own }
  }
  const large = []
  for (const size of sizes) large.push(await room(members.slice(0, size)))
  const tens = []
  for (let n = 0; n < small; n += 1) tens.push(await room(members.slice(n * 10, n * 10 + 10)))
  await engine.close()
  return { large, tens, members }
}

export interface Run extends Outcome {
  /** Microseconds of processor time of the server for one of what was counted. */
  cost: number
  /** MiB of the server when all were connected. */
  memory: number
}

/** Runs the clients on the core of the load. */
export async function load(server: Listening, job: Omit<Job, 'url' | 'appKey'>): Promise<Run> {
  const child = Bun.spawn(pinned('load', [process.execPath, `${import.meta.dir}/realtime-load.ts`]), {
    stdin: new Blob([JSON.stringify({ ...job, url: server.url, appKey })]),
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const marks = new Map<string, { processor: number; memory: number }>()
  let outcome: Outcome | undefined
  const decoder = new TextDecoder()
  let output = ''
  for await (const chunk of child.stdout) {
    output += decoder.decode(chunk, { stream: true })
    for (let end = output.indexOf('\n'); end >= 0; end = output.indexOf('\n')) {
      const line = output.slice(0, end)
      output = output.slice(end + 1)
      if (line.startsWith('{')) outcome = JSON.parse(line)
      else marks.set(line, { processor: processorMs(server.pid), memory: memory(server.pid).now })
    }
  }
  if ((await child.exited) !== 0) throw new Error('the clients failed')
  const [from, to] = [marks.get('measuring'), marks.get('measured')]
  const spent = (to?.processor ?? 0) - (from?.processor ?? 0)
  const { perSecond = 0, perFrame = 0, p50 = 0, p99 = 0, messages = 0, bytes = 0 } = outcome ?? {}
  const cost = (spent * 1000) / (perSecond * job.seconds)
  return { perSecond, perFrame, p50, p99, messages, bytes, cost, memory: marks.get('connected')?.memory ?? 0 }
}

export const limitSocket = (bytes: number): Promise<Listening> =>
  start({ script: [`${import.meta.dir}/limit-socket.ts`, String(bytes)], ready: /"url":"([^"]+)"/ })

/** Real time against a bare `server.publish` of as many bytes: deliveries, latency, memory, joins and leaves. */
export async function measureRealtime(size: RealtimeSize): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-bench-'))
  const { large, tens, members } = await seed(dir, size.rooms, size.small)
  const server = await startServer(dir, { CHATROOMD_PRESENCE_GRACE: '86400' })
  const figures: Figure[] = []

  try {
    const loads: { what: string; rooms: Job['rooms']; bar: number; window: number }[] = large.map((room) => ({
      what: `one room of ${room.members.length.toLocaleString('en')}`,
      rooms: [room],
      bar: room.members.length >= 1000 ? 0.8 : 0.5,
      // In a large room messages wait for others: so many are under way that the server is busy all the same.
      window: room.members.length < 200 ? 4 : Math.ceil(128_000 / room.members.length),
    }))
    loads.push({ what: `${size.small.toLocaleString('en')} rooms of 10`, rooms: tens, bar: 0.5, window: 1 })
    for (const { what, rooms, bar, window } of loads) {
      const runs: Run[] = []
      const limits: Run[] = []
      for (let round = 0; round < size.rounds; round += 1) {
        const job = { mode: 'flood', window, perSecond: 0, seconds: size.seconds } as const
        const run = await load(server, { ...job, kind: 'chatroomd', rooms })
        runs.push(run)
        const bare = await limitSocket(run.bytes)
        limits.push(await load(bare, { ...job, kind: 'bare', rooms: bareRooms(rooms) }))
        await bare.stop()
        say(
          `${what}: ${Math.round(run.perSecond)} deliveries/s, bare ${Math.round(limits.at(-1)?.perSecond ?? 0)}`,
        )
      }
      figures.push({
        what: 'messages delivered',
        at: what,
        values: runs.map(({ perSecond }) => perSecond),
        unit: '/s',
        limits: limits.map(({ perSecond }) => perSecond),
        limit: 'bare publish',
        bar: { at: 'least', value: bar },
      })
      figures.push({
        what: 'deliveries per second of processor',
        at: what,
        values: runs.map(({ cost }) => 1e6 / cost),
        unit: '/s',
        limits: limits.map(({ cost }) => 1e6 / cost),
        limit: 'bare publish',
      })
    }

    for (const { members: count, perSecond } of size.paced) {
      const room = large.find(({ members: own }) => own.length === count)
      if (room) figures.push(...(await measurePaced(server, room, perSecond, size)))
    }

    const churn = await load(server, {
      kind: 'chatroomd',
      mode: 'churn',
      window: 0,
      perSecond: 0,
      seconds: size.seconds,
      rooms: tens.slice(0, 100),
    })
    figures.push({
      what: 'joins and leaves',
      at: `${tens.slice(0, 100).length * 10} users in rooms of 10`,
      values: [churn.perSecond],
      unit: '/s',
    })
    say(`joins and leaves: ${Math.round(churn.perSecond)}/s`)
    figures.push(await measureMemory(dir, server, members.slice(0, size.idle), size))
  } finally {
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  }
  return figures
}

/** A room that gets so many messages a second: what a delivery costs, and when the last receiver has it. */
async function measurePaced(
  server: Listening,
  room: Job['rooms'][number],
  perSecond: number,
  { rounds, seconds }: RealtimeSize,
): Promise<Figure[]> {
  const job = { mode: 'paced', window: 0, perSecond, seconds } as const
  const [runs, limits]: [Run[], Run[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    const run = await load(server, { ...job, kind: 'chatroomd', rooms: [room] })
    const bare = await limitSocket(run.bytes)
    const limit = await load(bare, { ...job, kind: 'bare', rooms: bareRooms([room]) })
    await bare.stop()
    runs.push(run)
    limits.push(limit)
    say(
      `${room.members.length} at ${perSecond}/s: ${run.cost.toFixed(2)} µs a delivery, ${run.perFrame.toFixed(1)} in a frame, p50 ${run.p50.toFixed(1)} ms, p99 ${run.p99.toFixed(1)} ms; bare ${limit.cost.toFixed(2)} µs, p50 ${limit.p50.toFixed(1)} ms, p99 ${limit.p99.toFixed(1)} ms`,
    )
  }
  const at = `${room.members.length.toLocaleString('en')} in a room, ${perSecond} messages/s`
  const figure = (what: string, unit: string, of: (run: Run) => number): Figure => ({
    what,
    at,
    values: runs.map(of),
    unit,
    limits: limits.map(of),
    limit: 'bare publish',
  })
  return [
    figure('processor time of a delivery', 'µs', ({ cost }) => cost),
    figure('p99 from send to the last receiver', 'ms', ({ p99 }) => p99),
  ]
}

export const bareRooms = (rooms: Job['rooms']) =>
  rooms.map(({ id, members: own }) => ({ id, members: own.map(({ name }) => ({ name, token: '' })) }))

/** KiB that an idle connection takes beyond what it takes in a bare server: both fresh. */
async function measureMemory(
  dir: string,
  used: Listening,
  users: Member[],
  size: RealtimeSize,
): Promise<Figure> {
  await used.stop()
  const idle = { mode: 'idle', window: 0, perSecond: 0, seconds: 1 } as const
  const perConnection = async (server: Listening, kind: Job['kind']): Promise<number> => {
    const rooms = [{ id: 'idle', members: users.map(({ name, token }) => ({ name, token })) }]
    // The first few bring the server into its stride: that memory is no connection's.
    await load(server, { ...idle, kind, rooms: [{ id: 'idle', members: users.slice(0, 200) }] })
    const before = memory(server.pid).now
    const { memory: after } = await load(server, { ...idle, kind, rooms })
    return ((after - before) * 1024) / users.length
  }
  const values: number[] = []
  for (let round = 0; round < size.rounds; round += 1) {
    const server = await startServer(dir, { CHATROOMD_PRESENCE_GRACE: '86400' })
    const own = await perConnection(server, 'chatroomd')
    await server.stop()
    const bare = await limitSocket(100)
    const limit = await perConnection(bare, 'bare')
    await bare.stop()
    values.push(own - limit)
    say(`memory: ${own.toFixed(1)} KiB per connection, bare ${limit.toFixed(1)} KiB`)
  }
  return {
    what: 'memory per idle connection beyond a bare one',
    at: `${users.length.toLocaleString('en')} connections`,
    values,
    unit: 'KiB',
    bar: { at: 'most', value: 20 },
  }
}
