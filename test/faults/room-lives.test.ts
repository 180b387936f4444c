import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { aDatabase } from '../support/database.ts'
import { aDirectory, serves } from '../support/process.ts'
import { appsSetting, callsOn } from '../support/served-app.ts'
import { alterStore } from '../support/stored.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

/** Rooms that end at times of their own and are timed; `npm run test:lifecycle-long` asks for more. */
const timed = Number(process.env.LIFECYCLE_TIMED ?? 0)

const hour = 3_600_000
const { dir, remove } = aDirectory()
const database = await aDatabase()
afterAll(async () => {
  await database?.remove()
  remove()
})

async function start() {
  const env = {
    ...appsSetting,
    CHATROOMD_NODE_LEASE: '3600',
    CHATROOMD_LOG_LEVEL: 'info',
    ...(database ? { CHATROOMD_DATABASE_URL: database.url } : {}),
  }
  const served = await serves({ cwd: dir, env })
  return { served, call: (await callsOn(served.url)).call }
}

const alter = (...statements: string[]) => alterStore(join(dir, 'data'), database?.url, statements)

const longIdle = (room: string) => `update rooms set active = active - ${hour}000 where id = '${room}'`
const noInterruption = 'update lifecycle_job set interrupted = 0'
/** What a process that was killed on another machine has left; its lease is not over for a long time. */
const silent = () =>
  `insert into nodes (number, process, expires) values (63, 'lost', ${Date.now() + hour - 40_000})`

test('14.2 after kill -9, and while a node was not heard of, no room is dissolved as idle, and afterwards it is', async () => {
  let { served, call } = await start()
  await call('POST', '/users', { username: 'alice' })
  type Made = { data: { id: string } }
  const make = async (lives: object) => {
    const draft = { name: 'r', description: 'r', owner: 'alice', ...lives }
    return (await call<Made>('POST', '/chatrooms', draft)).body.data.id
  }
  const isThere = async (room: string) => (await call('GET', `/chatrooms/${room}`)).status === 200
  const ends = new Map<string, number>()
  /** Makes a room that ends in so many milliseconds. */
  const ending = async (ms: number) => {
    const expires_at = Date.now() + ms
    const room = await make({ expires_at })
    ends.set(room, expires_at)
    return room
  }
  /** Returns when the job has looked at what is due. */
  const looked = async () => {
    const ended = await ending(200)
    await until(async () => !(await isThere(ended)))
  }
  const room = await make({ idle_timeout: 60 })
  await served.end('SIGKILL')
  // The job of the one that was killed is free at once, where another machine would wait for the end of its lease.
  await alter(
    longIdle(room),
    'update rooms set due = 0',
    "update lifecycle_job set holder = '', expires = 0",
    'delete from nodes',
  )
  const startedMs = Date.now()
  ;({ served, call } = await start())
  await looked()
  type Life = { data: { dissolves_at: number; last_activity: number } }
  const life = (await call<Life>('GET', `/chatrooms/${room}/lifecycle`)).body.data
  expect(life.last_activity).toBeLessThan(startedMs - hour + 60_000)
  expect(life.dissolves_at).toBeGreaterThanOrEqual(startedMs + 60_000)

  await alter(noInterruption, silent(), 'update rooms set due = 0')
  await looked()
  expect(await isThere(room)).toBe(true)

  await alter('delete from nodes where number = 63', 'update rooms set due = 0')
  await until(async () => !(await isThere(room)))

  const others = await Promise.all(Array.from({ length: timed }, (_, n) => ending(500 + n * 5)))
  for (const other of others) await until(async () => !(await isThere(other)), 60)
  const lateness = await Promise.all(
    [...ends].map(async ([each, end]) => {
      type Trail = { data: { timestamp: number; changes: { type: string }[] }[] }
      const { body } = await call<Trail>('GET', `/chatrooms/${each}/audit`)
      const dissolved = body.data.filter(({ changes }) =>
        changes.some(({ type }) => type === 'room.dissolved'),
      )
      expect(dissolved).toHaveLength(1)
      return (dissolved[0]?.timestamp ?? 0) - end
    }),
  )
  // A machine that is busy with other tests is later than one that serves.
  expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...lateness)).toBeLessThan(timed > 0 ? 3000 : 20_000)
  if (timed > 0) console.log(`${lateness.length} rooms: at most ${Math.max(...lateness)} ms after their end`)
  await served.end('SIGTERM')
})
