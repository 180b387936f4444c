import { createReadStream, mkdirSync, rmSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../../config.ts'
import { limits } from '../../domain/limits.ts'
import {
  type Copy,
  notEmbedded,
  nothingToDownload,
  type UpkeepJob,
  type UpkeepKind,
  upkeepBusy,
} from '../../domain/upkeep.ts'
import { tarOf } from './tar.ts'

/** This program as a command: the executable itself, or in a checkout the runtime and its source. */
const program = import.meta.dir.startsWith('/$bunfs')
  ? [process.execPath]
  : [process.execPath, join(import.meta.dir, '../../main.ts')]

/** The environment of a command that works on the same store. */
function environment({ data_dir, database_url }: Config): Record<string, string | undefined> {
  const { CHATROOMD_DATABASE_URL_FILE: _, ...inherited } = process.env
  return { ...inherited, CHATROOMD_DATA_DIR: data_dir, CHATROOMD_DATABASE_URL: database_url, NO_COLOR: '1' }
}

async function bytesIn(dir: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  return bytes
}

/** `2026-01-31T18-05-09`: when, as a name of a file. */
const stampOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replaceAll(':', '-')

/** Whether the doctor has come to an end: it fails, too, where it has found something. */
function findingsIn(output: string): unknown {
  try {
    return JSON.parse(output)
  } catch {
    return undefined
  }
}

/** Begins a command on the same store. */
const spawn = (config: Config, args: string[]) =>
  Bun.spawn([...program, ...args], {
    env: environment(config),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })

type Child = ReturnType<typeof spawn>

/** What a command wrote when it has ended. */
async function outcomeOf({ stdout, stderr, exited }: Child) {
  const [output, problem, code] = await Promise.all([
    new Response(stdout).text(),
    new Response(stderr).text(),
    exited,
  ])
  return { output, code, problem: problem.trim() || `it ended with ${code}` }
}

type Place = Pick<Config, 'data_dir' | 'database_url' | 'port'>

/** Nodes on PostgreSQL may share the data directory: each has copies of its own. */
const dirOf = ({ data_dir, database_url, port }: Place): string =>
  join(data_dir, 'copies', database_url === '' ? '' : `${hostname()}-${port}`)

/** A copy, read piece by piece as it is asked for. */
export async function* readCopy(config: Place, { file, kind }: Copy): AsyncGenerator<Uint8Array> {
  if (kind === 'backup') yield* tarOf(dirOf(config))
  else yield* createReadStream(join(dirOf(config), file)) as AsyncIterable<Uint8Array>
}

/** The command of a job, and the name under which what it writes is downloaded. */
function commandOf({ kind, started }: UpkeepJob, dir: string) {
  const name = `chatroomd-${kind}-${stampOf(started)}`
  if (kind === 'doctor') return { args: ['doctor', '--json'], file: '' }
  if (kind === 'backup') return { args: [kind, join(dir, `${name}.db`)], file: `${name}.tar` }
  return { args: [kind, join(dir, `${name}.jsonl`)], file: `${name}.jsonl` }
}

/**
 * Backs up, exports and examines the store for operators of the console, by the commands of the same name in a process of
 * their own: the server goes on. One at a time; a copy stays until it is old, or there is another.
 */
export function upkeepOn(config: Config, log: Logger) {
  const dir = dirOf(config)
  let job: UpkeepJob | undefined
  let child: Child | undefined
  let expiry: Timer | undefined
  let downloads = 0
  /** Whether the copy is there only for downloads that have begun. */
  let isOld = false

  // Whatever a process that was killed has left.
  rmSync(dir, { recursive: true, force: true })

  const note = (operator: string, what: string): void =>
    log.info({ operator }, `an operator of the console ${what}`)

  function forget(): void {
    clearTimeout(expiry)
    isOld = false
    job = undefined
    rmSync(dir, { recursive: true, force: true })
  }

  /** A copy that is being downloaded then goes when that has ended. */
  function forgetLater(): void {
    expiry = setTimeout(() => {
      isOld = true
      if (downloads === 0) forget()
    }, limits.copyTime.value)
    expiry.unref()
  }

  async function run(begun: UpkeepJob): Promise<void> {
    const { kind } = begun
    const { args, file } = commandOf(begun, dir)
    const running = spawn(config, args)
    child = running
    const { output, problem, code } = await outcomeOf(running)
    if (child === running) child = undefined
    const findings = kind === 'doctor' ? findingsIn(output) : undefined
    if (code !== 0 && findings === undefined) throw new Error(problem)
    if (kind === 'doctor') begun.findings = findings
    else {
      begun.bytes = await bytesIn(dir)
      begun.file = file
      if (job === begun) forgetLater()
    }
  }

  return {
    job: (): UpkeepJob | null => job ?? null,

    begin({ operator, kind }: { operator: string; kind: UpkeepKind }): UpkeepJob {
      if (kind === 'backup' && config.database_url !== '') throw notEmbedded()
      if (job && (job.state === 'running' || downloads > 0))
        throw upkeepBusy({ operator: job.operator, kind: job.kind })
      forget()
      mkdirSync(dir, { mode: 0o700, recursive: true })
      const begun: UpkeepJob = { kind, operator, state: 'running', started: Date.now() }
      job = begun
      note(operator, `began: ${kind}`)
      run(begun)
        .then(
          () => Object.assign(begun, { state: 'done' }),
          (error: Error) => {
            log.error({ err: error, kind }, 'what an operator of the console began has failed')
            Object.assign(begun, { state: 'failed', error: error.message })
          },
        )
        .finally(() => Object.assign(begun, { ended: Date.now() }))
      return begun
    },

    /** Keeps the copy until `close`: it is being downloaded. */
    open(operator: string): Copy {
      const { file, state, kind } = job ?? {}
      if (file === undefined || kind === undefined || state !== 'done' || isOld) throw nothingToDownload()
      note(operator, `downloads: ${kind}`)
      downloads += 1
      return { file, kind }
    },

    close(): void {
      downloads -= 1
      if (isOld && downloads === 0) forget()
    },

    /** Ends what runs, and removes the copy. */
    remove(operator: string): void {
      if (downloads > 0 && job) throw upkeepBusy({ operator: job.operator, kind: job.kind })
      note(operator, 'removed what was copied')
      child?.kill()
      forget()
    },

    stop(): void {
      child?.kill()
      forget()
    },
  }
}
