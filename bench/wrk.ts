import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pinned } from './processes.ts'

/** One request of a load: sent in turn with the others, over and over. */
export interface LoadRequest {
  method: string
  /** Path and query. */
  path: string
  token: string
  body?: string
}

/** What came of a load. */
export interface Load {
  /** Answers with a 2xx or 3xx status, per second. */
  perSecond: number
  /** All answers. */
  answers: number
  /** Milliseconds. */
  p99: number
  failures: number
}

const install =
  'wrk makes the load and is not installed: "apt-get install wrk" (Debian), "brew install wrk" (macOS)'

export function checkWrk(): void {
  if (!Bun.which('wrk')) throw new Error(install)
}

const unit: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000 }

function milliseconds(text: string | undefined): number {
  const [, value = 'NaN', suffix = 'ms'] = /^([\d.]+)(us|ms|s|m)$/.exec(text ?? '') ?? []
  return Number(value) * (unit[suffix] ?? Number.NaN)
}

/** Writes a file that `runWrk` sends; returns its path. */
export function writeRequests(dir: string, name: string, requests: LoadRequest[]): string {
  const path = join(dir, `${name}.tsv`)
  writeFileSync(
    path,
    requests
      .map(({ method, path: url, token, body }) => `${method}\t${url}\t${token}\t${body ?? ''}\n`)
      .join(''),
  )
  return path
}

const script = (name: string): string => new URL(name, import.meta.url).pathname

/** Sends the requests of a file to a server from the load core, over and over for some seconds; from any core where `isFree`. */
export async function runWrk(
  url: string,
  file: string,
  seconds: number,
  connections = 64,
  isFree = false,
): Promise<Load> {
  const command = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '--latency']
  const whole = [...command, '-s', script('./requests.lua'), url, '--', file]
  const run = Bun.spawn(isFree ? whole : pinned('load', whole), {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [output, errors, code] = await Promise.all([
    new Response(run.stdout).text(),
    new Response(run.stderr).text(),
    run.exited,
  ])
  if (code !== 0) throw new Error(`wrk failed: ${errors}${output}`)
  const [, answers = '0', took = '1s'] = /(\d+) requests in ([\d.]+\w+)/.exec(output) ?? []
  const [, refused = '0'] = /Non-2xx or 3xx responses: (\d+)/.exec(output) ?? []
  const socket = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)
  return {
    answers: Number(answers),
    perSecond: ((Number(answers) - Number(refused)) * 1000) / milliseconds(took),
    p99: milliseconds(/99%\s+(\S+)/.exec(output)?.[1]),
    failures: Number(refused) + (socket?.slice(1).reduce((sum, count) => sum + Number(count), 0) ?? 0),
  }
}

/** Sends each request of a file once, over 64 connections; returns how many were answered per second. */
export async function runOnce(
  url: string,
  file: string,
  count: number,
): Promise<{ perSecond: number; failures: number }> {
  const run = Bun.spawn(
    pinned('load', ['wrk', '-t1', '-c64', '-d120s', '-s', script('./requests-once.lua'), url, '--', file]),
    { stdout: 'pipe', stderr: 'inherit' },
  )
  let output = ''
  let first = 0
  for await (const chunk of run.stdout.pipeThrough(new TextDecoderStream())) {
    output += chunk
    if (first === 0 && output.includes('first')) first = performance.now()
    const last = /last (\d+)/.exec(output)
    if (!last) continue
    const seconds = (performance.now() - first) / 1000
    run.kill('SIGKILL')
    await run.exited
    return { perSecond: count / seconds, failures: Number(last[1]) }
  }
  throw new Error(`not every request was answered: ${output}`)
}
