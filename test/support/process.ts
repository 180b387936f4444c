import { afterEach, beforeEach } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const main = resolve(import.meta.dir, '../../src/main.ts')

/** A new empty directory; gone when `remove` is called. */
export function aDirectory(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** Gives each test of a file a new empty directory, which is gone when the test has ended. */
export function directoryPerTest(use: (dir: string) => void): void {
  let remove: () => void
  beforeEach(() => {
    const made = aDirectory()
    remove = made.remove
    use(made.dir)
  })
  afterEach(() => remove())
}

interface Options {
  cwd: string
  env?: Record<string, string>
  /** Another program than the real one. */
  program?: string
  /** A shell script that ends in `exec "$@"`, to start the program in an environment of its own. */
  within?: string
}

const command = (args: string[], { within, program = main }: Options): string[] => [
  ...(within === undefined ? [] : ['sh', '-c', within, 'sh']),
  process.execPath,
  program,
  ...args,
]

/** Only what the program cannot do without, so that nobody's own CHATROOMD_ variables count. */
const environment = (env: Record<string, string> = {}) => ({
  PATH: process.env.PATH ?? '',
  HOME: tmpdir(),
  ...(process.env.TEST_THREADS === undefined ? {} : { CHATROOMD_THREADS: process.env.TEST_THREADS }),
  ...env,
})

/** Starts the real program. */
export function running(args: string[], options: Options) {
  const { cwd, env } = options
  return Bun.spawn(command(args, options), {
    cwd,
    env: environment(env),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

/** Runs the real program to its end. */
export async function chatroomd(args: string[], options: Options) {
  const child = running(args, options)
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { out, err, code }
}

/** The real program, serving from `cwd`/data on a free port. */
export interface Served {
  url: string
  /** Everything it has printed. */
  printed(): string
  /** What it has printed to standard output, and to standard error. */
  out(): string
  errors(): string
  /** Resolves when it has printed this. */
  prints(text: string): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Sends a signal; resolves to the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** A server serves on for ten seconds when it is ended, for which a test would wait; other versions have no such setting. */
const quickDrain = { CHATROOMD_DRAIN_TIME: '0' }

/** Starts `chatroomd serve` and waits until it listens and its apps are there. */
export async function serves(options: Options, args: string[] = []): Promise<Served> {
  const child = Bun.spawn(command(['serve', '--port', '0', ...args], options), {
    cwd: options.cwd,
    env: environment({ ...(options.program === undefined ? quickDrain : {}), ...options.env }),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let printed = ''
  const waiting = new Set<() => void>()
  const apart = { out: '', errors: '' }
  const read = async (stream: ReadableStream<Uint8Array>, from: 'out' | 'errors') => {
    for await (const part of stream) {
      const text = Buffer.from(part).toString()
      printed += text
      apart[from] += text
      for (const look of waiting) look()
    }
  }
  const ended = Promise.all([read(child.stdout, 'out'), read(child.stderr, 'errors'), child.exited])
  const prints = (text: string) =>
    new Promise<void>((found, never) => {
      const look = () => {
        if (!printed.includes(text)) return
        waiting.delete(look)
        found()
      }
      waiting.add(look)
      look()
      ended.then(() => never(new Error(`it ended without printing "${text}":\n${printed}`)))
    })
  await prints('"msg":"listening"')
  const url = /"url":"([^"]+)"/.exec(printed)?.[1] ?? ''
  return {
    url,
    printed: () => printed,
    out: () => apart.out,
    errors: () => apart.errors,
    signal: (signal) => child.kill(signal),
    prints,
    async end(signal) {
      child.kill(signal)
      await ended
      return child.exitCode
    },
  }
}
