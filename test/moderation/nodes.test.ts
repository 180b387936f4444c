import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readConfig } from '../../src/config.ts'
import { openEngine } from '../../src/engine/engine.ts'
import { adminOn } from '../../src/operator/admin.ts'
import { type Node, startNode } from '../support/cluster.ts'
import { aDatabase, type TestDatabase } from '../support/database.ts'
import { connectAs } from '../support/people.ts'
import { request, type TestApp } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(120_000)

const key = 'acme#lounge'

if (!process.env.TEST_DATABASE_URL) {
  console.log('Two nodes were not tested: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.')
} else {
  describe('on two nodes', () => {
    let database: TestDatabase
    let nodes: [Node, Node]
    let apps: [TestApp, TestApp]

    beforeAll(async () => {
      database = (await aDatabase()) as TestDatabase
      nodes = [await startNode(database.url), await startNode(database.url)]
      const engine = await openEngine(readConfig({ database_url: database.url }, {}, ''), () => undefined)
      const admin = adminOn(engine)
      await admin.createApp({ key })
      for (const user of ['alice', 'bob', 'carol']) await admin.createUser(key, user, `${user}-1`)
      const token = await admin.issueToken(key, 3600)
      await engine.close()
      const appOn = ({ url }: Node) => {
        const call: TestApp['call'] = (method, path, body, headers) =>
          request(method, `${url}/acme/lounge${path}`, body, { authorization: `Bearer ${token}`, ...headers })
        return { key, url: `${url}/acme/lounge`, call } as TestApp
      }
      apps = [appOn(nodes[0]), appOn(nodes[1])]
      for (const { call } of apps) await until(async () => (await call('GET', '/chatrooms')).status !== 404)
    })
    afterAll(async () => {
      await Promise.all(nodes.map((node) => node.stop()))
      await database.remove()
    })

    async function aRoom(): Promise<string> {
      const draft = { name: 'a room', description: '', owner: 'alice', members: ['bob', 'carol'] }
      return (await apps[0].call('POST', '/chatrooms', draft)).body.data.id
    }

    test('13.3 a list that is changed through one node holds on the other within seconds, and hits of both are counted', async () => {
      const room = await aRoom()
      const [bob, carol] = [await connectAs(apps[0], 'bob'), await connectAs(apps[1], 'carol')]
      const lists = '/moderation/keyword_lists'
      const { body } = await apps[0].call('POST', lists, { name: 'adverts', action: 'refuse' })
      const path = `${lists}/${body.data.id}`
      await apps[0].call('POST', `${path}/words`, { words: ['casino'] })
      const since = performance.now()
      const isRefused = async (socket: typeof bob) =>
        (await socket.say(room, 'casino')).status?.errorCode === 1
      await until(() => isRefused(carol))
      await until(() => isRefused(bob))
      expect(performance.now() - since).toBeLessThan(10_000)
      await until(async () => (await apps[1].call('GET', path)).body.data.hits >= 2)
      await apps[1].call('DELETE', path)
      await until(async () => !(await isRefused(bob)))
      for (const socket of [bob, carol]) socket.close()
    })

    test('13.3 slow mode follows a member to another node', async () => {
      const room = await aRoom()
      const [bob, phone, carol] = [
        await connectAs(apps[0], 'bob'),
        await connectAs(apps[1], 'bob', 'phone'),
        await connectAs(apps[1], 'carol'),
      ]
      await apps[1].call('PUT', `/chatrooms/${room}/slow_mode`, { slowMode: 60 })
      await until(async () => {
        await bob.say(room, 'first')
        return (await bob.say(room, 'again')).status?.errorCode === 19
      })
      // The other node has the event once its members have it.
      await carol.text('bob: first')
      await until(async () => (await phone.say(room, 'from here')).status?.errorCode === 19)
      for (const socket of [bob, phone, carol]) socket.close()
    })
  })
}
