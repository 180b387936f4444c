import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { createApps, type Node, startNode } from './support/cluster.ts'
import { aDatabase, type TestDatabase } from './support/database.ts'
import { until } from './support/until.ts'

setDefaultTimeout(60_000)

/** Times that the node which dissolves rooms is killed; `npm run test:lifecycle-long` asks for more. */
const kills = Number(process.env.LIFECYCLE_KILLS ?? 1)
const roomsEach = 10

if (!process.env.TEST_DATABASE_URL) {
  console.log('No cluster was tested: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.')
} else {
  const database = (await aDatabase()) as TestDatabase
  const start = () => startNode(database.url, { CHATROOMD_NODE_LEASE: '2' })
  const nodes: Node[] = await Promise.all([1, 2, 3].map(start))
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    await database.remove()
  })

  const number = (text: string, name: RegExp): number => Number(name.exec(text)?.[1])
  const metricsOf = async ({ url }: Node) => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return {
      holds: number(text, /^chatroomd_lifecycle_job (\d+)/m) === 1,
      dissolved: number(text, /^chatroomd_rooms_dissolved_total\{reason="expires_at"\} (\d+)/m),
    }
  }
  const metrics = () => Promise.all(nodes.map(metricsOf))
  const holder = async (): Promise<number> => {
    await until(async () => (await metrics()).some(({ holds }) => holds))
    const all = await metrics()
    expect(all.filter(({ holds }) => holds)).toHaveLength(1)
    return all.findIndex(({ holds }) => holds)
  }

  test('14.2 of several nodes one dissolves rooms, and another one when it is killed or stopped', async () => {
    const [app] = await createApps(database.url, nodes, ['acme#lounge'], () => ({}))
    if (!app) throw new Error('there is no app')
    await app.call(0, 'POST', '/users', { username: 'alice' })
    const made: string[] = []
    /** Rooms that end soon, and are gone when it returns; dissolved by the node that holds the job then. */
    const expire = async () => {
      const draft = { name: 'r', description: 'r', owner: 'alice', expires_at: Date.now() + 50 }
      const rooms: string[] = []
      for (let n = 0; n < roomsEach; n += 1) {
        const { body } = await app.call(n, 'POST', '/chatrooms', draft)
        rooms.push(body.data.id)
      }
      made.push(...rooms)
      const isGone = async (room: string) => (await app.call(0, 'GET', `/chatrooms/${room}`)).status === 404
      await until(async () => (await Promise.all(rooms.map(isGone))).every(Boolean))
    }
    await expire()
    for (let round = 0; round <= kills; round += 1) {
      const held = await holder()
      const [gone] = nodes.splice(held, 1)
      await gone?.stop(round === kills ? 'SIGTERM' : 'SIGKILL')
      const before = (await metrics()).map(({ dissolved }) => dissolved)
      await expire()
      const next = await holder()
      const after = (await metrics()).map(({ dissolved }) => dissolved)
      expect(after.map((count, at) => count - (before[at] ?? 0))).toEqual(
        nodes.map((_, at) => (at === next ? roomsEach : 0)),
      )
      if (round < kills) nodes.push(await start())
    }
    for (const room of made) {
      const { body } = await app.call(0, 'GET', `/chatrooms/${room}/audit?limit=100`)
      const types = body.data.flatMap(({ changes }: { changes: { type: string }[] }) =>
        changes.map(({ type }) => type),
      )
      expect(types.filter((type: string) => type === 'room.dissolved')).toHaveLength(1)
    }
  })
}
