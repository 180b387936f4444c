import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SQL } from 'bun'
import pino from 'pino'
import { startChatroomd } from '../src/chatroomd.ts'
import { readConfig } from '../src/config.ts'
import type { Figure } from './figures.ts'

/** Among how many rooms lists are measured, and how often. */
export interface ListsSize {
  scales: [small: number, large: number]
  rounds: number
  calls: number
}

const key = 'bench#lists'
/** Rooms that one user owns, among however many. */
const each = 100

interface Served {
  rooms: number
  /** Milliseconds that a call took. */
  call(path: string): Promise<number>
  stop(): Promise<void>
}

/** Rooms of two members each, stored beside the server. */
const filling = (rooms: number): string[] => {
  const numbers = `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${rooms})`
  const users = rooms / each
  return [
    `insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created, active)
     ${numbers} select 1, '' || (100000000 + n), 'Room ' || n, 'd', '', 1000, 'user-' || (n % ${users}), 2, 0, n * 1000, n * 1000 from numbers`,
    `insert into members (app, room, username, joined)
     ${numbers} select 1, '' || (100000000 + n), 'user-' || (n % ${users}), n * 1000 from numbers`,
    `insert into members (app, room, username, joined)
     ${numbers} select 1, '' || (100000000 + n), 'fan-' || (n % ${users}), n * 1000 from numbers`,
  ]
}

async function fill(dir: string, url: string, rooms: number): Promise<void> {
  if (url === '') {
    const sqlite = new Database(join(dir, 'chatroomd.db'))
    for (const statement of filling(rooms)) sqlite.run(statement)
    sqlite.close()
    return
  }
  const sql = new SQL(url, { max: 1 })
  for (const statement of filling(rooms)) await sql.unsafe(statement)
  await sql.unsafe('vacuum analyze')
  await sql.close()
}

async function aDatabase(server: string, name: string): Promise<string> {
  const sql = new SQL(server, { max: 1 })
  await sql.unsafe(`drop database if exists ${name} with (force)`)
  await sql.unsafe(`create database ${name}`)
  await sql.close()
  const url = new URL(server)
  url.pathname = name
  return url.href
}

async function serve(rooms: number, server: string | undefined): Promise<Served> {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-bench-'))
  const url = server === undefined ? '' : await aDatabase(server, `lists_${rooms}`)
  const config = readConfig({ data_dir: dir, port: '0', database_url: url }, {}, '')
  const chatroomd = await startChatroomd(config, pino({ level: 'silent' }))
  await chatroomd.admin.createApp({ key })
  const headers = { authorization: `Bearer ${await chatroomd.admin.issueToken(key, 86_400)}` }
  await fill(dir, url, rooms)
  const get = async (path: string) => {
    const response = await fetch(`${chatroomd.url}/bench/lists${path}`, { headers })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    await response.json()
  }
  return {
    rooms,
    async call(path) {
      const begun = performance.now()
      await get(path)
      return performance.now() - begun
    },
    async stop() {
      await chatroomd.stop(1000)
      rmSync(dir, { recursive: true })
    },
  }
}

/** Ten users and ten times in turn: as much to have at hand among many rooms as among few. Then any of them. */
const chooser = (isAny: boolean) => (of: number) => {
  const choice = isAny ? of : Math.min(10, of)
  return Math.floor(Math.random() * choice) * Math.floor(of / choice)
}
type Choose = ReturnType<typeof chooser>

/** Lists that an index answers whole, and lists that are searched among the hundred rooms of a user. */
const lists: Record<string, (rooms: number, choose: Choose) => string> = {
  'without filter, by number': () => '/chatrooms?pagenum=1',
  'by time of creation': (rooms, choose) => `/chatrooms?created_before=${500 + choose(rooms - 500)}`,
  'by activity': () => '/chatrooms?sort=activity',
  'of an owner': (rooms, choose) => `/chatrooms?owner=user-${choose(rooms / each)}`,
  'joined rooms by cursor': (rooms, choose) =>
    `/users/fan-${choose(rooms / each)}/joined_chatrooms?sort=joined`,
  'of an owner, by members, total': (rooms, choose) =>
    `/chatrooms?owner=user-${choose(rooms / each)}&sort=members&total=true`,
  'of an owner, part of the name': (rooms, choose) =>
    `/chatrooms?owner=user-${choose(rooms / each)}&name=ROOM`,
  'of a member': (rooms, choose) => `/chatrooms?member=fan-${choose(rooms / each)}&sort=created`,
  'joined rooms, by activity': (rooms, choose) =>
    `/users/fan-${choose(rooms / each)}/joined_chatrooms?sort=activity`,
}

/** These read a hundred rooms each, which lie further apart among many. */
const searches = new Set(Object.keys(lists).slice(5))

const median = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0

async function measure(
  { rounds, calls }: ListsSize,
  isAny: boolean,
  small: Served,
  large: Served,
): Promise<Figure[]> {
  const figures: Figure[] = []
  const choose = chooser(isAny)
  for (const [what, pathOf] of Object.entries(lists)) {
    const values: number[] = []
    const limits: number[] = []
    for (let round = -1; round < rounds; round++) {
      const times: [number[], number[]] = [[], []]
      for (let n = 0; n < calls; n++) {
        times[0].push(await small.call(pathOf(small.rooms, choose)))
        times[1].push(await large.call(pathOf(large.rooms, choose)))
      }
      // The first round only warms.
      if (round < 0) continue
      limits.push(median(times[0]) * 1000)
      values.push(median(times[1]) * 1000)
    }
    figures.push({
      what: `list ${what}${isAny ? ', any' : ''}`,
      at: `${large.rooms.toLocaleString('en')} rooms`,
      values,
      unit: 'µs',
      limits,
      limit: `${small.rooms.toLocaleString('en')} rooms`,
      ...(isAny || searches.has(what) ? {} : { bar: { at: 'most', value: 1.15 } }),
    })
  }
  return figures
}

/** What a search costs that reads as many rooms as one call may, while others wait. */
async function searched({ rounds, calls }: ListsSize, served: Served): Promise<Figure[]> {
  const among = Math.min(served.rooms, 10_000)
  const paths = {
    'part of the name, nothing found': `/chatrooms?created_before=${among}&name=zzz`,
    'part of the extension text, nothing found': `/chatrooms?created_before=${among}&custom=zzz`,
    'by members': `/chatrooms?created_before=${among}&sort=members`,
    'by name, with the total': `/chatrooms?created_before=${among}&sort=name&total=true`,
  }
  const figures: Figure[] = []
  for (const [what, path] of Object.entries(paths)) {
    const values: number[] = []
    for (let round = 0; round < rounds; round++) {
      const times: number[] = []
      for (let n = 0; n < calls / 20; n++) times.push(await served.call(path))
      values.push(median(times))
    }
    figures.push({
      what: `search ${what}`,
      at: `${among.toLocaleString('en')} rooms searched`,
      values,
      unit: 'ms',
    })
  }
  return figures
}

/** Lists by an index among few and many rooms, in turns; and what a search costs. */
export async function measureLists(size: ListsSize, server: string | undefined): Promise<Figure[]> {
  const small = await serve(size.scales[0], server)
  const large = await serve(size.scales[1], server)
  try {
    return [
      ...(await measure(size, false, small, large)),
      ...(await measure(size, true, small, large)),
      ...(await searched(size, large)),
    ]
  } finally {
    await small.stop()
    await large.stop()
  }
}
