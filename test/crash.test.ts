import { Database } from 'bun:sqlite'
import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { aDirectory, type Served, serves } from './support/process.ts'
import { appsSetting, type Call, callsOn } from './support/served-app.ts'

/** How often the server is killed; `npm run test:crash-long` asks for 200. */
const rounds = Number(process.env.CRASH_ROUNDS ?? 5)
const workers = 24

const { dir, remove } = aDirectory()
afterAll(remove)

/** Starts the program, with the app of this test, and returns how to call it. */
async function start(): Promise<{ served: Served; call: Call }> {
  const served = await serves({ cwd: dir, env: { ...appsSetting, CHATROOMD_LOG_LEVEL: 'info' } })
  return { served, call: (await callsOn(served.url)).call }
}

/** A room as the API shows it. */
interface ShownRoom {
  id: string
  name: string
  custom: string
  owner: string
  affiliations_count: number
  affiliations: { member?: string }[]
}

/** What is stored, by the name that the test gave it: `room …` with its text and people, or `user …`. */
type Stored = Map<string, string>

/** Ids of the rooms by the name that the test gave them. */
const idOf = new Map<string, string>()

/** What the acknowledged writes of one worker have left, and what one unacknowledged write would change. */
class Worker {
  readonly stored: Stored = new Map()
  pending: [name: string, value: string | undefined][] = []
  private count = 0
  constructor(readonly place: number) {}

  /** The next write: what to call, and what it changes if it is acknowledged. */
  next(): { call: [method: string, path: string, sent?: object]; changes: Worker['pending'] } {
    this.count += 1
    const [me, other] = [`w${this.place}-a`, `w${this.place}-b`]
    const fresh = `${this.place}-${Date.now()}-${this.count}`
    const rooms = [...this.stored.keys()].filter((name) => name.startsWith('room '))
    const room = rooms[Math.floor(Math.random() * rooms.length)]
    const users = [me, other, `w${this.place}-c`]
    const missing = users.find((user) => !this.stored.has(`user ${user}`))
    if (missing)
      return { call: ['POST', '/users', { username: missing }], changes: [[`user ${missing}`, '']] }
    const choice = rooms.length > 6 ? 4 : Math.floor(Math.random() * 6)
    const [text = '', owner = '', member = ''] = room ? (this.stored.get(room)?.split(' ') ?? []) : []
    const path = `/chatrooms/${room && idOf.get(room)}`
    if (room && choice === 2)
      return {
        call: ['PUT', path, { name: fresh }],
        changes: [[room, [fresh, owner, member].join(' ').trimEnd()]],
      }
    if (room && member && choice === 3)
      return { call: ['PUT', path, { newowner: member }], changes: [[room, [text, member, owner].join(' ')]] }
    if (room && choice === 4) return { call: ['DELETE', path], changes: [[room, undefined]] }
    if (choice === 5) {
      const gone = `w${this.place}-c`
      const theirs = rooms.filter((name) => this.stored.get(name)?.split(' ')[1] === gone)
      const left = rooms.filter((name) => this.stored.get(name)?.split(' ')[2] === gone)
      const without = (name: string) => this.stored.get(name)?.replace(gone, '').trimEnd()
      return {
        call: ['DELETE', `/users/${gone}`],
        changes: [
          [`user ${gone}`, undefined],
          ...theirs.map((name) => [name, undefined] as [string, undefined]),
          ...left.map((name) => [name, without(name)] as [string, string]),
        ],
      }
    }
    const [first, second] = choice === 0 ? [me, other] : [`w${this.place}-c`, me]
    const draft = { name: fresh, description: '', owner: first, members: [second], custom: `room ${fresh}` }
    return {
      call: ['POST', '/chatrooms', draft],
      changes: [[`room ${fresh}`, [fresh, first, second].join(' ')]],
    }
  }

  keep(changes: Worker['pending']): void {
    for (const [name, value] of changes) {
      if (value === undefined) this.stored.delete(name)
      else this.stored.set(name, value)
    }
  }
}

/** Reads everything that the app holds, and checks that it agrees with itself. */
async function readStored(call: Call): Promise<Stored> {
  const stored: Stored = new Map()
  const ids: string[] = []
  const joined = new Map<string, string[]>()
  const pages = async <Page>(path: string, take: (page: Page) => void) => {
    let cursor = ''
    do {
      const { body } = await call<Page & { cursor?: string }>('GET', `${path}&cursor=${cursor}`)
      take(body)
      cursor = body.cursor ?? ''
    } while (cursor)
  }
  await pages<{ entities: { username: string }[] }>('/users?limit=100', ({ entities }) => {
    for (const { username } of entities) stored.set(`user ${username}`, '')
  })
  await pages<{ data: { id: string }[] }>('/chatrooms?limit=1000', ({ data }) => {
    ids.push(...data.map(({ id }) => id))
  })
  for (let from = 0; from < ids.length; from += 100) {
    const path = `/chatrooms/${ids.slice(from, from + 100).join()}`
    // One id returns an object.
    const { body } = await call<{ data: ShownRoom | ShownRoom[] }>('GET', path)
    for (const room of [body.data].flat()) {
      const members = room.affiliations.flatMap(({ member }) => member ?? [])
      expect(room.affiliations_count).toBe(members.length + 1)
      for (const name of [room.owner, ...members]) joined.set(name, [...(joined.get(name) ?? []), room.id])
      stored.set(room.custom, [room.name, room.owner, ...members].join(' '))
      idOf.set(room.custom, room.id)
    }
  }
  for (const name of [...stored.keys()].filter((each) => each.startsWith('user '))) {
    const path = `/users/${name.slice(5)}/joined_chatrooms?pagesize=1000`
    const listed = (await call<{ data: { id: string }[] }>('GET', path)).body.data.map(({ id }) => id)
    expect(listed.toSorted()).toEqual((joined.get(name.slice(5)) ?? []).toSorted())
  }
  return stored
}

test(
  `${rounds} times killed in the middle of writing, it loses nothing that it answered and keeps nothing by halves`,
  async () => {
    const crew = Array.from({ length: workers }, (_, place) => new Worker(place))
    let answered = 0
    for (let round = 0; round <= rounds; round++) {
      const { served, call } = await start()
      const stored = await readStored(call)
      for (const worker of crew) {
        const done = worker.pending.every(([name, value]) => stored.get(name) === value)
        if (done) worker.keep(worker.pending)
        worker.pending = []
      }
      const expected = new Map(crew.flatMap((worker) => [...worker.stored]))
      expect([...stored].toSorted()).toEqual([...expected].toSorted())
      const file = new Database(join(dir, 'data/chatroomd.db'), { readonly: true })
      expect(file.query('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
      file.close()
      if (round === rounds) {
        expect(await served.end('SIGTERM')).toBe(0)
        break
      }

      const until = answered + 50 + Math.floor(Math.random() * 400)
      const enough = Promise.withResolvers<void>()
      const working = crew.map(async (worker) => {
        for (;;) {
          const { call: args, changes } = worker.next()
          worker.pending = changes
          const reply = await call<{ data?: { id?: string } }>(...args)
          expect([args, reply]).toEqual([args, expect.objectContaining({ status: 200 })])
          if (reply.body.data?.id && args[0] === 'POST') idOf.set(changes[0]?.[0] ?? '', reply.body.data.id)
          worker.keep(changes)
          worker.pending = []
          answered += 1
          if (answered >= until) enough.resolve()
        }
      })
      await Promise.race([enough.promise, ...working])
      await served.end('SIGKILL')
      for (const result of await Promise.allSettled(working))
        if (result.status === 'rejected' && /toEqual/.test(String(result.reason))) throw result.reason
    }
    console.log(`${rounds} kills, ${answered} answered writes, none lost`)
  },
  60_000 + rounds * 10_000,
)
