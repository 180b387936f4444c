import { Database } from 'bun:sqlite'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteWriter } from '../src/store/sqlite.ts'
import { type Dataset, makeDataset } from './dataset.ts'
import type { Bar, Figure } from './figures.ts'
import { type Listening, pinned, start, startServer } from './processes.ts'
import { type LoadRequest, runOnce, runWrk, writeRequests } from './wrk.ts'

/** How much to measure. */
export interface Size {
  /** Rooms in the store, one run each. */
  scales: number[]
  rounds: number
  /** Seconds of each load. */
  seconds: number
  /** Rooms created for a round of dissolving. */
  dissolved: number
}

/** A running server with its data, and a token of its app. */
export interface Bench {
  server: Listening
  data: Dataset
  token: string
  /** Where request files go. */
  work: string
}

export const path = (rest: string): string => `/bench/chat${rest}`

export async function takeToken(server: Listening, data: Dataset): Promise<string> {
  const response = await fetch(`${server.url}${path('/token')}`, {
    method: 'POST',
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: data.credentials.id,
      client_secret: data.credentials.secret,
    }),
  })
  const { access_token } = (await response.json()) as { access_token: string }
  return access_token
}

const get = (token: string, rest: string): LoadRequest => ({ method: 'GET', path: path(rest), token })

/** The rooms that hot loads ask for: this many, chosen evenly from all. */
const hot = 1000

interface Read {
  what: string
  requests(bench: Bench): LoadRequest[]
  bar?: Bar
}

export const reads: Read[] = [
  {
    what: 'details, 2 members, 1,000 hot rooms',
    requests: ({ token, data }) => data.ids.slice(0, hot).map((id) => get(token, `/chatrooms/${id}`)),
    bar: { at: 'least', value: 0.55 },
  },
  {
    what: 'details, 2 members, every room',
    requests: ({ token, data }) => data.ids.map((id) => get(token, `/chatrooms/${id}`)),
  },
  { what: 'details, 100 members', requests: ({ token, data }) => [get(token, `/chatrooms/${data.hundred}`)] },
  {
    what: 'details, 10,000 members',
    requests: ({ token, data }) => [get(token, `/chatrooms/${data.tenThousand}`)],
  },
  {
    what: 'list of 10',
    requests: ({ token }) => [get(token, '/chatrooms?limit=10')],
    bar: { at: 'least', value: 0.5 },
  },
  { what: 'list of 1,000', requests: ({ token }) => [get(token, '/chatrooms?limit=1000')] },
  {
    // In stores of all sizes every user is in one room, but only in large ones in ten.
    what: 'joined rooms of a user, the latest',
    requests: ({ token }) =>
      Array.from({ length: hot }, (_, place) =>
        get(token, `/users/user-${place}/joined_chatrooms?pagesize=1`),
      ),
  },
  {
    what: 'joined rooms, ten of 10,000',
    requests: ({ token, data }) => [get(token, `/users/${data.busy}/joined_chatrooms?pagesize=10`)],
  },
]

const limitServer = (bytes: number): Promise<Listening> =>
  start({ script: ['bench/limit-server.ts', String(bytes)], ready: /"url":"([^"]+)"/ })

const say = (text: string): void => console.log(`  ${text}`)

/** Reads, each round beside a bare server that answers as many bytes. */
async function measureReads(bench: Bench, size: Size, at: string): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const { what, requests, bar } of reads) {
    const list = requests(bench)
    const sample = list[0] as LoadRequest
    const answer = await fetch(bench.server.url + sample.path, {
      headers: { authorization: `Bearer ${sample.token}` },
    })
    const bytes = (await answer.arrayBuffer()).byteLength
    if (answer.status !== 200) throw new Error(`${what}: ${answer.status}`)
    const bare = await limitServer(bytes)
    const file = writeRequests(bench.work, 'reads', list)
    await runWrk(bench.server.url, file, size.seconds)
    const values: number[] = []
    const limits: number[] = []
    for (let round = 0; round < size.rounds; round++) {
      limits.push((await runWrk(bare.url, file, size.seconds)).perSecond)
      const load = await runWrk(bench.server.url, file, size.seconds)
      if (load.failures > 0) throw new Error(`${what}: ${load.failures} requests failed`)
      values.push(load.perSecond)
    }
    await bare.stop()
    figures.push({ what, at, values, unit: 'req/s', limits, limit: 'bare server', ...(bar ? { bar } : {}) })
    say(`${what}: ${Math.round(values.at(-1) ?? 0)} req/s`)
  }
  return figures
}

/** A token for each request: known ones are remembered, unknown ones are verified. */
async function measureTokens(bench: Bench, size: Size, at: string): Promise<Figure> {
  const list: LoadRequest[] = []
  for (let place = 0; place < 30_000; place++) {
    list.push(get(await takeToken(bench.server, bench.data), `/chatrooms/${bench.data.ids[0]}`))
    if (size.rounds === 1 && place === 200) break
  }
  const cold = writeRequests(bench.work, 'cold', list)
  const warm = writeRequests(bench.work, 'warm', list.slice(0, 1))
  const values: number[] = []
  const limits: number[] = []
  for (let round = 0; round < size.rounds; round++) {
    limits.push((await runWrk(bench.server.url, warm, size.seconds)).perSecond)
    values.push((await runWrk(bench.server.url, cold, size.seconds)).perSecond)
  }
  return { what: 'details, token never seen', at, values, unit: 'req/s', limits, limit: 'token seen before' }
}

const draft = JSON.stringify({
  name: 'night owls',
  description: 'late talk',
  owner: 'alice',
  members: ['bob'],
})

export const creates = (token: string): LoadRequest[] => [
  { method: 'POST', path: path('/chatrooms'), token, body: draft },
]

/** Rows in each table of a store. */
function rowCounts(dir: string): Counts {
  const db = new Database(join(dir, 'chatroomd.db'), { readonly: true })
  const tables = db.query<{ name: string }, []>("select name from sqlite_master where type = 'table'").all()
  const count = (table: string) =>
    db.query<{ total: number }, []>(`select count(*) as total from ${table}`).get()?.total ?? 0
  const counts = new Map(tables.map(({ name }) => [name, count(name)]))
  db.close()
  return counts
}

type Counts = Map<string, number>

/** Rows that each table got for a room, between two counts. */
const rowsPerRoom = (before: Counts, after: Counts): Counts => {
  const grown = (table: string) => (after.get(table) ?? 0) - (before.get(table) ?? 0)
  return new Map([...after.keys()].map((table) => [table, grown(table) / grown('rooms')]))
}

/** Fails unless the limit writes the rows that the server writes for a room, no fewer and no others. */
function checkSameRows(ours: Counts, limits: Counts): void {
  for (const [table, rows] of limits) {
    if (rows !== ours.get(table)) {
      throw new Error(
        `limit-store.ts writes ${rows} rows of ${table} for a room, the server writes ${ours.get(table)}`,
      )
    }
  }
}

/** Creates, each round beside bun:sqlite alone and beside the same server with a commit for every request. */
async function measureCreates(bench: Bench, size: Size, at: string): Promise<Figure[]> {
  const file = writeRequests(bench.work, 'creates', creates(bench.token))
  const alone = join(bench.work, 'alone')
  rmSync(alone, { recursive: true, force: true })
  mkdirSync(alone)
  const schema = await openSqliteWriter(alone)
  schema.close()
  const unsharedDir = join(bench.work, 'unshared')
  rmSync(unsharedDir, { recursive: true, force: true })
  mkdirSync(unsharedDir)
  const data = await makeDataset(unsharedDir, 1000, 0)
  const unshared = await startServer(unsharedDir, {}, ['bench/unshared.ts'])
  const unsharedFile = writeRequests(bench.work, 'unshared', creates(await takeToken(unshared, data)))

  await runWrk(bench.server.url, file, size.seconds)
  await runWrk(unshared.url, unsharedFile, size.seconds)
  const [before, aloneBefore] = [rowCounts(bench.data.dir), rowCounts(alone)]
  const values: number[] = []
  const limits: number[] = []
  const single: number[] = []
  for (let round = 0; round < size.rounds; round++) {
    const child = Bun.spawnSync(
      pinned('server', [process.execPath, 'bench/limit-store.ts', alone, String(size.seconds)]),
    )
    limits.push(Number(child.stdout.toString()))
    single.push((await runWrk(unshared.url, unsharedFile, size.seconds)).perSecond)
    const load = await runWrk(bench.server.url, file, size.seconds)
    if (load.failures > 0) throw new Error(`create: ${load.failures} requests failed`)
    values.push(load.perSecond)
  }
  await unshared.stop()
  checkSameRows(rowsPerRoom(before, rowCounts(bench.data.dir)), rowsPerRoom(aloneBefore, rowCounts(alone)))
  say(`create: ${Math.round(values.at(-1) ?? 0)} req/s`)
  const unit = 'req/s'
  return [
    {
      what: 'create, 2 members',
      at,
      values,
      unit,
      limits,
      limit: 'store alone',
      bar: { at: 'least', value: 0.35 },
    },
    {
      what: 'create, commits shared',
      at,
      values,
      unit,
      limits: single,
      limit: 'one commit per request',
      bar: { at: 'least', value: 4 },
    },
  ]
}

interface Change {
  what: string
  requests(bench: Bench, ids: string[]): LoadRequest[]
}

const changes: Change[] = [
  {
    what: 'modify',
    requests: ({ token }, ids) =>
      ids.map((id) => ({
        method: 'PUT',
        path: path(`/chatrooms/${id}`),
        token,
        body: '{"name":"early birds"}',
      })),
  },
  {
    what: 'transfer',
    requests: ({ token }, ids) =>
      ids.map((id) => ({ method: 'PUT', path: path(`/chatrooms/${id}`), token, body: '{"newowner":"bob"}' })),
  },
  {
    what: 'dissolve',
    requests: ({ token }, ids) =>
      ids.map((id) => ({ method: 'DELETE', path: path(`/chatrooms/${id}`), token })),
  },
]

/** Modify, transfer and dissolve the rooms that were made for the round, each once. */
async function measureChanges(bench: Bench, size: Size, at: string): Promise<Figure[]> {
  const values = new Map<string, number[]>(changes.map(({ what }) => [what, []]))
  const create = writeRequests(bench.work, 'fresh', Array(size.dissolved).fill(creates(bench.token)[0]))
  for (let round = 0; round < size.rounds; round++) {
    await runOnce(bench.server.url, create, size.dissolved)
    const ids = await newestIds(bench, size.dissolved)
    for (const { what, requests } of changes) {
      const file = writeRequests(bench.work, what, requests(bench, ids))
      const load = await runOnce(bench.server.url, file, ids.length)
      if (load.failures > 0) throw new Error(`${what}: ${load.failures} requests failed`)
      values.get(what)?.push(load.perSecond)
    }
  }
  return [...values].map(([what, rates]) => {
    say(`${what}: ${Math.round(rates.at(-1) ?? 0)} req/s`)
    return { what, at, values: rates, unit: 'req/s' }
  })
}

async function newestIds({ server, token }: Bench, most: number): Promise<string[]> {
  const ids: string[] = []
  let cursor = ''
  while (ids.length < most) {
    const response = await fetch(`${server.url}${path(`/chatrooms?limit=1000&cursor=${cursor}`)}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const page = (await response.json()) as { data: { id: string; owner: string }[]; cursor?: string }
    ids.push(...page.data.filter(({ owner }) => owner === 'alice').map(({ id }) => id))
    if (page.cursor === undefined) break
    cursor = page.cursor
  }
  return ids.slice(0, most)
}

/** How far each figure falls from the smallest to the largest store. */
function falls(figures: Figure[], scales: number[]): Figure[] {
  const [least, most] = [scales[0] as number, scales.at(-1) as number]
  if (least === most) return []
  const small = figures.filter(({ at }) => at === rooms(least))
  return small.flatMap((from) => {
    const to = figures.find(
      ({ what, limit, at }) => what === from.what && limit === from.limit && at === rooms(most),
    )
    if (!to || from.limit === 'one commit per request') return []
    return [
      {
        what: from.what,
        at: `${rooms(most)} against ${rooms(least)}`,
        values: to.values,
        unit: 'req/s',
        limits: from.values,
        limit: rooms(least),
        bar: { at: 'least' as const, value: 0.85 },
      },
    ]
  })
}

const rooms = (count: number): string => `${count.toLocaleString('en')} rooms`

/** Measures every operation at every scale. */
export async function measureOperations(size: Size): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const scale of size.scales) {
    const work = mkdtempSync(join(tmpdir(), 'chatroomd-bench-'))
    try {
      console.log(`${rooms(scale)}:`)
      const dir = join(work, 'data')
      mkdirSync(dir)
      const data = await makeDataset(dir, scale, 0)
      const server = await startServer(dir)
      try {
        const bench: Bench = { server, data, token: await takeToken(server, data), work }
        figures.push(...(await measureReads(bench, size, rooms(scale))))
        figures.push(await measureTokens(bench, size, rooms(scale)))
        figures.push(...(await measureChanges(bench, size, rooms(scale))))
        figures.push(...(await measureCreates(bench, size, rooms(scale))))
      } finally {
        await server.stop()
      }
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  }
  return [...figures, ...falls(figures, size.scales)]
}
