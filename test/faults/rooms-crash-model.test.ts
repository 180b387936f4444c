import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { bulkEnd, bulkRooms } from '../support/bulk.ts'
import {
  afterBulk,
  type Change,
  changes,
  isGone,
  type Kept,
  people,
  readRoom,
  type Seen,
  shownOf,
} from '../support/crash-model.ts'
import { type Crashing, startCrashing } from '../support/crashing.ts'
import type { Json } from '../support/json.ts'

/** Times that a process is killed in the middle of what it does; `npm run test:rooms-crash-long` asks for more. */
const rounds = Number(process.env.ROOM_CRASH_ROUNDS ?? 3)
const nodes = Number(process.env.TEST_NODES ?? 1)

/** Rooms of a story: each of them is read in full after each round. */
const most = 25

setDefaultTimeout(60_000 + rounds * 20_000)

let servers: Crashing
let calls = 0
beforeAll(async () => {
  servers = await startCrashing(nodes, {})
  const users = people.map((username) => ({ username }))
  expect((await servers.call(0, 'POST', '/users', users))?.status).toBe(200)
})
afterAll(() => servers.stop())

/** A call to one of the processes after the other. */
async function call(method: string, path: string, body?: object, key?: string) {
  calls += 1
  const reply = await servers.call(calls, method, path, body, key)
  if (!reply) throw new Error(`no answer to ${method} ${path}`)
  return reply
}

const look = (id: string): Promise<Seen> => readRoom(call, id)

interface Round {
  singles: { room: number; change: number; user: number; isKeyed: boolean }[]
  bulk: {
    action: number
    rooms: number[]
    user: number
    isDry: boolean
    isStopped: boolean
    meddles: boolean
  }
  created: number
  killAfterMs: number
  node: number
}

const nat = fc.nat(99)
const round: fc.Arbitrary<Round> = fc.record({
  singles: fc.array(fc.record({ room: nat, change: nat, user: nat, isKeyed: fc.boolean() }), {
    minLength: 6,
    maxLength: 14,
  }),
  bulk: fc.record({
    action: nat,
    rooms: fc.array(nat, { minLength: 1, maxLength: 12 }),
    user: nat,
    isDry: fc.boolean(),
    isStopped: fc.constantFrom(false, false, true),
    meddles: fc.boolean(),
  }),
  created: fc.integer({ min: 1, max: 4 }),
  killAfterMs: fc.constantFrom(0, 1, 2, 3, 5, 8, 12, 20, 40),
  node: nat,
})

/** A call that is made before the kill, and again after it where it has a key. */
interface Sent {
  room: Kept | undefined
  call: [method: string, path: string, body: object | undefined]
  key: string | undefined
  /** What the room is once it has acted. */
  after: Kept
  answered?: Json
}

class Story {
  readonly rooms: Kept[] = []
  private keys = 0

  private key = () => `key-${this.keys++}`

  private at = (place: number): Kept | undefined => this.rooms[place % Math.max(this.rooms.length, 1)]

  /** Kills a process while calls are under way, and starts it again. */
  private async interrupted({ node, killAfterMs }: Round, sent: Sent[]): Promise<void> {
    const working = sent.map(async (one, n) => {
      const reply = await servers.call(node + n, ...one.call, one.key)
      if (!reply) return
      expect([one.call, reply.status]).toEqual([one.call, 200])
      one.answered = reply.body.data
    })
    await Bun.sleep(killAfterMs)
    await servers.kill(node)
    await Promise.all(working)
    await servers.start(node)
  }

  /** What was called with a key is called again, at two nodes at once; without one, its room is as before or as after. */
  private async settle(sent: Sent[]): Promise<void> {
    for (const { room, call: args, key, after, answered } of sent) {
      if (key !== undefined) {
        const [one, other] = await Promise.all([call(...args, key), call(...args, key)])
        expect([args, one.status, other.status]).toEqual([args, 200, 200])
        expect(one.body.data).toEqual(answered ?? other.body.data)
        if (!room) this.rooms.push({ ...after, id: one.body.data.id })
        else Object.assign(room, after)
      } else if (room && answered !== undefined) Object.assign(room, after)
      else if (room) await this.adopt(room, after)
    }
  }

  private async adopt(room: Kept, after: Kept): Promise<void> {
    const seen = await look(room.id)
    if (seen.expires && after.state === 'dissolved') Object.assign(room, after)
    else if (JSON.stringify(shownOf(seen)) !== JSON.stringify(shownOf(room))) Object.assign(room, after)
  }

  /** Every room is as the model has it; one that came back, in all that can be read. */
  private async check(): Promise<void> {
    for (const room of this.rooms) {
      if (room.state === 'dissolved') await isGone(look, room.id)
      const seen = await look(room.id)
      expect({ id: room.id, ...shownOf(seen) }).toEqual({ id: room.id, ...shownOf(room) })
      if (room.state === 'alive' && room.wasDissolved) expect(seen.all).toEqual(room.all)
      if (room.state === 'alive') Object.assign(room, { all: seen.all, wasDissolved: false })
    }
    const { body } = await call('GET', '/chatrooms/deleted?limit=1000')
    expect(body.data.map(({ id }: Json) => id).sort()).toEqual(
      this.rooms.flatMap(({ id, state }) => (state === 'dissolved' ? [id] : [])).sort(),
    )
  }

  private singles({ singles, created }: Round, busy: Set<Kept>): Sent[] {
    const count = this.rooms.length < most ? created : 0
    const sent: Sent[] = Array.from({ length: count }, () => {
      const { draft, room } = changes.create(`room ${this.keys}`)
      return { room: undefined, call: ['POST', '/chatrooms', draft], key: this.key(), after: room }
    })
    for (const { room: place, change: wanted, user, isKeyed } of singles) {
      const room = this.at(place)
      if (!room || busy.has(room)) continue
      const change: Change | undefined = changes.of(room, wanted, people[user % people.length] as string)
      if (!change) continue
      busy.add(room)
      sent.push({ room, call: change.call, after: change.after, key: isKeyed ? this.key() : undefined })
    }
    return sent
  }

  /** Ends a job that was begun before the kill, and applies to each of its rooms what it says of it. */
  private async endBulk(asked: object, key: string, id: string | undefined, isStopped: boolean) {
    const again = await call('POST', '/chatrooms/bulk', asked, key)
    expect([asked, again.status]).toEqual([asked, 200])
    if (id !== undefined) expect(again.body.data.id).toBe(id)
    const job = again.body.data.id
    if (isStopped) await call('POST', `/chatrooms/bulk/${job}/stop`)
    const ended = await bulkEnd(call, job)
    expect(ended.state).toBeOneOf(isStopped ? ['stopped', 'done'] : ['done'])
    return { job: ended, rows: await bulkRooms(call, job) }
  }

  async play(each: Round): Promise<void> {
    const chosen = [...new Set(each.bulk.rooms.map(this.at))].filter((room) => room !== undefined)
    const user = people[each.bulk.user % people.length] as string
    const [action, bulk] = Object.entries(afterBulk)[each.bulk.action % Object.keys(afterBulk).length] as [
      string,
      (typeof afterBulk)[string],
    ]
    let asked: object | undefined = { ...bulk.asked(user), rooms: chosen.map(({ id }) => id), action }
    if (chosen.length === 0) asked = undefined
    const busy = new Set(chosen)
    let planned: Json[] | undefined
    if (asked && each.bulk.isDry) {
      const trial = { ...asked, dry_run: true }
      const { rows, job } = await this.killedWithin(each, trial, busy)
      planned = rows
      asked = { confirm: job.confirm }
      await this.check()
      const [first] = chosen
      if (each.bulk.meddles && first?.state === 'alive') {
        first.name = `meddled ${this.keys}`
        await call('PUT', `/chatrooms/${first.id}`, { name: first.name })
        await this.check()
      }
    }
    const { rows } = await this.killedWithin(each, asked, busy, each.bulk.isStopped)
    for (const [place, { room: id, outcome }] of rows.entries()) {
      const room = chosen[place] as Kept
      expect(id).toBe(room.id)
      const plan = planned?.[place]
      // Whether what was meddled with is done depends on whether that matters to the action.
      if (plan && outcome !== 'pending' && !(each.bulk.meddles && place === 0))
        expect([id, outcome]).toEqual([id, plan.outcome])
      const isRefused = room.state === 'dissolved' || bulk.refuses?.(room, user) === true
      if (outcome === 'done' || outcome === 'refused')
        expect([action, id, outcome]).toEqual([action, id, isRefused ? 'refused' : 'done'])
      if (outcome === 'done') Object.assign(room, bulk.after(room, user))
    }
    await this.check()
  }

  /** Begins a job beside other calls, kills a process in the middle, and returns what the job has come to. */
  private async killedWithin(each: Round, asked: object | undefined, busy: Set<Kept>, isStopped = false) {
    const sent = this.singles(each, new Set(busy))
    const key = this.key()
    const begun: Sent[] = asked
      ? [{ room: undefined, call: ['POST', '/chatrooms/bulk', asked], key, after: changes.create('').room }]
      : []
    await this.interrupted(each, [...begun, ...sent])
    await this.settle(sent)
    if (!asked) return { job: undefined, rows: [] as Json[] }
    return this.endBulk(asked, key, begun[0]?.answered?.id, isStopped)
  }
}

test(`14.3 14.4 14.5 whatever is created, changed, dissolved, restored and done in bulk when a process is killed: each room is as before or as after, and what is repeated acts once (${rounds} kills at least)`, async () => {
  const story = fc.array(round, { minLength: rounds, maxLength: rounds })
  await fc.assert(
    fc.asyncProperty(story, async (all) => {
      const told = new Story()
      for (const each of all) await told.play(each)
    }),
    { numRuns: 1, endOnFailure: true },
  )
})
