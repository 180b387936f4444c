import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDataset } from './dataset.ts'
import { type Figure, median } from './figures.ts'
import { memory, startServer } from './processes.ts'
import { path, type Size, takeToken } from './rest.ts'
import { type LoadRequest, runWrk, writeRequests } from './wrk.ts'

const draft = JSON.stringify({
  name: 'night owls',
  description: 'late talk',
  owner: 'alice',
  members: ['bob'],
})

/** Makes every fsync of a process take 5 ms longer; undefined, with a word, where there is no C compiler. */
function slowFsync(work: string): string | undefined {
  const library = join(work, 'slow-fsync.so')
  const source = new URL('./slow-fsync.c', import.meta.url).pathname
  const compiler = Bun.which('cc')
  if (!compiler || process.platform !== 'linux') {
    console.log(
      '  left out: reads beside slow writes need Linux and a C compiler ("apt-get install gcc libc6-dev")',
    )
    return undefined
  }
  const built = Bun.spawnSync([compiler, '-shared', '-fPIC', '-O2', '-o', library, source, '-ldl'])
  if (built.exitCode !== 0) throw new Error(built.stderr.toString())
  return library
}

/** Reads alone, and beside creates at full speed, on a store whose fsync takes 5 ms. */
async function measureMixed(work: string, size: Size): Promise<Figure[]> {
  const library = slowFsync(work)
  if (!library) return []
  const dir = join(work, 'mixed')
  mkdirSync(dir)
  const data = await makeDataset(dir, 10_000, 0)
  const server = await startServer(dir, { LD_PRELOAD: library })
  try {
    const token = await takeToken(server, data)
    const reads = writeRequests(
      work,
      'mixed-reads',
      data.ids.slice(0, 1000).map((id) => ({ method: 'GET', path: path(`/chatrooms/${id}`), token })),
    )
    const creates = writeRequests(work, 'mixed-creates', [
      { method: 'POST', path: path('/chatrooms'), token, body: draft },
    ])
    const values: number[] = []
    const limits: number[] = []
    const written: number[] = []
    await runWrk(server.url, reads, size.seconds)
    for (let round = 0; round < size.rounds; round++) {
      limits.push((await runWrk(server.url, reads, size.seconds)).p99)
      const writing = runWrk(server.url, creates, size.seconds + 1)
      await Bun.sleep(300)
      values.push((await runWrk(server.url, reads, size.seconds)).p99)
      written.push((await writing).perSecond)
    }
    return [
      {
        what: 'p99 of details beside creates',
        at: `fsync 5 ms, ${Math.round(median(written)).toLocaleString('en')} creates/s`,
        values,
        unit: 'ms',
        limits,
        limit: 'without the creates',
        bar: { at: 'most', value: 2 },
      },
    ]
  } finally {
    await server.stop()
  }
}

/** One call for the details of many rooms of 10,000 members, others beside it, and a client that stops reading. */
async function measureLarge(work: string, size: Size): Promise<Figure[]> {
  const count = size.rounds > 1 ? 100 : 3
  const dir = join(work, 'large')
  mkdirSync(dir)
  const data = await makeDataset(dir, 1000, count)
  const server = await startServer(dir)
  try {
    const token = await takeToken(server, data)
    const headers = { authorization: `Bearer ${token}` }
    const large = `${server.url}${path(`/chatrooms/${data.large.join(',')}`)}`
    const few: LoadRequest[] = data.ids
      .slice(0, 1000)
      .map((id) => ({ method: 'GET', path: path(`/chatrooms/${id}`), token }))
    const reads = writeRequests(work, 'beside', few)
    await runWrk(server.url, reads, size.seconds, 8)
    const before = memory(server.pid).now

    const stalled = new AbortController()
    const stalledAnswer = await fetch(large, { headers, signal: stalled.signal })
    const beside: number[] = []
    let bytes = 0
    for (let round = 0; round < size.rounds; round++) {
      const load = runWrk(server.url, reads, size.seconds, 8)
      const end = performance.now() + size.seconds * 1000 - 200
      while (performance.now() < end) {
        const answer = await fetch(large, { headers })
        bytes = 0
        for await (const chunk of answer.body ?? []) bytes += chunk.length
      }
      beside.push((await load).p99)
    }
    const grown = memory(server.pid).peak - before
    stalled.abort()
    await stalledAnswer.body?.cancel().catch(() => undefined)
    const at = `${count} rooms of 10,000 members, ${(bytes / 1024 / 1024).toFixed(0)} MiB an answer`
    return [
      {
        what: 'memory grown by large details',
        at: `${at}, one client stalled`,
        values: [grown],
        unit: 'MiB',
        bar: { at: 'most', value: 64 },
      },
      {
        what: 'p99 of others beside large details',
        at,
        values: beside,
        unit: 'ms',
        bar: { at: 'most', value: 50 },
      },
    ]
  } finally {
    await server.stop()
  }
}

/** Memory idle and under load, and the time until the server is ready, with the largest store. */
async function measureFootprint(work: string, size: Size): Promise<Figure[]> {
  const scale = size.scales.at(-1) as number
  const at = `${scale.toLocaleString('en')} rooms`
  const dir = join(work, 'footprint')
  mkdirSync(dir)
  const data = await makeDataset(dir, scale, 0)
  const starts: number[] = []
  const idle: number[] = []
  const loaded: number[] = []
  for (let round = 0; round < size.rounds; round++) {
    const server = await startServer(dir)
    try {
      const ready = await fetch(`${server.url}/health/ready`)
      if (ready.status !== 200) throw new Error('the server is not ready')
      starts.push(server.startedIn)
      await Bun.sleep(500)
      idle.push(memory(server.pid).now)
      const token = await takeToken(server, data)
      const requests: LoadRequest[] = data.ids.slice(0, 50_000).flatMap((id) => [
        { method: 'GET', path: path(`/chatrooms/${id}`), token },
        { method: 'POST', path: path('/chatrooms'), token, body: draft },
      ])
      await runWrk(server.url, writeRequests(work, 'footprint', requests), size.seconds * 3)
      loaded.push(memory(server.pid).peak)
    } finally {
      await server.stop()
    }
  }
  return [
    { what: 'start until ready', at, values: starts, unit: 'ms', bar: { at: 'most', value: 400 } },
    { what: 'memory idle', at, values: idle, unit: 'MiB', bar: { at: 'most', value: 90 } },
    {
      what: 'peak memory under reads and creates',
      at,
      values: loaded,
      unit: 'MiB',
      bar: { at: 'most', value: 250 },
    },
  ]
}

/** How the server holds up: beside slow writes, under huge answers, in memory, at its start. */
export async function measureStrain(size: Size): Promise<Figure[]> {
  const work = mkdtempSync(join(tmpdir(), 'chatroomd-strain-'))
  try {
    console.log('strain:')
    return [
      ...(await measureMixed(work, size)),
      ...(await measureLarge(work, size)),
      ...(await measureFootprint(work, size)),
    ]
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
