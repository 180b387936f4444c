import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** The server has one core and the load another, where the machine has two and `taskset`. */
const cores = { server: 0, load: 1 }

export const isPinned = availableParallelism() >= 2 && Bun.which('taskset') !== null

/** A command that runs on the core of its role. */
export const pinned = (role: keyof typeof cores, command: string[]): string[] =>
  isPinned ? ['taskset', '-c', String(cores[role]), ...command] : command

/** A process that was started and listens. */
export interface Listening {
  url: string
  pid: number
  /** Milliseconds from the start of the process until it listened. */
  startedIn: number
  stop(): Promise<void>
}

export interface StartOptions {
  env?: Record<string, string>
  /** Script and arguments, run by Bun. */
  script: string[]
  /** The line of its output that tells that it listens; the first group is its address. */
  ready: RegExp
  /** Whether it may use every core, beside the load. */
  isFree?: boolean
}

/** Starts a script on the server core and waits until it listens. */
export async function start({ env, script, ready, isFree }: StartOptions): Promise<Listening> {
  const from = performance.now()
  const command = [process.execPath, ...script]
  const child = Bun.spawn(isFree ? command : pinned('server', command), {
    env: { ...process.env, ...env },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  let output = ''
  const decoder = new TextDecoder()
  const reader = child.stdout.getReader()
  for (;;) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`${script.join(' ')} ended before it listened:\n${output}`)
    output += decoder.decode(value, { stream: true })
    const url = ready.exec(output)?.[1]
    if (url === undefined) continue
    const startedIn = performance.now() - from
    const drained = (async () => {
      while (!(await reader.read()).done);
    })()
    return {
      url,
      pid: child.pid,
      startedIn,
      async stop() {
        child.kill('SIGTERM')
        await child.exited
        await drained
      },
    }
  }
}

/** Starts chatroomd on a data directory. `script` may wrap it. */
export const startServer = (
  dir: string,
  env: Record<string, string> = {},
  script = ['src/main.ts', 'serve'],
  isFree = false,
) =>
  start({
    script,
    isFree,
    env: {
      CHATROOMD_DATA_DIR: dir,
      CHATROOMD_PORT: '0',
      CHATROOMD_LOG_LEVEL: 'info',
      CHATROOMD_DRAIN_TIME: '0',
      ...env,
    },
    ready: /"url":"([^"]+)"/,
  })

/** Resident memory of a process, in MiB; `peak` is the highest it ever was. */
export function memory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN)
  return { now: kib('VmRSS') / 1024, peak: kib('VmHWM') / 1024 }
}

/** Processor time that a process has used, in ms. */
export function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Processor time that each thread of a process has used, in ms, by its number: threads are numbered as they begin. */
export function threadsMs(pid: number): Map<number, number> {
  const tasks = readdirSync(`/proc/${pid}/task`).map(Number)
  return new Map(
    tasks.map((task) => {
      const [ns = '0'] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')
      return [task, Number(ns) / 1e6]
    }),
  )
}

/** What the system calls a thread. */
export const nameOf = (pid: number, task: number): string =>
  readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim()
