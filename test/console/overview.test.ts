import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { limits } from '../../src/domain/limits.ts'
import { aBrowser } from '../support/browser.ts'
import { startNode } from '../support/cluster.ts'
import { aConsole } from '../support/console-page.ts'
import { anOperator, type Browser } from '../support/operators.ts'
import { connectAs } from '../support/people.ts'
import { aServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let viewer: Browser

beforeAll(async () => {
  server = await aServer()
  viewer = await anOperator(server, 'vera', 'viewer')
})
afterAll(() => server.stop())

interface Shown {
  id: string
  node: string
  is_lost: boolean
  store_up: boolean
  connections: number
}

const shown = async (): Promise<Shown[]> => (await viewer.call('GET', '/console/api/overview')).body.nodes

test('15 what a node hands to clients is counted once for each', async () => {
  const app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol')
  const room = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
  const people = [await connectAs(app, 'alice'), await connectAs(app, 'bob')]
  await app.call('POST', '/messages/chatrooms', {
    from: 'carol',
    to: [room],
    type: 'txt',
    body: { msg: 'hi' },
  })
  for (const each of people) await each.text('carol: hi')
  expect(await server.count(({ messages }) => messages)).toBe(1)
  expect(await server.count(({ delivered }) => delivered)).toBe(2)
  const text = await (await fetch(`${server.pagesUrl}/metrics`)).text()
  expect(text).toContain('chatroomd_messages_delivered_total 2')
  for (const each of people) each.close()
})

// An embedded store has one node.
test.skipIf(process.env.TEST_DATABASE_URL === undefined)(
  '15 the overview has every node, and one that has stopped is gone from it',
  async () => {
    const before = await shown()
    const node = await startNode(server.databaseUrl)
    const { port } = new URL(node.url)
    const other = (nodes: Shown[]) => nodes.find((each) => each.node.endsWith(`:${port}`))
    await until(async () => other(await shown()) !== undefined)
    const nodes = await shown()
    expect(nodes).toHaveLength(before.length + 1)
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length)
    expect(other(nodes)).toMatchObject({
      is_lost: false,
      store_up: true,
      connections: 0,
      database_pool: expect.any(Number),
      database_busy: expect.any(Number),
      messages_out_per_second: expect.any(Number),
    })
    await node.stop()
    await until(async () => other(await shown()) === undefined)
  },
)

// An embedded store has one node.
test.skipIf(process.env.TEST_DATABASE_URL === undefined)(
  '15 a node that falls silent is shown as lost, and its figures are not counted',
  async () => {
    const [browser, node] = await Promise.all([aBrowser(), startNode(server.databaseUrl)])
    const { port } = new URL(node.url)
    const { value } = limits.nodeSilence
    try {
      const { page, axe, close } = await aConsole(browser, { url: server.url, as: 'vera', locale: 'en-GB' })
      const line = page.getByRole('listitem').filter({ hasText: `:${port}` })
      await line.waitFor()
      await node.stop('SIGKILL')
      limits.nodeSilence.value = 1000
      await line.getByText(/^not heard of for \d+ s/).waitFor()
      expect(await axe()).toEqual([])
      await close()
    } finally {
      limits.nodeSilence.value = value
      await browser.close()
    }
  },
)
