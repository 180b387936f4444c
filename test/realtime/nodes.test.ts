import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { SQL } from 'bun'
import type { Browser } from 'playwright-core'
import { readConfig } from '../../src/config.ts'
import { openEngine } from '../../src/engine/engine.ts'
import { adminOn } from '../../src/operator/admin.ts'
import { MUCBody_Operation, StatisticsBody_Operation } from '../../src/realtime/generated/protocol.ts'
import { aBrowser } from '../support/browser.ts'
import { type Node, startNode } from '../support/cluster.ts'
import { aDatabase, type TestDatabase } from '../support/database.ts'
import { startNats, type TestNats } from '../support/nats.ts'
import { connectAs } from '../support/people.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { sdkInPage } from '../support/sdk-in-page.ts'
import { request, type TestApp } from '../support/server.ts'
import { wholeStory } from '../support/story.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(120_000)

const key = 'acme#lounge'

/** Two server processes on one database, and an app with alice and bob; calls go to the first. */
async function twoNodes(database: TestDatabase, env: Record<string, string>) {
  const nodes = await Promise.all([
    startNode(database.url, { CHATROOMD_PRESENCE_GRACE: '1', ...env }),
    startNode(database.url, { CHATROOMD_PRESENCE_GRACE: '1', ...env }),
  ])
  const engine = await openEngine(readConfig({ database_url: database.url }, {}, ''), () => undefined)
  const admin = adminOn(engine)
  await admin.createApp({ key, settings: { userMessageRate: null } })
  for (const user of ['alice', 'bob']) await admin.createUser(key, user, `${user}-1`)
  const token = await admin.issueToken(key, 3600)
  await engine.close()
  const call =
    (node: Node): TestApp['call'] =>
    (method, path, body, headers) =>
      request(method, `${node.url}/acme/lounge${path}`, body, {
        authorization: `Bearer ${token}`,
        ...headers,
      })
  for (const node of nodes) await until(async () => (await call(node)('GET', '/chatrooms')).status !== 404)
  const app = { key, call: call(nodes[0] as Node) } as TestApp
  await app.call('POST', '/chatrooms/super_admin', { superadmin: 'alice' })
  return { nodes: nodes as [Node, Node], app, second: call(nodes[1] as Node) }
}

if (!process.env.TEST_DATABASE_URL) {
  console.log('Two nodes were not tested: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.')
} else {
  describe.each(['PostgreSQL', 'Redis', 'NATS'] as const)('through %s', (carrier) => {
    let database: TestDatabase
    let redis: TestRedis | undefined
    let nats: TestNats | undefined
    let cluster: Awaited<ReturnType<typeof twoNodes>>
    let browser: Browser | undefined

    beforeAll(async () => {
      database = (await aDatabase()) as TestDatabase
      redis = carrier === 'Redis' ? await startRedis() : undefined
      nats = carrier === 'NATS' ? await startNats() : undefined
      cluster = await twoNodes(database, {
        ...(redis ? { CHATROOMD_REDIS_URL: redis.url } : {}),
        ...(nats ? { CHATROOMD_NATS_URL: nats.url } : {}),
      })
      if (carrier === 'PostgreSQL') browser = await aBrowser()
    })
    afterAll(async () => {
      await browser?.close()
      await Promise.all(cluster.nodes.map((node) => node.stop()))
      await database.remove()
      await redis?.stop()
      await nats?.stop()
    })

    const login = (node: 0 | 1, name: string, resource?: string) =>
      connectAs(cluster.app, name, resource, cluster.nodes[node].url)

    for (const name of sdkNames) {
      const sdkLogin = (node: 0 | 1, user: string) => ({
        url: cluster.nodes[node].url,
        appKey: key,
        user,
        pwd: `${user}-1`,
      })
      test(`a room's whole life on two nodes, with ${name} in Bun`, async () => {
        const alice = await sdkInBun(name, sdkLogin(0, 'alice'))
        const bob = await sdkInBun(name, sdkLogin(1, 'bob'))
        await wholeStory(cluster.app, alice, bob)
        await alice.close()
        await bob.close()
      })
      if (carrier !== 'PostgreSQL') continue
      test(`a room's whole life on two nodes, with ${name} in two pages`, async () => {
        const alice = await sdkInPage(browser as Browser, name, sdkLogin(0, 'alice'))
        const bob = await sdkInPage(browser as Browser, name, sdkLogin(1, 'bob'))
        await wholeStory(cluster.app, alice, bob)
        await alice.close()
        await bob.close()
      })
    }

    test('messages of every size arrive in order', async () => {
      const { body } = await cluster.app.call('POST', '/chatrooms', {
        name: 'n',
        description: 'd',
        owner: 'alice',
        members: ['bob'],
      })
      const room: string = body.data.id
      const [alice, bob] = [await login(0, 'alice'), await login(1, 'bob')]
      const texts = Array.from({ length: 200 }, (_, n) => `${n}:${'x'.repeat((n * 997) % 15_000)}`)
      await Promise.all(texts.map((text) => alice.say(room, text)))
      await bob.text(`alice: ${texts.at(-1)}`)
      expect(bob.texts).toEqual(texts.map((text) => `alice: ${text}`))
      alice.close()
      bob.close()
    })

    test('what one user sends to another reaches all devices of both, on whatever node', async () => {
      const [alice, tablet] = [await login(0, 'alice'), await login(1, 'alice', 'tablet')]
      const [bob, phone] = [await login(1, 'bob'), await login(0, 'bob', 'phone')]
      const owned = async () => (await cluster.second('GET', '/users/alice/resources')).body.data
      await until(async () => (await owned()).length === 2)
      expect((await bob.sayTo('alice', 'hello')).status?.errorCode).toBe(0)
      for (const each of [alice, tablet, phone]) await each.text('bob: hello')
      phone.close()
      await phone.closed
      const devices = async () => (await cluster.app.call('GET', '/users/bob/resources')).body.data
      const isAtOtherNodeOnly = (rows: { res: string }[]) => rows.length === 1 && rows[0]?.res === 'test'
      await until(async () => isAtOtherNodeOnly(await devices()))
      expect((await alice.sayTo('bob', 'from the other node')).status?.errorCode).toBe(0)
      await bob.text('alice: from the other node')
      await tablet.text('alice: from the other node')
      const { body } = await cluster.app.call('POST', '/messages/users', {
        to: ['bob', 'alice'],
        type: 'txt',
        body: { msg: 'notice' },
      })
      const { sync } = await bob.text('admin: notice')
      expect(String(sync?.metas?.[0]?.id)).toBe(body.data.bob)
      await alice.text('admin: notice')
      await tablet.text('admin: notice')
      expect(bob.texts).not.toContain('bob: hello')
      for (const each of [alice, tablet, bob]) each.close()
    })

    test('20.3 a device that logs in to another node is ended where it was', async () => {
      const [first, tablet] = [await login(0, 'alice', 'phone'), await login(0, 'alice', 'tablet')]
      const second = await login(1, 'alice', 'phone')
      const { logouts } = await first.find((got) => got.logouts.length > 0)
      expect(logouts[0]?.operation).toBe(StatisticsBody_Operation.USER_LOGIN_ANOTHER_DEVICE)
      await first.closed
      for (const each of [tablet, second]) {
        await each.settled()
        each.close()
      }
    })

    test('12.4 a mute of the whole app, set and lifted at one node, is obeyed at the other', async () => {
      const { body } = await cluster.app.call('POST', '/chatrooms', {
        name: 'n',
        description: 'd',
        owner: 'alice',
        members: ['bob'],
      })
      const room: string = body.data.id
      const bob = await login(1, 'bob')
      const mute = (seconds: number) =>
        cluster.app.call('POST', '/mutes', { username: 'bob', chatroom: seconds })
      const reason = async () => (await bob.say(room, 'x')).status?.reason
      expect(await reason()).toBeUndefined()
      expect((await mute(-1)).status).toBe(200)
      await until(async () => (await reason()) === 'user is mute')
      expect((await cluster.second('GET', '/mutes/bob')).body.data).toMatchObject({ chatroom: -1, chat: 0 })
      bob.close()
      const again = await login(1, 'bob')
      expect((await again.say(room, 'x')).status?.reason).toBe('user is mute')
      await mute(0)
      await until(async () => (await again.say(room, 'x')).status?.errorCode === 0)
      again.close()
    })

    test('16.6 a message that is repeated through another node is not sent twice', async () => {
      const draft = { name: 'n', description: 'd', owner: 'alice', members: ['bob'] }
      const { body } = await cluster.app.call('POST', '/chatrooms', draft)
      const room: string = body.data.id
      const [alice, bob] = [await login(0, 'alice'), await login(0, 'bob')]
      const { serverId } = await alice.say(room, 'once', { id: 4711n })
      await bob.text('alice: once')
      alice.close()
      // A moment later it is stored; a client that comes back takes longer.
      await using sql = new SQL(database.url, { max: 1 })
      await until(async () => (await sql`select 1 from messages where id = ${String(serverId)}`).length === 1)
      const again = await login(1, 'alice')
      expect((await again.say(room, 'once', { id: 4711n })).serverId).toBe(serverId)
      await again.say(room, 'last')
      await bob.text('alice: last')
      expect(bob.texts).toEqual(['alice: once', 'alice: last'])
      again.close()
      bob.close()
    })

    test('status and disconnecting work from any node', async () => {
      const bob = await login(0, 'bob')
      const status = async () => (await cluster.second('GET', '/users/bob/status')).body.data.bob
      await until(async () => (await status()) === 'online')
      await cluster.second('GET', '/users/bob/disconnect')
      await bob.closed
      await until(async () => (await status()) === 'offline')
    })
  })

  test('a node that dies takes its own connections with it, and its users leave when its lease ends', async () => {
    const database = (await aDatabase()) as TestDatabase
    const { nodes, app } = await twoNodes(database, { CHATROOMD_NODE_LEASE: '2' })
    const { body } = await app.call('POST', '/chatrooms', {
      name: 'n',
      description: 'd',
      owner: 'alice',
      members: ['bob'],
    })
    const alice = await connectAs(app, 'alice', undefined, nodes[0].url)
    const bob = await connectAs(app, 'bob', undefined, nodes[1].url)
    await until(async () => (await app.call('GET', '/users/bob/status')).body.data.bob === 'online')
    await nodes[1].stop('SIGKILL')
    await bob.closed
    await alice.settled()
    const { events } = await alice.event(MUCBody_Operation.ABSENCE)
    expect(events[0]).toMatchObject({ from: { name: 'bob' }, mucMemberCount: 1 })
    expect((await alice.say(body.data.id, 'alone')).status?.errorCode).toBe(0)
    alice.close()
    await nodes[0].stop()
    await database.remove()
  })
}
