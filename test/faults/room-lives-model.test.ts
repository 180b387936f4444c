import { expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import pino from 'pino'
import { startChatroomd } from '../../src/chatroomd.ts'
import { readConfig } from '../../src/config.ts'
import type { Moment } from '../../src/domain/lifecycle.ts'
import { aDatabase } from '../support/database.ts'
import { aDirectory } from '../support/process.ts'
import { request } from '../support/server.ts'
import { alterStore } from '../support/stored.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(3_600_000)

/** Generated stories; `npm run test:lifecycle-long` asks for more. */
const runs = Number(process.env.LIFECYCLE_RUNS ?? 1)

/** Timeouts end in 50 seconds and steps of the clock in 0, so that the time a step takes decides nothing. */
const timeout = fc.constantFrom(0, 0, 150, 350)
const lives = fc.record({
  idle_timeout: timeout,
  empty_timeout: timeout,
  keep: fc.constantFrom(false, false, false, true),
  ends: fc.constantFrom(0, 0, 0, 250),
})
const n = fc.nat(5)
const just = <T extends string>(word: T) => fc.constant(word)
type Step =
  | { do: 'create' | 'set'; n: number; lives: Lives }
  | { do: 'join' | 'leave' | 'say' | 'dissolve'; n: number }
  | { do: 'pass'; seconds: number }
type Lives = { idle_timeout: number; empty_timeout: number; keep: boolean; ends: number }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: just('create'), n, lives }) },
  { weight: 2, arbitrary: fc.record({ do: just('set'), n, lives }) },
  { weight: 2, arbitrary: fc.record({ do: just('join'), n }) },
  { weight: 2, arbitrary: fc.record({ do: just('leave'), n }) },
  { weight: 2, arbitrary: fc.record({ do: just('say'), n }) },
  { weight: 1, arbitrary: fc.record({ do: just('dissolve'), n }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: just('pass'), seconds: fc.constantFrom(0, 100, 200, 400) }),
  },
)

/** What a room should be: all times in seconds of the story. */
interface Model {
  id: string
  lives: Lives
  activeS: number
  emptiedS: number | undefined
  endsS: number
  isGone: boolean
}

/** The simplest reading of docs/lifecycle.md. */
function isOver({ lives, activeS, emptiedS, endsS }: Model, nowS: number): boolean {
  if (lives.keep) return false
  const { idle_timeout: idle, empty_timeout: empty } = lives
  return (
    (endsS > 0 && nowS >= endsS) ||
    (idle > 0 && nowS >= activeS + idle) ||
    (empty > 0 && emptiedS !== undefined && nowS >= emptiedS + empty)
  )
}

async function tell(story: Step[]): Promise<void> {
  const { dir, remove } = aDirectory()
  const database = await aDatabase()
  const config = readConfig({ data_dir: dir, port: '0', database_url: database?.url ?? '' }, {}, '')
  const rooms: Model[] = []
  let nowS = 0
  let looks = 0
  // That a server has just been started is another test's matter.
  const moment = (stored: Moment): Moment => {
    looks += 1
    return { ...stored, interruptedMs: 0 }
  }
  const start = async () => {
    const options = { lifecycleTerms: { lookMs: 10, moment } }
    const { url, admin, stop } = await startChatroomd(config, pino({ level: 'silent' }), options)
    const token = await admin.issueToken('acme#lounge', 3600).catch(async () => {
      await admin.createApp({ key: 'acme#lounge' })
      return admin.issueToken('acme#lounge', 3600)
    })
    const headers = { authorization: `Bearer ${token}` }
    const call = (method: string, path: string, body?: unknown) =>
      request(method, `${url}/acme/lounge${path}`, body, headers)
    return { call, stop }
  }
  let server = await start()
  const call: typeof server.call = (...given) => server.call(...given)

  /** Stops the server, makes everything older, and starts it again. */
  async function pass(seconds: number): Promise<void> {
    await server.stop(1000)
    const ms = seconds * 1000
    const text = database ? 'lifecycle::json' : 'lifecycle'
    const ends = database ? `(lifecycle::json ->> 'expiresMs')::bigint` : `lifecycle ->> 'expiresMs'`
    const set = database
      ? `jsonb_set(lifecycle::jsonb, '{expiresMs}', to_jsonb(${ends} - ${ms}))::text`
      : `json_set(lifecycle, '$.expiresMs', ${ends} - ${ms})`
    await alterStore(dir, database?.url, [
      `update rooms set active = active - ${ms}000, created = created - ${ms}000, emptied = emptied - ${ms}, due = due - ${ms}`,
      `update rooms set lifecycle = ${set} where (${text} ->> 'expiresMs') is not null`,
    ])
    nowS += seconds
    server = await start()
    // Calls, too, shall not know that it has just been started.
    await alterStore(dir, database?.url, ['update lifecycle_job set interrupted = 0'])
  }

  /** The job has looked, and what is there is what should be. */
  async function check(): Promise<void> {
    const enough = looks + 3
    await until(() => looks >= enough)
    for (const room of rooms) room.isGone ||= isOver(room, nowS)
    const there = await Promise.all(
      rooms.map(async ({ id }) => (await call('GET', `/chatrooms/${id}`)).status === 200),
    )
    expect(there).toEqual(rooms.map(({ isGone }) => !isGone))
  }

  const sent = ({ ends, ...own }: Lives) => ({
    ...own,
    ...(ends > 0 ? { expires_at: Date.now() + ends * 1000 } : {}),
  })
  const endOf = ({ ends }: Lives) => (ends > 0 ? nowS + ends : 0)

  async function take(step: Step): Promise<void> {
    if (step.do === 'pass') return pass(step.seconds)
    if (step.do === 'create') {
      const draft = { name: 'r', description: 'r', owner: 'alice', ...sent(step.lives) }
      const { id } = (await call('POST', '/chatrooms', draft)).body.data
      const { lives } = step
      rooms.push({ id, lives, activeS: nowS, emptiedS: nowS, endsS: endOf(lives), isGone: false })
      return
    }
    const alive = rooms.filter(({ isGone }) => !isGone)
    const room = alive[step.n % Math.max(alive.length, 1)]
    if (!room) return
    const path = `/chatrooms/${room.id}`
    const isMember = room.emptiedS === undefined
    if (step.do === 'join' && !isMember) {
      await call('POST', `${path}/users/bob`)
      room.emptiedS = undefined
    } else if (step.do === 'leave' && isMember) {
      await call('DELETE', `${path}/users/bob`)
      room.emptiedS = nowS
    } else if (step.do === 'say') {
      const message = { from: 'alice', to: [room.id], type: 'txt', body: { msg: 'hello' } }
      await call('POST', '/messages/chatrooms', message)
    } else if (step.do === 'set') {
      await call('PUT', `${path}/lifecycle`, sent(step.lives))
      Object.assign(room, { lives: step.lives, endsS: endOf(step.lives) })
    } else if (step.do === 'dissolve') {
      await call('DELETE', path)
      room.isGone = true
    } else return
    room.activeS = nowS
  }

  try {
    await call('POST', '/users', [{ username: 'alice' }, { username: 'bob' }])
    for (const each of story) {
      await take(each)
      // A room can be over by what was set just now: whether it is there before the job has looked is chance.
      if (each.do === 'pass' || rooms.some((room) => !room.isGone && isOver(room, nowS))) await check()
    }
    await check()
  } finally {
    await server.stop(1000)
    await database?.remove()
    remove()
  }
}

test('14.2 whatever is created, set, said, joined, left and dissolved, over restarts and as time goes by: rooms go when their time has come, and not before', async () => {
  const story = fc.array(step, { minLength: 20, maxLength: 30 })
  await fc.assert(fc.asyncProperty(story, tell), { numRuns: runs, endOnFailure: true })
})
