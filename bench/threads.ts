import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dataset, makeDataset } from './dataset.ts'
import type { Figure } from './figures.ts'
import { type Listening, memory, nameOf, start, startServer, threadsMs } from './processes.ts'
import { type Bench, creates, path, takeToken } from './rest.ts'
import { type Costs, capacityOf } from './thread-model.ts'
import { type Load, type LoadRequest, runWrk, writeRequests } from './wrk.ts'

/** How much is measured. */
export interface ThreadsSize {
  rooms: number
  /** Threads whose processor time a request is measured. */
  counts: number[]
  rounds: number
  seconds: number
}

const reading = 'a read, all threads that serve'
const creating = 'a create, all threads that serve'
const writing = 'a create, the thread that writes'

/** More than elsewhere: the system spreads connections by chance, and the fuller thread is the slower. */
const connections = 128

const hot = ({ token, data }: Bench): LoadRequest[] =>
  data.ids.slice(0, 1000).map((id) => ({ method: 'GET', path: path(`/chatrooms/${id}`), token }))

async function load(url: string, file: string, seconds: number): Promise<Load> {
  const made = await runWrk(url, file, seconds, connections, true)
  if (made.failures > 0) throw new Error(`${made.failures} of ${made.answers} requests failed`)
  return made
}

async function serve(work: string, threads: number, data: Dataset): Promise<Bench> {
  const server = await startServer(data.dir, { CHATROOMD_THREADS: String(threads) }, undefined, true)
  return { server, data, token: await takeToken(server, data), work }
}

const bareServer = (bytes: number, threads: number): Promise<Listening> =>
  start({
    script: ['bench/limit-server.ts', String(bytes), String(threads)],
    ready: /"url":"([^"]+)"/,
    isFree: true,
  })

/** A store that is filled alike. */
async function stored(work: string, name: string, rooms: number): Promise<Dataset> {
  const dir = join(work, name)
  mkdirSync(dir, { mode: 0o700 })
  return makeDataset(dir, rooms, 0)
}

/** Reads with two threads against one, beside a bare server with two threads and one, in turns; load and servers share all cores. */
async function measureGain(work: string, { rooms, rounds, seconds }: ThreadsSize): Promise<Figure> {
  const ours = await Promise.all(
    [1, 2].map(async (threads) => serve(work, threads, await stored(work, `gain-${threads}`, rooms))),
  )
  const bare: Listening[] = []
  try {
    const sides = ours.map((bench, place) => ({
      bench,
      file: writeRequests(work, `gain-${place}`, hot(bench)),
    }))
    const [one, two] = sides as [(typeof sides)[number], (typeof sides)[number]]
    const [sample] = hot(one.bench) as [LoadRequest]
    const answer = await fetch(one.bench.server.url + sample.path, {
      headers: { authorization: `Bearer ${sample.token}` },
    })
    const bytes = (await answer.arrayBuffer()).byteLength
    for (const threads of [1, 2]) bare.push(await bareServer(bytes, threads))
    for (const { bench, file } of sides) await load(bench.server.url, file, seconds)
    const values: number[] = []
    const limits: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const [ofOne, ofTwo, bareOne, bareTwo] = [
        await load(one.bench.server.url, one.file, seconds),
        await load(two.bench.server.url, two.file, seconds),
        await load(bare[0]?.url ?? '', one.file, seconds),
        await load(bare[1]?.url ?? '', two.file, seconds),
      ].map(({ perSecond }) => perSecond) as [number, number, number, number]
      values.push(ofTwo / ofOne)
      limits.push(bareTwo / bareOne)
      console.log(
        `details: ${Math.round(ofOne)} and ${Math.round(ofTwo)} req/s with 1 and 2 threads, bare ${Math.round(bareOne)} and ${Math.round(bareTwo)}`,
      )
    }
    return {
      what: 'details of 1,000 hot rooms, two threads against one',
      at: `${rooms.toLocaleString('en')} rooms`,
      values,
      unit: 'times',
      limits,
      limit: 'bare server, two threads against one',
      bar: { at: 'least', value: 0.95 },
    }
  } finally {
    for (const each of [...bare, ...ours.map(({ server }) => server)]) await each.stop()
  }
}

/** Processor time of a load, in µs a request: of the thread that writes, and of all others together. */
async function costOf(pid: number, writer: number, run: () => Promise<Load>): Promise<[number, number]> {
  const before = threadsMs(pid)
  const { answers } = await run()
  const used = [...threadsMs(pid)].map(([task, ms]): [number, number] => [task, ms - (before.get(task) ?? 0)])
  const all = used.reduce((sum, [, ms]) => sum + ms, 0)
  const ofWriter = used.find(([task]) => task === writer)?.[1] ?? 0
  return [(ofWriter * 1000) / answers, ((all - ofWriter) * 1000) / answers]
}

/** The thread that writes: it is begun before all others that run our code. */
function writerOf(pid: number): number {
  const tasks = [...threadsMs(pid).keys()]
  return Math.min(...tasks.filter((task) => nameOf(pid, task) === 'Worker'))
}

/** What a read and a create cost with so many threads, and what they take of memory. */
async function measureCosts(work: string, threads: number, size: ThreadsSize): Promise<Figure[]> {
  const bench = await serve(work, threads, await stored(work, `costs-${threads}`, size.rooms))
  const { server, token } = bench
  try {
    const idle = memory(server.pid).now
    const [reads, writes] = [
      writeRequests(work, `reads-${threads}`, hot(bench)),
      writeRequests(work, `writes-${threads}`, creates(token)),
    ]
    const writer = writerOf(server.pid)
    const figures = { read: [] as number[], create: [] as number[], writer: [] as number[] }
    await load(server.url, reads, size.seconds)
    await load(server.url, writes, size.seconds)
    for (let round = 0; round < size.rounds; round += 1) {
      const [, read] = await costOf(server.pid, writer, () => load(server.url, reads, size.seconds))
      const [written, create] = await costOf(server.pid, writer, () => load(server.url, writes, size.seconds))
      figures.read.push(read)
      figures.create.push(create)
      figures.writer.push(written)
    }
    const at = `${threads} ${threads === 1 ? 'thread' : 'threads'}`
    const unit = 'µs of processor'
    return [
      { what: reading, at, values: figures.read, unit },
      { what: creating, at, values: figures.create, unit },
      { what: writing, at, values: figures.writer, unit },
      { what: 'memory of an idle process', at, values: [idle], unit: 'MiB' },
      { what: 'memory after the load', at, values: [memory(server.pid).now], unit: 'MiB' },
    ]
  } finally {
    await server.stop()
  }
}

/** What a machine with more cores can do, by what was measured here. */
function modelled(figures: Figure[], counts: number[]): Figure[] {
  const of = (what: string, threads: number): number =>
    Math.min(
      ...(figures.find((each) => each.what === what && each.at.startsWith(`${threads} `))?.values ?? []),
    )
  const [one = 1, most = 1] = [Math.min(...counts), Math.max(...counts)]
  const create = of(creating, one)
  const costs: Costs = {
    read: of(reading, one),
    write: create,
    heard: most > one ? Math.max(0, (of(creating, most) - create) / (most - one)) : 0,
    writer: of(writing, one),
  }
  console.log(`model: ${JSON.stringify(costs)} µs`)
  return [2, 4, 8, 16].flatMap((cores) =>
    [0, 0.01, 0.05, 0.2].map((share) => {
      const { perSecond, limit } = capacityOf(costs, cores, share)
      const what = `by the model, ${share * 100} % writes, limited by ${limit}`
      return { what, at: `${cores} cores`, values: [perSecond], unit: 'req/s' }
    }),
  )
}

/** What several threads gain and cost. */
export async function measureThreads(size: ThreadsSize): Promise<Figure[]> {
  const work = mkdtempSync(join(tmpdir(), 'chatroomd-bench-'))
  try {
    const figures = [await measureGain(work, size)]
    for (const threads of size.counts) figures.push(...(await measureCosts(work, threads, size)))
    return [...figures, ...modelled(figures, size.counts)]
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
