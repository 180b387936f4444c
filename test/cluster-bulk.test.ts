import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { bulkEnd, bulkRooms } from './support/bulk.ts'
import { createApps, type Node, startNode } from './support/cluster.ts'
import { aDatabase, type TestDatabase } from './support/database.ts'
import { until } from './support/until.ts'

setDefaultTimeout(120_000)

/** Rooms of a job; `npm run test:bulk-long` asks for more. */
const count = Number(process.env.BULK_CRASH_ROOMS ?? 200)

if (!process.env.TEST_DATABASE_URL) {
  console.log(
    'No bulk job on several nodes was tested: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.',
  )
} else {
  const database = (await aDatabase()) as TestDatabase
  const nodes: Node[] = await Promise.all(
    [1, 2, 3].map(() => startNode(database.url, { CHATROOMD_NODE_LEASE: '2' })),
  )
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    await database.remove()
  })

  /** Rooms of jobs that each node has settled. */
  const settled = () =>
    Promise.all(
      nodes.map(async ({ url }) => {
        const text = await (await fetch(`${url}/metrics`)).text()
        const lines = [...text.matchAll(/^chatroomd_bulk_rooms_total\{[^}]*\} (\d+)$/gm)]
        return lines.reduce((sum, [, number]) => sum + Number(number), 0)
      }),
    )

  test('14.3 of several nodes one runs a job, and another goes on with it when it is killed', async () => {
    const [app] = await createApps(database.url, nodes, ['acme#lounge'], () => ({}))
    if (!app) throw new Error('there is no app')
    const call = (method: string, path: string, body?: object) => app.call(0, method, path, body)
    await call('POST', '/users', { username: 'alice' })
    const drafts = Array.from({ length: count }, (_, n) => ({
      name: `room ${n}`,
      description: 'd',
      owner: 'alice',
    }))
    const { id } = (await call('POST', '/chatrooms/bulk', { action: 'create', drafts })).body.data
    await until(async () => (await settled()).some((rooms) => rooms > 0))
    const before = await settled()
    expect(before.filter((rooms) => rooms > 0)).toHaveLength(1)
    const [runner] = nodes.splice(
      before.findIndex((rooms) => rooms > 0),
      1,
    )
    await runner?.stop('SIGKILL')
    expect((await bulkRooms(call, id, '&outcome=pending')).length).toBeGreaterThan(0)
    const job = await bulkEnd(call, id)
    expect([job.state, job.done, job.total]).toEqual(['done', count, count])
    expect((await settled()).filter((rooms) => rooms > 0)).toHaveLength(1)
    const names: string[] = []
    for (let cursor = ''; cursor !== undefined; ) {
      const { body } = await call('GET', `/chatrooms?limit=1000&cursor=${cursor}`)
      names.push(...body.data.map(({ name }: { name: string }) => name))
      cursor = body.cursor
    }
    expect(names.toSorted()).toEqual(drafts.map(({ name }) => name).toSorted())
  })
}
