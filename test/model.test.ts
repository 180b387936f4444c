import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { readConfig } from '../src/config.ts'
import { examine } from '../src/operator/doctor/examine.ts'
import {
  apply,
  type List,
  listsOf,
  type Model,
  type Op,
  outcomeOf,
  pathOf,
  shown,
  stateOf,
} from './support/model.ts'
import { aServer, type Reply, type TestApp, type TestServer } from './support/server.ts'

/** Generated sequences; `npm run test:model-long` asks for 1,000. */
const runs = Number(process.env.MODEL_RUNS ?? 60)

let server: TestServer
let apps = 0
beforeAll(async () => {
  server = await aServer()
})
afterAll(async () => {
  const place = { data_dir: server.dir, database_url: server.databaseUrl }
  const found = (await examine(readConfig(place, {}, ''))).filter((each) => each.found > 0)
  await server.stop()
  // 14.9: whatever was called, the store is sound.
  expect(found).toEqual([])
})

const name = fc.constantFrom('alice', 'bob', 'carol', 'dave')
const room = fc.nat(11)
const list = fc.constantFrom<List[]>('admins', 'muted', 'blocked', 'allowed')
const small = fc.integer({ min: 1, max: 4 })
const create = {
  do: fc.constant('create' as const),
  owner: name,
  members: fc.array(name, { maxLength: 2 }),
}

const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: fc.record(create) },
  { weight: 3, arbitrary: fc.record({ ...create, maxusers: small }) },
  { weight: 1, arbitrary: fc.record({ ...create, roomid: fc.constantFrom('x', 'y') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('change' as const), room, maxusers: small }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('change' as const), room, name }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('transfer' as const), room, to: name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('dissolve' as const), room }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('restore' as const),
      room,
      owner: fc.option(name, { nil: undefined, freq: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dissolved' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      room,
      names: fc.array(name, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), room, name }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('put on' as const), room, name, list }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('take off' as const), room, name, list }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('register' as const),
      names: fc.array(name, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete user' as const), name }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('delete users' as const), limit: fc.constantFrom(1, 2) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('details' as const), room }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('list' as const), limit: small }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('joined' as const), name }) },
)

const settings = fc.record({
  dialect: fc.constantFrom('docs' as const, 'sdk' as const),
  rooms: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 2 }),
  roomsPerUser: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 2 }),
  users: fc.option(fc.integer({ min: 3, max: 4 }), { freq: 2 }),
  maxusers: fc.constantFrom(3, 5, 10_000),
  ownerSuccession: fc.constantFrom('dissolve', 'dissolve', 'oldest_admin', 'oldest_member', 'user:dave'),
})

/** An app with three users, and the model of it. */
async function aModelledApp(chosen: Model['settings']) {
  const app = await server.app(`model#app${++apps}`)
  await app.register('alice', 'bob', 'carol')
  const { body } = await app.call('GET', '/users')
  await app.set(chosen)
  const users = new Map<string, number>(
    body.entities.map((user: { username: string; created: number }) => [user.username, user.created]),
  )
  return {
    app,
    model: { settings: chosen, users, rooms: [], chosen: new Set(), dissolved: [], ticks: 0 } as Model,
  }
}

/** Reads everything that an app holds, in pages of two rooms, with roles and lists of those that were `touched`. */
async function readState(app: TestApp, touched: string[]): Promise<ReturnType<typeof stateOf>> {
  const users: string[] = (await app.call('GET', '/users')).body.entities.map(
    (user: { username: string }) => user.username,
  )
  const listed: [string, string, number][] = []
  let cursor = ''
  do {
    const { body } = await app.call('GET', `/chatrooms?limit=2&cursor=${cursor}`)
    listed.push(
      ...body.data.map((each: Record<string, unknown>) => [each.id, each.owner, each.affiliations_count]),
    )
    cursor = body.cursor
  } while (cursor)
  const ids = listed.map(([id]) => id)
  const details = ids.length === 0 ? [] : (await app.call('GET', `/chatrooms/${ids.join()}`)).body.data
  const rooms = [details].flat().map(shown)
  expect(rooms.map((each) => [each[0], each[3], each[4]])).toEqual(listed)
  const joined = users.toSorted().map(async (user) => {
    const { body } = await app.call('GET', `/users/${user}/joined_chatrooms`)
    return [user, body.data.map(({ id }: { id: string }) => id)] as [string, string[]]
  })
  const lists = await Promise.all(touched.map((id) => listsOf(app, id)))
  return { lists, users, rooms, joined: await Promise.all(joined) }
}

function* orders<T>(items: T[]): Generator<T[]> {
  if (items.length <= 1) yield items
  for (const [place, first] of items.entries())
    if (items.length > 1) for (const rest of orders(items.toSpliced(place, 1))) yield [first, ...rest]
}

/** Sends the calls at once, and returns the model after an order of them that explains all that was seen. */
async function together(app: TestApp, model: Model, everyId: string[], ops: Op[]): Promise<Model> {
  const ids = [...everyId]
  const idOf = (place: number) => (ids.length === 0 ? '1' : (ids[place % ids.length] as string))
  const replies = await Promise.all(ops.map((each) => app.call(...pathOf(each, idOf))))
  for (const { body } of replies) if (body.action === 'post' && body.data?.id) everyId.push(body.data.id)
  const seen = ops.map((each, place) => outcomeOf(each, replies[place] as Reply))
  const touched = [...new Set(ops.flatMap((each) => ('room' in each ? [idOf(each.room)] : [])))]
  const state = await readState(app, touched)

  const tried: unknown[] = []
  for (const order of orders([...ops.keys()])) {
    const after = structuredClone(model)
    const outcomes: unknown[] = []
    for (const place of order) outcomes[place] = apply(after, ops[place] as Op, idOf, replies[place] as Reply)
    if (Bun.deepEquals(outcomes, seen) && Bun.deepEquals(stateOf(after, touched), state)) return after
    tried.push({ outcomes, state: stateOf(after, touched) })
  }
  expect({ outcomes: seen, state }).toEqual(tried[0] as { outcomes: unknown[]; state: typeof state })
  throw new Error('no order explains what was seen')
}

const check = (sizes: { minLength: number; maxLength: number }, groups: number, count: number) =>
  fc.assert(
    fc.asyncProperty(
      settings,
      fc.array(fc.array(op, sizes), { minLength: 1, maxLength: groups, size: 'max' }),
      async (chosen, steps) => {
        const { app, model } = await aModelledApp(chosen)
        const everyId: string[] = []
        let current = model
        for (const step of steps) current = await together(app, current, everyId, step)
        expect(await readState(app, everyId)).toEqual(stateOf(current, everyId))
      },
    ),
    { numRuns: count },
  )

const patience = 60_000 + runs * 1000

test(
  'any sequence of calls leads to what a simple model says',
  () => check({ minLength: 1, maxLength: 1 }, 40, runs),
  patience,
)

test(
  'any calls made at once have an outcome that some order of them has',
  () => check({ minLength: 2, maxLength: 4 }, 10, runs),
  patience,
)

test(
  'paging through a list that changes meanwhile repeats and skips nothing',
  async () => {
    const between = fc.array(fc.oneof(fc.constant('create' as const), fc.nat(20)), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(
        fc.nat(12),
        small,
        fc.array(between, { minLength: 12 }),
        async (count, limit, changes) => {
          const app = await server.app(`model#app${++apps}`)
          await app.register('alice')
          const ids: string[] = []
          for (let n = 0; n < count; n++) ids.unshift(await app.room({ owner: 'alice' }))
          const gone = new Set<string>()
          const seen: string[] = []
          let cursor = ''
          for (const change of changes) {
            const { body } = await app.call('GET', `/chatrooms?limit=${limit}&cursor=${cursor}`)
            seen.push(...body.data.map(({ id }: { id: string }) => id))
            cursor = body.cursor
            if (!cursor) break
            await Promise.all(
              change.map(async (each) => {
                if (each === 'create') return app.room({ owner: 'alice' })
                const id = ids[each % ids.length] as string
                const { status } = await app.call('DELETE', `/chatrooms/${id}`)
                if (status === 200 && !seen.includes(id)) gone.add(id)
              }),
            )
          }
          expect(seen).toEqual(ids.filter((id) => !gone.has(id)))
        },
      ),
      { numRuns: runs },
    )
  },
  patience,
)

test('a room, a quota and a user’s rooms are filled exactly by many at once', async () => {
  const app = await server.app('model#crowd', { dialect: 'sdk', roomsPerUser: 5 })
  const crowd = Array.from({ length: 40 }, (_, n) => `user-${n}`)
  await app.register(...crowd)
  const id = await app.room({ owner: 'user-0', maxusers: 10 })
  const transfers = await Promise.all(
    crowd.slice(1).map((newowner) => app.call('PUT', `/chatrooms/${id}`, { newowner })),
  )
  expect(transfers.filter(({ status }) => status === 200)).toHaveLength(9)
  const { data } = (await app.call('GET', `/chatrooms/${id}`)).body
  expect([data[0].affiliations_count, data[0].affiliations.length]).toEqual([10, 10])
})
