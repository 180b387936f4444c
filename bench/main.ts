/**
 * `npm run bench`: measures the server against its limits on this machine. `-- --smoke` runs everything for a
 * moment, to see that it works; `-- realtime`, `-- crowd`, `-- keywords`, `-- callbacks`, `-- history`, `-- lists`, `-- bulk`, `-- nodes` and `-- --store postgres` measure those parts.
 */

import { measureBulk } from './bulk.ts'
import { measureCallbacks } from './callbacks.ts'
import { measureCrowd } from './crowd.ts'
import { measureHistory } from './history.ts'
import { measureKeywords } from './keywords.ts'
import { measureLists } from './lists.ts'
import { measureNodes } from './nodes.ts'
import { measurePostgres } from './postgres.ts'
import { measureRealtime, type RealtimeSize } from './realtime.ts'
import { report } from './report.ts'
import { measureOperations, type Size } from './rest.ts'
import { measureStrain } from './strain.ts'
import { checkWrk } from './wrk.ts'

const whole: Size = { scales: [1000, 100_000, 1_000_000], rounds: 5, seconds: 1, dissolved: 10_000 }
const smoke: Size = { scales: [1000], rounds: 1, seconds: 1, dissolved: 500 }

const realtime: RealtimeSize = {
  rooms: [10, 1000, 10_000],
  small: 1000,
  paced: [
    { members: 1000, perSecond: 20 },
    { members: 1000, perSecond: 50 },
    { members: 10_000, perSecond: 20 },
  ],
  idle: 10_000,
  rounds: 3,
  seconds: 5,
}
const realtimeSmoke: RealtimeSize = {
  rooms: [10, 100],
  small: 10,
  paced: [{ members: 100, perSecond: 20 }],
  idle: 200,
  rounds: 1,
  seconds: 1,
}

const isSmoke = process.argv.includes('--smoke')
if (process.argv.includes('realtime')) {
  const title = 'chatroomd in real time, embedded store'
  report(
    isSmoke ? 'realtime-smoke' : 'realtime',
    title,
    await measureRealtime(isSmoke ? realtimeSmoke : realtime),
  )
  process.exit(0)
}

if (process.argv.includes('crowd')) {
  const { BENCH_CONNECTIONS: connections = '100000' } = process.env
  const figures = await measureCrowd(
    isSmoke
      ? { connections: 300, comers: 50, messages: 5, perSecond: 5, perProcess: 1000 }
      : {
          connections: Number(connections),
          comers: Math.ceil(Number(connections) / 10),
          messages: 40,
          perSecond: 1,
          perProcess: 25_000,
        },
  )
  report(isSmoke ? 'crowd-smoke' : 'crowd', 'chatroomd, a crowd in one room', figures)
  process.exit(0)
}

if (process.argv.includes('keywords')) {
  const figures = await measureKeywords(
    isSmoke
      ? { lists: 2, words: 100, rounds: 1, messages: 100 }
      : { lists: 10, words: 10_000, rounds: 5, messages: 20_000 },
  )
  report(isSmoke ? 'keywords-smoke' : 'keywords', 'chatroomd, keywords of messages', figures)
  process.exit(0)
}

if (process.argv.includes('callbacks')) {
  const figures = await measureCallbacks(
    isSmoke ? { rounds: 1, messages: 200 } : { rounds: 5, messages: 20_000 },
  )
  report(isSmoke ? 'callbacks-smoke' : 'callbacks', 'chatroomd, callbacks', figures)
  process.exit(0)
}

if (process.argv.includes('nodes')) {
  const figures = await measureNodes(
    isSmoke ? { nodes: [2], messages: 100, rounds: 1 } : { nodes: [1, 2, 4, 8], messages: 3000, rounds: 3 },
  )
  report(isSmoke ? 'nodes-smoke' : 'nodes', 'chatroomd, messages among several nodes', figures)
  process.exit(0)
}

if (process.argv.includes('history')) {
  const { DATABASE_URL: url, BENCH_MESSAGES: messages = '10000000' } = process.env
  const figures = await measureHistory(
    isSmoke
      ? { messages: 20_000, days: 3, rooms: 10, pages: 20 }
      : { messages: Number(messages), days: 10, rooms: 10_000, pages: 2000 },
    url,
  )
  report(isSmoke ? 'history-smoke' : 'history', 'chatroomd, history of messages', figures)
  process.exit(0)
}

if (process.argv.includes('lists')) {
  const figures = await measureLists(
    isSmoke
      ? { scales: [1000, 2000], rounds: 1, calls: 20 }
      : { scales: [1000, 1_000_000], rounds: 5, calls: 400 },
    process.env.DATABASE_URL,
  )
  report(isSmoke ? 'lists-smoke' : 'lists', 'chatroomd, lists of rooms', figures)
  process.exit(0)
}

if (process.argv.includes('bulk')) {
  const figures = await measureBulk(
    isSmoke
      ? { rooms: 200, jobs: 2, idleMs: 400, rounds: 1 }
      : { rooms: 100_000, jobs: 10, idleMs: 5000, rounds: 3 },
  )
  report(isSmoke ? 'bulk-smoke' : 'bulk', 'chatroomd, bulk jobs, embedded store', figures)
  process.exit(0)
}

const size = isSmoke ? smoke : whole
const name = size === smoke ? 'smoke' : 'rest'
checkWrk()
if (process.argv.includes('postgres')) {
  const figures = await measurePostgres(
    size === smoke ? { rooms: 1000, rounds: 1, seconds: 1 } : { rooms: 100_000, rounds: 5, seconds: 4 },
  )
  report(size === smoke ? 'smoke-postgres' : 'postgres', 'chatroomd over REST, PostgreSQL', figures)
} else {
  const figures = [...(await measureOperations(size)), ...(await measureStrain(size))]
  report(name, 'chatroomd over REST, embedded store', figures)
}
