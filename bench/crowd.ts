import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueToken } from '../src/auth/tokens.ts'
import { readConfig } from '../src/config.ts'
import { openEngine } from '../src/engine/engine.ts'
import { addMembers } from '../src/operations/members/add-members.ts'
import { createRoom } from '../src/operations/rooms/create-room.ts'
import { registerUsers } from '../src/operations/users/register-users.ts'
import { adminOn } from '../src/operator/admin.ts'
import { startPostgres } from '../test/support/postgres.ts'
import type { CrowdJob, CrowdOutcome } from './crowd-load.ts'
import type { Figure } from './figures.ts'
import { type Listening, memory, pinned, processorMs, startServer } from './processes.ts'

/** How large a crowd is measured. */
export interface CrowdSize {
  /** Connections in the room; this many less `comers` are members from the start, the others join and leave at once. */
  connections: number
  comers: number
  messages: number
  perSecond: number
  /** Connections of one server process at most, where its file descriptors suffice. */
  perProcess: number
}

const appKey = 'bench#crowd'
const app = { kind: 'app' } as const
const say = (text: string): void => console.log(`  ${text}`)

/** Descriptors that a process needs beside those of its connections. */
const besides = 500

function descriptors(): number {
  const found = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))
  return Number(found?.[1] ?? 1024)
}

type User = CrowdJob['members'][number]

/** Users, and a room with some of them. */
async function seed(settings: { data_dir: string; database_url: string }, size: CrowdSize) {
  const engine = await openEngine(readConfig(settings, {}, ''), () => undefined)
  await adminOn(engine).createApp({
    key: appKey,
    settings: { userMessageRate: 1_000_000, maxusers: 1_000_000, historyDays: 0, auditDays: 0 },
  })
  const record = await engine.store.apps.findApp('bench', 'crowd')
  if (!record) throw new Error('the app was not created')
  const names = Array.from({ length: size.connections }, (_, n) => `user-${n}`)
  for (let first = 0; first < names.length; first += 500) {
    const users = names
      .slice(first, first + 500)
      .map((username) => ({ username, passwordHash: null, nickname: null }))
    await engine.commit(record.id, app, registerUsers, { users })
  }
  const [owner = '', second = '', ...others] = names.slice(0, size.connections - size.comers)
  const draft = { name: 'crowd', description: 'd', owner, members: [second], maxusers: 1_000_000 }
  const { id: room } = await engine.commit(record.id, app, createRoom, draft)
  for (let first = 0; first < others.length; first += 100)
    await engine.commit(record.id, app, addMembers, { room, usernames: others.slice(first, first + 100) })
  const tokenOf = async (name: string): Promise<User> => {
    const epoch = (await engine.store.users.findUser(record.id, name))?.tokenEpoch ?? 0
    const holder = { kind: 'user', username: name, epoch } as const
    return { name, token: issueToken(record, holder, 86_400, Date.now()) }
  }
  const users: User[] = []
  for (let first = 0; first < names.length; first += 500)
    users.push(...(await Promise.all(names.slice(first, first + 500).map(tokenOf))))
  await engine.close()
  return { room, users }
}

/** One process of clients, which does the steps that it is told. */
function startLoad(job: CrowdJob) {
  const child = Bun.spawn(pinned('load', [process.execPath, `${import.meta.dir}/crowd-load.ts`]), {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const write = (line: string): void => {
    child.stdin.write(`${line}\n`)
    child.stdin.flush()
  }
  write(JSON.stringify(job))
  const reader = child.stdout.getReader()
  const decoder = new TextDecoder()
  let output = ''
  return {
    async step(name: string): Promise<CrowdOutcome> {
      write(name)
      for (;;) {
        const end = output.indexOf('\n')
        if (end >= 0) {
          const line = output.slice(0, end)
          output = output.slice(end + 1)
          return JSON.parse(line)
        }
        const { value, done } = await reader.read()
        if (done) throw new Error('the clients failed')
        output += decoder.decode(value, { stream: true })
      }
    },
    async end() {
      write('end')
      await child.exited
    },
  }
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
const at = (values: number[], share: number): number =>
  values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN

/** Parts of `all`, as even as may be. */
const parts = <T>(all: T[], count: number): T[][] =>
  Array.from({ length: count }, (_, n) =>
    all.slice(Math.floor((n * all.length) / count), Math.floor(((n + 1) * all.length) / count)),
  )

interface Measured {
  outcomes: CrowdOutcome[]
  /** Seconds until all loads had done it, and processor time of all servers meanwhile, in ms. */
  seconds: number
  spentMs: number
}

/**
 * One room with as many connections as are asked for: on the embedded store where one process has descriptors for all, else on
 * as many processes as it takes, and PostgreSQL.
 */
export async function measureCrowd(size: CrowdSize): Promise<Figure[]> {
  const perProcess = Math.min(size.perProcess, descriptors() - besides)
  const processes = Math.ceil(size.connections / perProcess)
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-bench-'))
  const postgres =
    processes > 1 ? await startPostgres(['max_connections=200', 'shared_buffers=512MB']) : undefined
  const database = postgres?.url('postgres') ?? ''
  const servers: Listening[] = []
  const loads: ReturnType<typeof startLoad>[] = []
  try {
    say(`${size.connections.toLocaleString('en')} connections, ${processes} server processes`)
    const { room, users } = await seed({ data_dir: dir, database_url: database }, size)
    say('seeded')
    for (let n = 0; n < processes; n += 1)
      servers.push(
        await startServer(n === 0 ? dir : join(dir, String(n)), {
          CHATROOMD_PRESENCE_GRACE: '86400',
          ...(database === '' ? {} : { CHATROOMD_DATABASE_URL: database }),
        }),
      )
    const before = sum(servers.map(({ pid }) => memory(pid).now))
    const members = parts(users.slice(0, size.connections - size.comers), processes)
    const comers = parts(users.slice(size.connections - size.comers), processes)
    for (const [n, { url }] of servers.entries())
      loads.push(
        startLoad({
          url,
          appKey,
          room,
          sender: users[0]?.name ?? '',
          members: members[n] ?? [],
          comers: comers[n] ?? [],
          messages: size.messages,
          perSecond: size.perSecond,
        }),
      )
    const measure = async (step: string): Promise<Measured> => {
      const spent = () => sum(servers.map(({ pid }) => processorMs(pid)))
      const [from, processor] = [performance.now(), spent()]
      const outcomes = await Promise.all(loads.map((load) => load.step(step)))
      const measured = {
        outcomes,
        seconds: (performance.now() - from) / 1000,
        spentMs: spent() - processor,
      }
      say(`${step}: ${measured.seconds.toFixed(1)} s, ${Math.round(measured.spentMs)} ms of processor`)
      return measured
    }
    const connected = await measure('connect')
    const mib = sum(servers.map(({ pid }) => memory(pid).now))
    const delivered = await measure('deliver')
    const joined = await measure('join')
    const afterJoin = await measure('settle')
    const left = await measure('leave')
    const afterLeave = await measure('settle')
    return figuresOf(
      size,
      processes,
      { connected, delivered, joined, afterJoin, left, afterLeave },
      mib,
      before,
    )
  } finally {
    for (const load of loads) await load.end()
    for (const server of servers) await server.stop()
    await postgres?.remove()
    rmSync(dir, { recursive: true, force: true })
  }
}

type Steps = Record<'connected' | 'delivered' | 'joined' | 'afterJoin' | 'left' | 'afterLeave', Measured>

function figuresOf(size: CrowdSize, processes: number, steps: Steps, mib: number, before: number): Figure[] {
  const { connected, delivered, joined, afterJoin, left, afterLeave } = steps
  const where = `${size.connections.toLocaleString('en')} in a room, ${processes} ${processes === 1 ? 'process' : 'processes'}`
  const figure = (what: string, value: number, unit: string): Figure => ({
    what,
    at: where,
    values: [value],
    unit,
  })
  const sent = delivered.outcomes.flatMap((each) => each.sent)
  const latencies = sent.map(
    (from, n) => Math.max(...delivered.outcomes.map(({ got }) => got[n] ?? Number.POSITIVE_INFINITY)) - from,
  )
  const deliveries = sent.length * (size.connections - size.comers - 1)
  const storm = (what: string, step: Measured, after: Measured): Figure[] => {
    const took = step.outcomes.flatMap((each) => each.took)
    const frames = sum([step, after].flatMap(({ outcomes }) => outcomes.map((each) => each.frames)))
    const bytes = sum([step, after].flatMap(({ outcomes }) => outcomes.map((each) => each.bytes)))
    const members = size.connections - size.comers
    return [
      figure(`${what} at once: ${size.comers.toLocaleString('en')}`, size.comers / step.seconds, '/s'),
      figure(`p99 of ${what}`, at(took, 0.99), 'ms'),
      figure(
        `processor time of one of ${what}, its notices included`,
        ((step.spentMs + after.spentMs) * 1000) / size.comers,
        'µs',
      ),
      figure(`notices of ${what} that a member gets`, frames / members, ''),
      figure(`bytes of ${what} that a member gets`, bytes / members, 'B'),
    ]
  }
  return [
    figure('connections made', size.connections / connected.seconds, '/s'),
    figure('memory of all processes', mib, 'MiB'),
    figure('memory of a connection', ((mib - before) * 1024) / size.connections, 'KiB'),
    figure(`p50 to the last receiver, ${size.perSecond} messages/s`, at(latencies, 0.5), 'ms'),
    figure(`p99 to the last receiver, ${size.perSecond} messages/s`, at(latencies, 0.99), 'ms'),
    figure('processor time of a delivery', (delivered.spentMs * 1000) / deliveries, 'µs'),
    ...storm('joins', joined, afterJoin),
    ...storm('leaves', left, afterLeave),
  ]
}
