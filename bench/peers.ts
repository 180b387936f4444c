import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../test/support/ports.ts'
import type { Figure } from './figures.ts'
import { type Listening, pinned, startServer } from './processes.ts'
import { bareRooms, limitSocket, load, type Run, seed } from './realtime.ts'
import type { Job } from './realtime-load.ts'

/** How much to measure. */
export interface PeersSize {
  /** Members of one room that is flooded. */
  rooms: number[]
  /** A room that gets messages at a steady pace. */
  paced: { members: number; perSecond: number }
  rounds: number
  seconds: number
}

/** Another server on the same rooms; its clients are those of `kind`. */
interface Peer {
  name: string
  kind: Job['kind']
  /** Members of a room up to which it is measured. */
  mostMembers?: number
  start(dir: string): Promise<Listening>
}

/** Centrifugo without authentication, history and pings: each of them would only cost it more. */
const centrifugo = (executable: string): Peer => ({
  name: 'Centrifugo',
  kind: 'centrifugo',
  async start(dir) {
    const port = await freePort()
    const config = join(dir, 'centrifugo.json')
    const ping = { ping_interval: '3600s', pong_timeout: '60s' }
    const settings = {
      http_server: { address: '127.0.0.1', port: String(port) },
      client: { insecure: true, allowed_origins: ['*'], ...ping },
      log: { level: 'error' },
    }
    await Bun.write(config, JSON.stringify(settings))
    const child = Bun.spawn(pinned('server', [executable, '-c', config]), {
      env: { ...process.env, GOMAXPROCS: '1' },
      stdout: 'ignore',
      stderr: 'inherit',
    })
    const url = `http://127.0.0.1:${port}/connection/websocket`
    const startedIn = await listening(port, child, executable)
    return {
      url,
      pid: child.pid,
      startedIn,
      async stop() {
        child.kill('SIGTERM')
        await child.exited
      },
    }
  },
})

/**
 * ejabberd with rooms alone, in which nobody is told of others; whoever says a name has it. It runs as a user of its own. While a
 * thousand join a room, it closes connections.
 */
const ejabberd = (executable: string): Peer => ({
  name: 'ejabberd',
  kind: 'ejabberd',
  mostMembers: 100,
  async start() {
    const port = await freePort()
    const dir = mkdtempSync(join(tmpdir(), 'chatroomd-ejabberd-'))
    chmodSync(dir, 0o777)
    const settings = {
      hosts: ['localhost'],
      loglevel: 'error',
      auth_method: ['anonymous'],
      anonymous_protocol: 'login_anon',
      allow_multiple_connections: true,
      listen: [
        {
          port,
          ip: '127.0.0.1',
          backlog: 1024,
          module: 'ejabberd_http',
          request_handlers: { '/': 'ejabberd_http_ws' },
        },
      ],
      modules: {
        mod_muc: {
          min_message_interval: 0,
          max_users: 100_000,
          default_room_options: { presence_broadcast: [], max_users: 100_000 },
        },
      },
    }
    // JSON is YAML.
    await Bun.write(join(dir, 'ejabberd.yml'), JSON.stringify(settings))
    const pidFile = join(dir, 'pid')
    const node = `bench${port}@localhost`
    const places = ['--config-dir', dir, '--spool', dir, '--logs', dir, '--node', node]
    const child = Bun.spawn(pinned('server', [executable, ...places, 'foreground']), {
      env: { ...process.env, EJABBERD_PID_PATH: pidFile, ERL_OPTIONS: '+S 1:1' },
      stdout: 'ignore',
      stderr: 'ignore',
    })
    const startedIn = await listening(port, child, executable)
    const pid = Number(await Bun.file(pidFile).text())
    return {
      url: `http://127.0.0.1:${port}/ws`,
      pid,
      startedIn,
      async stop() {
        process.kill(pid, 'SIGTERM')
        await child.exited
        rmSync(dir, { recursive: true, force: true })
      },
    }
  },
})

/** Waits until a server listens on a port; returns how many ms that took. */
async function listening(port: number, child: Bun.Subprocess, executable: string): Promise<number> {
  const from = performance.now()
  while (!(await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined))) {
    if (child.exitCode !== null) throw new Error(`${executable} ended before it listened`)
    await Bun.sleep(50)
  }
  return performance.now() - from
}

/** The peers whose executables are named; the others are left out, and how to name them is said. */
function namedPeers(): Peer[] {
  const { BENCH_CENTRIFUGO, BENCH_EJABBERD } = process.env
  const named: Peer[] = []
  if (BENCH_CENTRIFUGO) named.push(centrifugo(BENCH_CENTRIFUGO))
  else console.log('  BENCH_CENTRIFUGO=/path/to/centrifugo measures Centrifugo (6) beside chatroomd.')
  if (BENCH_EJABBERD) named.push(ejabberd(BENCH_EJABBERD))
  else console.log('  BENCH_EJABBERD=/path/to/ejabberdctl measures ejabberd (23) beside chatroomd.')
  return named
}

/** What the second of two equal loads takes, then the server is ended: in the first, code that is compiled as it runs gets fast. */
async function measured(server: Listening, job: Parameters<typeof load>[1]): Promise<Run> {
  try {
    await load(server, job)
    return await load(server, job)
  } finally {
    await server.stop()
  }
}

/** The same rooms on chatroomd, on the peers and on a bare `publish`, in turns. */
export async function measurePeers({ rooms, paced, rounds, seconds }: PeersSize): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-peers-'))
  const { large } = await seed(dir, [...rooms, paced.members], 0)
  const own: Peer = {
    name: 'chatroomd',
    kind: 'chatroomd',
    start: () => startServer(dir, { CHATROOMD_PRESENCE_GRACE: '86400' }),
  }
  const peers = [own, ...namedPeers()]
  const figures: Figure[] = []

  async function measure(
    room: Job['rooms'][number],
    at: string,
    job: Pick<Job, 'mode' | 'window' | 'perSecond'>,
  ) {
    const present = peers.filter(
      ({ mostMembers = room.members.length }) => mostMembers >= room.members.length,
    )
    const runs = new Map(present.map(({ name }) => [name, [] as Run[]]))
    const limits: Run[] = []
    for (let round = 0; round < rounds; round += 1) {
      let bytes = 0
      for (const { name, kind, start } of present) {
        const server = await start(dir)
        const run = await measured(server, { ...job, kind, seconds, rooms: [room] })
        runs.get(name)?.push(run)
        bytes ||= run.bytes
        console.log(
          `  ${at}, ${name}: ${Math.round(run.perSecond)} deliveries/s, ${run.cost.toFixed(2)} µs each, p99 ${run.p99.toFixed(1)} ms`,
        )
      }
      const bare = await limitSocket(bytes)
      limits.push(await measured(bare, { ...job, kind: 'bare', seconds, rooms: bareRooms([room]) }))
    }
    const about = { at, limit: 'bare publish' }
    const add = (what: string, unit: string, of: (run: Run) => number) => {
      for (const [name, all] of runs)
        figures.push({
          ...about,
          what: `${what}, ${name}`,
          unit,
          values: all.map(of),
          limits: limits.map(of),
        })
    }
    if (job.mode === 'flood') add('messages delivered', '/s', ({ perSecond }) => perSecond)
    add('processor time of a delivery', 'µs', ({ cost }) => cost)
    if (job.mode === 'paced') add('p99 from send to the last receiver', 'ms', ({ p99 }) => p99)
  }

  try {
    for (const [n, members] of rooms.entries()) {
      const room = large[n]
      const window = members < 200 ? 4 : Math.ceil(128_000 / members)
      if (room)
        await measure(room, `one room of ${members.toLocaleString('en')}`, {
          mode: 'flood',
          window,
          perSecond: 0,
        })
    }
    const room = large.at(-1)
    const { members, perSecond } = paced
    const at = `${members.toLocaleString('en')} in a room, ${perSecond} messages/s`
    if (room) await measure(room, at, { mode: 'paced', window: 0, perSecond })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  return figures
}
