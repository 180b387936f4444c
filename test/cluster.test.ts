import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openPostgres } from '../src/store/postgres.ts'
import { type ClusterApp, createApps, type Node, startNode } from './support/cluster.ts'
import { aDatabase, type TestDatabase } from './support/database.ts'

/** Calls of each of the 24 clients; `npm run test:cluster-long` asks for 1,000. */
const callsEach = Number(process.env.CLUSTER_CALLS ?? 40)
const quota = 60
const roomsPerUser = 12
const people = Array.from({ length: 20 }, (_, n) => `user-${n}`)

interface Seen {
  id: string
  owner: string
  maxusers: number
  affiliations_count: number
  affiliations: { owner?: string; member?: string }[]
}

/** What a room may never be seen as. */
function checkRoom(room: Seen): void {
  const owners = room.affiliations.flatMap(({ owner }) => owner ?? [])
  const members = room.affiliations.flatMap(({ member }) => member ?? [])
  expect(owners).toEqual([room.owner])
  expect(new Set([...owners, ...members]).size).toBe(room.affiliations.length)
  expect(room.affiliations_count).toBe(room.affiliations.length)
  expect(room.affiliations_count).toBeLessThanOrEqual(room.maxusers)
}

if (!process.env.TEST_DATABASE_URL) {
  console.log('No cluster was tested: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.')
} else {
  let database: TestDatabase
  let nodes: Node[]
  beforeAll(async () => {
    database = (await aDatabase()) as TestDatabase
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => startNode(database.url)))
    nodes = [first as Node, ...others]
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    await database.remove()
  })

  const random = (below: number): number => Math.floor(Math.random() * below)
  const oneOf = <T>(items: T[]): T => items[random(items.length)] as T

  /** One client of many: calls nodes at random, and tracks the rooms that it alone creates and dissolves. */
  async function client(app: ClusterApp, created: Set<string>): Promise<Set<string>> {
    const mine = new Set<string>()
    const call = (method: string, path: string, body?: unknown) => app.call(random(3), method, path, body)
    const steps = [
      async () => {
        const members = [oneOf(people), oneOf(people)]
        const draft = { name: 'r', description: 'd', owner: oneOf(people), members, maxusers: 3 + random(4) }
        const { status, body } = await call('POST', '/chatrooms', draft)
        if (status === 403) return expect(body.error).toBe('exceed_limit')
        expect(status).toBe(200)
        mine.add(body.data.id)
        created.add(body.data.id)
        // Acknowledged here, so there for the next read of every node.
        for (const node of nodes.keys()) {
          expect((await app.call(node, 'GET', `/chatrooms/${body.data.id}`)).status).toBe(200)
        }
      },
      async () => {
        const [id] = mine
        if (id === undefined) return
        mine.delete(id)
        expect((await call('DELETE', `/chatrooms/${id}`)).status).toBe(200)
        for (const node of nodes.keys()) {
          expect((await app.call(node, 'GET', `/chatrooms/${id}`)).status).toBe(404)
        }
      },
      async () => {
        const name = `renamed ${crypto.randomUUID()}`
        const [id] = mine
        if (id === undefined) return
        expect((await call('PUT', `/chatrooms/${id}`, { name })).status).toBe(200)
        expect((await call('GET', `/chatrooms/${id}`)).body.data.name).toBe(name)
      },
      // Rooms that all clients change at the same time.
      async () => {
        const path = `/chatrooms/${oneOf([...created])}/users/${oneOf(people)}`
        const { status } = await call(oneOf(['POST', 'POST', 'DELETE']), path)
        expect([200, 400, 403, 404]).toContain(status)
      },
      async () => {
        const { status } = await call('PUT', `/chatrooms/${oneOf([...created])}`, { newowner: oneOf(people) })
        expect([200, 403, 404]).toContain(status)
      },
      async () => {
        const { status } = await call('PUT', `/chatrooms/${oneOf([...created])}`, { maxusers: 2 + random(6) })
        expect([200, 403, 404]).toContain(status)
      },
      async () => {
        const { status, body } = await call('GET', `/chatrooms/${oneOf([...created])}`)
        if (status === 200) checkRoom(body.data)
      },
      async () => {
        const { body } = await call('GET', '/chatrooms?limit=1000')
        expect(body.count).toBeLessThanOrEqual(quota)
      },
      async () => {
        const { body } = await call('GET', `/users/${oneOf(people)}/joined_chatrooms`)
        expect(body.count).toBeLessThanOrEqual(roomsPerUser)
      },
    ]
    for (let n = 0; n < callsEach; n += 1) await oneOf(steps)()
    return mine
  }

  test(
    'three nodes under load keep every rule, and show each other what they have answered',
    async () => {
      const [app] = await createApps(database.url, nodes, ['acme#load'], () => ({
        rooms: quota,
        roomsPerUser,
      }))
      if (!app) throw new Error('there is no app')
      await app.call(
        0,
        'POST',
        '/users',
        people.map((username) => ({ username })),
      )
      const created = new Set<string>(['1'])
      const left = await Promise.all(Array.from({ length: 24 }, () => client(app, created)))

      const expected = left.flatMap((mine) => [...mine]).sort()
      const joined = new Map<string, Set<string>>()
      for (const node of nodes.keys()) {
        const { body } = await app.call(node, 'GET', '/chatrooms?limit=1000')
        const ids: string[] = body.data.map(({ id }: Seen) => id)
        expect(ids.toSorted()).toEqual(expected)
        for (const id of ids) {
          const room: Seen = (await app.call(node, 'GET', `/chatrooms/${id}`)).body.data
          checkRoom(room)
          const names = room.affiliations.map(({ owner, member }) => owner ?? member ?? '')
          if (node === 0) joined.set(id, new Set(names))
          else expect(new Set(names)).toEqual(joined.get(id) ?? new Set())
        }
      }
      for (const username of people) {
        const { body } = await app.call(random(3), 'GET', `/users/${username}/joined_chatrooms`)
        const there = [...joined].filter(([, names]) => names.has(username)).map(([id]) => id)
        expect(body.data.map(({ id }: Seen) => id).sort()).toEqual(there.sort())
      }
      // The quota is filled exactly: what is free now can be created, and not one more.
      const drafts = Array.from({ length: quota }, (_, n) =>
        app.call(n, 'POST', '/chatrooms', { name: 'r', description: 'd', owner: `free-${n % 40}` }),
      )
      expect((await Promise.all(drafts)).every(({ status }) => status === 404)).toBe(true)
      await app.call(
        0,
        'POST',
        '/users',
        Array.from({ length: 60 }, (_, n) => ({ username: `free-${n}` })),
      )
      const filling = Array.from({ length: quota + 10 }, (_, n) =>
        app.call(n, 'POST', '/chatrooms', { name: 'r', description: 'd', owner: `free-${n % 60}` }),
      )
      const filled = (await Promise.all(filling)).filter(({ status }) => status === 200)
      expect(filled).toHaveLength(quota - expected.length)
    },
    60_000 + callsEach * 1000,
  )

  test('a transaction that has taken from a quota blocks no other', async () => {
    const store = await openPostgres({ url: database.url, pool: 6, timeoutMs: 10_000 })
    await store.transaction(({ quotas }) => quotas.setQuota(900, 'rooms', 1000))
    const take = () => store.transaction(({ quotas }) => quotas.takeQuota(900, 'rooms', 1))
    await store.transaction(async (inside) => {
      await inside.quotas.takeQuota(900, 'rooms', 1)
      for (let n = 0; n < 100; n += 1) expect(await take()).toBe(1)
    })
    await store.close()
  })

  test('a user and a room are deleted on one node while others use them: nobody is left over, twenty times over', async () => {
    const [app] = await createApps(database.url, nodes, ['acme#gone'], () => ({}))
    if (!app) throw new Error('there is no app')
    for (let round = 0; round < 20; round += 1) {
      const names = ['alice', 'bob', 'carol'].map((name) => `${name}-${round}`)
      await app.call(
        round,
        'POST',
        '/users',
        names.map((username) => ({ username })),
      )
      const [alice, bob, carol] = names
      const draft = { name: 'r', description: 'd', owner: alice, members: [bob] }
      const { body } = await app.call(round, 'POST', '/chatrooms', draft)
      const path = `/chatrooms/${body.data.id}`
      await Promise.all([
        app.call(0, 'DELETE', `/users/${alice}`),
        app.call(1, 'PUT', path, { newowner: bob }),
        app.call(2, 'DELETE', `/users/${bob}`),
        app.call(0, 'POST', `${path}/users/${carol}`),
        app.call(1, 'POST', '/chatrooms', { ...draft, members: [carol] }),
      ])
      // Whatever the order was, both owners are gone, and their rooms with them.
      expect((await app.call(2, 'GET', '/chatrooms')).body.data).toEqual([])
      expect((await app.call(2, 'GET', `/users/${carol}/joined_chatrooms`)).body.data).toEqual([])
    }
  }, 60_000)
}
