import { Database } from 'bun:sqlite'
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { SQL } from 'bun'
import { messageId } from '../../src/domain/message-ids.ts'
import { MessageBody, MessageBody_Type, Meta_NameSpace } from '../../src/realtime/generated/protocol.ts'
import { type Node, startNode } from '../support/cluster.ts'
import { aDatabase } from '../support/database.ts'
import { aDirectory } from '../support/process.ts'
import { request } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

const { dir, remove } = aDirectory()
const database = await aDatabase()
const key = 'acme#recalls'
let nodes: Node[] = []
let room: string

const start = async (): Promise<Node> => {
  const node = await startNode(database?.url ?? '', {
    CHATROOMD_DATA_DIR: dir,
    CHATROOMD_APPS: `${key}:id:secret`,
  })
  nodes.push(node)
  return node
}

/** Ends every process at once, as a loss of power would, and starts one anew. */
async function crash(): Promise<Node> {
  await Promise.all(nodes.map((node) => node.stop('SIGKILL')))
  nodes = []
  return start()
}

async function call(node: Node, method: string, path: string, body: unknown, token = '') {
  const reply = await request(method, `${node.url}/acme/recalls${path}`, body, {
    authorization: `Bearer ${token}`,
  })
  expect(reply.status).toBe(200)
  return reply.body
}

const tokenOf = async (node: Node): Promise<string> => {
  const credentials = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
  return (await call(node, 'POST', '/token', credentials)).access_token
}

async function login(node: Node, username: string): Promise<TestSocket> {
  const { access_token } = await call(
    node,
    'POST',
    '/token',
    { grant_type: 'inherit', username },
    await tokenOf(node),
  )
  return TestSocket.login(node.url, key, username, access_token)
}

/** Asks the store behind the back of its servers, for `work`; returns the rows. */
async function withStore<T>(work: (ask: (query: string) => Promise<unknown[]>) => Promise<T>): Promise<T> {
  const sql = database ? new SQL(database.url, { max: 1 }) : undefined
  const file = sql ? undefined : new Database(join(dir, 'chatroomd.db'))
  try {
    return await work(async (query) => (sql ? await sql.unsafe(query) : (file?.query(query).all() ?? [])))
  } finally {
    file?.close()
    await sql?.close()
  }
}

/** Resolves when a message stands in the store, or no longer does. */
const inStore = (id: bigint | undefined, isThere = true): Promise<void> =>
  withStore((ask) =>
    until(async () => (await ask(`select 1 from messages where id = ${id}`)).length === (isThere ? 1 : 0)),
  )

const recall = (socket: TestSocket, id: bigint | undefined) =>
  socket.sync({
    ns: Meta_NameSpace.CHAT,
    to: { name: room },
    payload: MessageBody.encode({ type: MessageBody_Type.RECALL, ackMessageId: id }).finish(),
  })

/** A client receives the recall of a message. */
const receivesRecall = (socket: TestSocket, id: bigint | undefined) =>
  socket.find(({ sync }) =>
    (sync?.metas ?? []).some(({ ns, payload = new Uint8Array() }) => {
      if (ns !== Meta_NameSpace.CHAT) return false
      const { type, ackMessageId } = MessageBody.decode(payload)
      return type === MessageBody_Type.RECALL && ackMessageId === id
    }),
  )

beforeAll(async () => {
  const node = await start()
  const token = await tokenOf(node)
  await call(
    node,
    'POST',
    '/users',
    ['alice', 'bob', 'carol'].map((username) => ({ username })),
    token,
  )
  const draft = { name: 'a room', description: 'for a test', owner: 'alice', members: ['bob', 'carol'] }
  room = (await call(node, 'POST', '/chatrooms', draft, token)).data.id
})
afterEach(() => crash())
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await database?.remove()
  remove()
})

test('10.4 a message is recalled after a crash, by those who may, and once', async () => {
  const before = await login(nodes[0] as Node, 'bob')
  const { serverId } = await before.say(room, 'oops')
  await inStore(serverId)

  const node = await crash()
  const [alice, bob, carol] = [
    await login(node, 'alice'),
    await login(node, 'bob'),
    await login(node, 'carol'),
  ]
  expect((await recall(carol, serverId)).status).toMatchObject({ reason: 'message recall disabled' })
  expect((await recall(bob, serverId)).status?.errorCode).toBe(0)
  await receivesRecall(alice, serverId)
  expect((await recall(bob, serverId)).status).toMatchObject({ reason: 'exceed recall time limit' })
  await inStore(serverId, false)

  const again = await login(await crash(), 'bob')
  expect((await recall(again, serverId)).status).toMatchObject({ reason: 'exceed recall time limit' })
})

test('10.4 a message that a client repeats after a crash is sent once', async () => {
  const before = await login(nodes[0] as Node, 'bob')
  const { serverId } = await before.say(room, 'hello', { id: 4711n })
  await inStore(serverId)

  const node = await crash()
  const [alice, bob] = [await login(node, 'alice'), await login(node, 'bob')]
  expect((await bob.say(room, 'hello', { id: 4711n })).serverId).toBe(serverId)
  expect((await bob.say(room, 'something else', { id: 4711n })).serverId).not.toBe(serverId)
  await alice.text('bob: something else')
  expect(alice.texts).toEqual(['bob: something else'])
})

test('10.2 ids of messages increase after a restart, though the clock was ahead before and the last was of the app', async () => {
  const ahead = messageId(Date.now() + 3_600_000, 0, 0)
  await Promise.all(nodes.map((node) => node.stop()))
  await withStore((ask) =>
    ask(
      `insert into messages (id, app, room, sender, client) values (${ahead}, 1, '${room}', 'admin', null)`,
    ),
  )
  const bob = await login(await start(), 'bob')
  expect((await bob.say(room, 'later')).serverId).toBeGreaterThan(BigInt(ahead))
  await withStore((ask) => ask(`delete from messages where id >= ${ahead}`))
})

test('10.4 an id that no message has had is refused, however large', async () => {
  const bob = await login(nodes[0] as Node, 'bob')
  const { serverId = 0n } = await bob.say(room, 'hello')
  for (const id of [0n, 1n, serverId + 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])
    expect((await recall(bob, id)).status).toMatchObject({ reason: 'exceed recall time limit' })
})

test('10.4 a recall that a client repeats is acknowledged again, and sent once', async () => {
  const [alice, bob] = [await login(nodes[0] as Node, 'alice'), await login(nodes[0] as Node, 'bob')]
  const { serverId } = await bob.say(room, 'oops')
  const meta = {
    id: 4712n,
    ns: Meta_NameSpace.CHAT,
    to: { name: room },
    payload: MessageBody.encode({ type: MessageBody_Type.RECALL, ackMessageId: serverId }).finish(),
  }
  const first = await bob.sync(meta)
  await bob.settled()
  const count = bob.got.length
  expect(await bob.sync(meta)).toMatchObject({ status: { errorCode: 0 } })
  expect(bob.got.length).toBe(count + 1)
  expect(bob.got.at(-1)?.sync?.serverId).toBe(first.serverId)
  alice.close()
})

if (database) {
  test('10.4 a message is recalled on another node, also on one that started after it, and once', async () => {
    const [first, second] = [nodes[0] as Node, await start()]
    const [bob, there] = [await login(first, 'bob'), await login(second, 'alice')]
    const { serverId } = await bob.say(room, 'oops')
    await there.text('bob: oops')
    await inStore(serverId)
    const late = await login(await start(), 'bob')
    expect((await recall(late, serverId)).status?.errorCode).toBe(0)
    await receivesRecall(there, serverId)
    expect((await recall(there, serverId)).status).toMatchObject({ reason: 'exceed recall time limit' })
  })
}
