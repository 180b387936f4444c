/**
 * `npm run bench`: measures the server against its limits on this machine. `-- --smoke` runs everything for a
 * moment, to see that it works; `-- realtime`, `-- crowd`, `-- keywords`, `-- callbacks`, `-- history`, `-- lists`, `-- bulk`, `-- nodes`, `-- threads`, `-- peers` and `-- --store postgres` measure those parts.
 */

import { measureBulk } from './bulk.ts'
import { measureCallbacks } from './callbacks.ts'
import { measureCrowd } from './crowd.ts'
import type { Figure } from './figures.ts'
import { measureHistory } from './history.ts'
import { measureKeywords } from './keywords.ts'
import { measureLists } from './lists.ts'
import { measureNodes } from './nodes.ts'
import { measurePeers } from './peers.ts'
import { measurePostgres } from './postgres.ts'
import { measureRealtime, type RealtimeSize } from './realtime.ts'
import { report } from './report.ts'
import { measureOperations, type Size } from './rest.ts'
import { measureStrain } from './strain.ts'
import { measureThreads } from './threads.ts'
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
const { DATABASE_URL: url, BENCH_CONNECTIONS = '100000', BENCH_MESSAGES = '10000000' } = process.env
const connections = Number(BENCH_CONNECTIONS)

/** One part of the bench: what its tables are about, and how it is measured. */
interface Part {
  title: string
  measure(): Promise<Figure[]>
}

const parts: Record<string, Part> = {
  realtime: {
    title: 'chatroomd in real time, embedded store',
    measure: () => measureRealtime(isSmoke ? realtimeSmoke : realtime),
  },
  crowd: {
    title: 'chatroomd, a crowd in one room',
    measure: () =>
      measureCrowd(
        isSmoke
          ? { connections: 300, comers: 50, messages: 5, perSecond: 5, perProcess: 1000 }
          : {
              connections,
              comers: Math.ceil(connections / 10),
              messages: 40,
              perSecond: 1,
              perProcess: 25_000,
            },
      ),
  },
  keywords: {
    title: 'chatroomd, keywords of messages',
    measure: () =>
      measureKeywords(
        isSmoke
          ? { lists: 2, words: 100, rounds: 1, messages: 100 }
          : { lists: 10, words: 10_000, rounds: 5, messages: 20_000 },
      ),
  },
  callbacks: {
    title: 'chatroomd, callbacks',
    measure: () => measureCallbacks(isSmoke ? { rounds: 1, messages: 200 } : { rounds: 5, messages: 20_000 }),
  },
  peers: {
    title: 'chatroomd beside other servers',
    measure: () =>
      measurePeers(
        isSmoke
          ? { rooms: [10], paced: { members: 50, perSecond: 20 }, rounds: 1, seconds: 1 }
          : { rooms: [10, 100, 1000], paced: { members: 1000, perSecond: 50 }, rounds: 3, seconds: 2 },
      ),
  },
  threads: {
    title: 'chatroomd on several threads, embedded store',
    measure() {
      checkWrk()
      return measureThreads(
        isSmoke
          ? { rooms: 1000, counts: [2], rounds: 1, seconds: 1 }
          : { rooms: 20_000, counts: [1, 2, 4, 8], rounds: 5, seconds: 3 },
      )
    },
  },
  nodes: {
    title: 'chatroomd, messages among several nodes',
    measure: () =>
      measureNodes(
        isSmoke
          ? { nodes: [2], messages: 100, rounds: 1 }
          : { nodes: [1, 2, 4, 8], messages: 3000, rounds: 3 },
      ),
  },
  history: {
    title: 'chatroomd, history of messages',
    measure: () =>
      measureHistory(
        isSmoke
          ? { messages: 20_000, days: 3, rooms: 10, pages: 20 }
          : { messages: Number(BENCH_MESSAGES), days: 10, rooms: 10_000, pages: 2000 },
        url,
      ),
  },
  lists: {
    title: 'chatroomd, lists of rooms',
    measure: () =>
      measureLists(
        isSmoke
          ? { scales: [1000, 2000], rounds: 1, calls: 20 }
          : { scales: [1000, 1_000_000], rounds: 5, calls: 400 },
        url,
      ),
  },
  bulk: {
    title: 'chatroomd, bulk jobs, embedded store',
    measure: () =>
      measureBulk(
        isSmoke
          ? { rooms: 200, jobs: 2, idleMs: 400, rounds: 1 }
          : { rooms: 100_000, jobs: 10, idleMs: 5000, rounds: 3 },
      ),
  },
  postgres: {
    title: 'chatroomd over REST, PostgreSQL',
    measure() {
      checkWrk()
      return measurePostgres(
        isSmoke ? { rooms: 1000, rounds: 1, seconds: 1 } : { rooms: 100_000, rounds: 5, seconds: 4 },
      )
    },
  },
  rest: {
    title: 'chatroomd over REST, embedded store',
    async measure() {
      checkWrk()
      const size = isSmoke ? smoke : whole
      return [...(await measureOperations(size)), ...(await measureStrain(size))]
    },
  },
}

/** The results of a short run stand under other names than those that the documents show. */
const smokeNames: Record<string, string> = { rest: 'smoke', postgres: 'smoke-postgres' }

const asked = Object.keys(parts).find((name) => process.argv.includes(name)) ?? 'rest'
const { title, measure } = parts[asked] as Part
report(isSmoke ? (smokeNames[asked] ?? `${asked}-smoke`) : asked, title, await measure())
process.exit(0)
