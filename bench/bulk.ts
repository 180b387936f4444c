import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figure } from './figures.ts'
import { memory, startServer } from './processes.ts'

/** How many rooms are dissolved, by how many jobs one after another, and how long the server is measured before each. */
export interface BulkSize {
  rooms: number
  jobs: number
  idleMs: number
  rounds: number
}

/** Reads and writes of others, each on the next beat: a steady load, far below what the server can. */
const beatMs = { read: 2, write: 25 }

type Call = (method: string, path: string, body?: object) => Promise<{ data: Record<string, unknown> }>

const p99 = (times: number[]): number =>
  times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN

/** Calls again and again until `isOver`; returns the milliseconds that each took. */
async function beat(everyMs: number, call: (n: number) => Promise<unknown>, isOver: () => boolean) {
  const times: number[] = []
  for (let n = 0; !isOver(); n++) {
    const begun = performance.now()
    await call(n)
    const took = performance.now() - begun
    times.push(took)
    await Bun.sleep(Math.max(0, everyMs - took))
  }
  return times
}

/** What others wait for until `over` resolves. */
async function others(call: Call, over: Promise<unknown>) {
  let isOver = false
  const end = over.finally(() => {
    isOver = true
  })
  const reads = beat(
    beatMs.read,
    (n) => call('GET', `/chatrooms/read${n % 100}`),
    () => isOver,
  )
  const writes = beat(
    beatMs.write,
    (n) => call('PUT', `/chatrooms/read${n % 100}`, { name: `n${n}` }),
    () => isOver,
  )
  const [read, write] = await Promise.all([reads, writes, end])
  return { read, write }
}

function fill(dir: string, rooms: number): void {
  const sqlite = new Database(join(dir, 'chatroomd.db'))
  sqlite.run('pragma busy_timeout = 10000')
  for (const [prefix, count] of [
    ['read', 100],
    ['bulk', rooms],
  ] as const) {
    const numbers = `with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n < ${count - 1})`
    sqlite.run(
      `insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created, active)
       ${numbers} select 1, '${prefix}' || n, 'room ' || n, 'd', '', 1000, '${prefix}', 2, 0, n * 1000, n * 1000 from numbers`,
    )
    for (const member of [prefix, 'guest'])
      sqlite.run(
        `insert into members (app, room, username, joined) ${numbers} select 1, '${prefix}' || n, '${member}', n from numbers`,
      )
  }
  sqlite.close()
}

/** What others waited for, from all windows of a round. */
const all = (windows: { read: number[]; write: number[] }[]) => ({
  read: p99(windows.flatMap(({ read }) => read)),
  write: p99(windows.flatMap(({ write }) => write)),
})

/** One server: others without a job and beside one in turns, as what else the machine does changes by the minute. */
async function round({ rooms, jobs, idleMs }: BulkSize) {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-bench-'))
  const server = await startServer(dir, { CHATROOMD_APPS: 'bench#bulk:bench-id:bench-secret' })
  const url = `${server.url}/bench/bulk`
  const given = { grant_type: 'client_credentials', client_id: 'bench-id', client_secret: 'bench-secret' }
  const token = await fetch(`${url}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(given),
  })
  const { access_token } = (await token.json()) as { access_token: string }
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' }
  const call: Call = async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${text}`)
    return JSON.parse(text)
  }
  /** Runs a job to its end; returns how long it took. */
  const job = async (asked: object) => {
    const begun = performance.now()
    const { id } = (await call('POST', '/chatrooms/bulk', asked)).data
    for (;;) {
      const { data } = await call('GET', `/chatrooms/bulk/${id}`)
      if (data.ended !== undefined) return { ...data, seconds: (performance.now() - begun) / 1000 }
      await Bun.sleep(500)
    }
  }
  try {
    await call('POST', '/users', ['read', 'bulk', 'guest'].map((username) => ({ username })) as never)
    fill(dir, rooms)
    // The first calls only warm.
    await others(call, Bun.sleep(idleMs))
    const before = memory(server.pid).now
    const idle: Awaited<ReturnType<typeof others>>[] = []
    const during: typeof idle = []
    let seconds = 0
    for (let n = 1; n <= jobs; n++) {
      idle.push(await others(call, Bun.sleep(idleMs)))
      // Room n was created n ms after the epoch.
      const filter = { owner: 'bulk', created_before: Math.ceil((rooms * n) / jobs) }
      const run = job({ action: 'dissolve', filter })
      during.push(await others(call, run))
      const ended = (await run) as { seconds: number; done?: number }
      if (ended.done === 0) throw new Error('no chat rooms were dissolved')
      seconds += ended.seconds
    }
    return { idle: all(idle), during: all(during), seconds, grown: memory(server.pid).peak - before }
  } finally {
    await server.stop()
    rmSync(dir, { recursive: true })
  }
}

/** What a job of many rooms costs others, and takes of memory. */
export async function measureBulk(size: BulkSize): Promise<Figure[]> {
  const rounds: Awaited<ReturnType<typeof round>>[] = []
  for (let n = 0; n < size.rounds; n++) rounds.push(await round(size))
  const at = `${size.rooms.toLocaleString('en')} rooms dissolved by ${size.jobs} ${size.jobs === 1 ? 'job' : 'jobs'}`
  const beside = (kind: 'read' | 'write'): Figure => ({
    what: `p99 of ${kind}s beside a bulk job`,
    at,
    values: rounds.map(({ during }) => during[kind]),
    unit: 'ms',
    limits: rounds.map(({ idle }) => idle[kind]),
    limit: 'without the job',
    bar: { at: 'most', value: 2 },
  })
  return [
    beside('read'),
    beside('write'),
    { what: 'time of the jobs', at, values: rounds.map(({ seconds }) => seconds), unit: 's' },
    {
      what: 'memory grown by a bulk job',
      at,
      values: rounds.map(({ grown }) => grown),
      unit: 'MiB',
      bar: { at: 'most', value: 64 },
    },
  ]
}
