import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import {
  MessageBody,
  MessageBody_Type,
  Meta_NameSpace,
  MUCBody_Operation,
} from '../../src/realtime/generated/protocol.ts'
import { connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import type { TestSocket } from '../support/socket.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

/** Every room is large, and a notice comes every 170 ms for each user in it. */
const crowded = { presence_large_room: '0', presence_rate: '12', presence_names: '3' }
const fans = Array.from({ length: 8 }, (_, n) => `fan-${n}`)

let server: TestServer
let app: TestApp

beforeAll(async () => {
  // Terms are of each thread, and the figures of one are looked at.
  server = await aServer({ ...crowded, threads: '1' })
  app = await server.app('acme#crowds', { userMessageRate: null })
  await app.register('alice', ...fans)
})
afterAll(() => server.stop())

const movements = (socket: TestSocket, operation?: MUCBody_Operation) =>
  socket.got
    .flatMap(({ events }) => events)
    .filter((event) =>
      operation === undefined
        ? event.operation === MUCBody_Operation.PRESENCE || event.operation === MUCBody_Operation.ABSENCE
        : event.operation === operation,
    )
const namesIn = ({ members = [], from }: ReturnType<typeof movements>[number]): string[] =>
  members.length > 0 ? members : [from?.name ?? '']

test('16.3 in a crowd a notice names a few of those who come or go, and counts all', async () => {
  const room = await app.room({ owner: 'alice' })
  const alice = await connectAs(app, 'alice')
  const sockets = await Promise.all(fans.map((name) => connectAs(app, name)))
  await Promise.all(sockets.map((socket) => socket.join(room)))
  await until(() => movements(alice).at(-1)?.mucMemberCount === 9)
  const came = movements(alice, MUCBody_Operation.PRESENCE)
  expect(came.length).toBeLessThan(fans.length)
  for (const notice of came) expect(namesIn(notice).length).toBeLessThanOrEqual(3)
  const named = came.flatMap(namesIn)
  expect(new Set(named).size).toBe(named.length)

  await Promise.all(sockets.map((socket) => socket.leave(room)))
  await until(() => movements(alice).at(-1)?.mucMemberCount === 1)
  const went = movements(alice, MUCBody_Operation.ABSENCE)
  expect(went.length).toBeLessThan(fans.length)
  for (const notice of went) expect(namesIn(notice).length).toBeLessThanOrEqual(3)
  for (const socket of [alice, ...sockets]) socket.close()
})

test.each([
  ['16.3 who comes and goes again and again does not make a crowd hear of each time', undefined],
  ['20.2 nor does who sends a text with each join', 'hello'],
])('%s', async (_, ext) => {
  const room = await app.room({ owner: 'alice', members: ['fan-1'] })
  const [alice, restless] = [await connectAs(app, 'alice'), await connectAs(app, 'fan-0')]
  const from = performance.now()
  for (let n = 0; n < 30; n += 1) {
    await restless.join(room, { ext })
    await restless.leave(room)
  }
  await restless.join(room, { ext })
  await until(() => movements(alice).at(-1)?.mucMemberCount === 3)
  // Two notices at most for each time that they are gathered, which is 160 ms at least.
  const ms = performance.now() - from
  const batches = 1 + Math.ceil(ms / 160)
  // A notice with a text costs a delivery at least, of twelve a second.
  const own = ext === undefined ? 0 : 12 + Math.ceil((12 * ms) / 1000)
  expect(movements(alice).length).toBeLessThanOrEqual(2 * batches + own)
  const withText = movements(alice).filter((event) => event.ext !== undefined && event.ext !== '')
  expect(withText.length > 0).toBe(ext !== undefined)
  for (const event of withText) expect(namesIn(event)).toEqual(['fan-0'])
  for (const socket of [alice, restless]) socket.close()
})

test('16.3 over the rate of a client low priorities are left out first; recalls and acknowledgements are not', async () => {
  const slow = await server.app('acme#phones', { userMessageRate: null, clientMessageRate: 10 })
  await slow.register('alice', 'bob')
  const room = await slow.room({ owner: 'alice', members: ['bob'] })
  const [alice, bob] = [await connectAs(slow, 'alice'), await connectAs(slow, 'bob')]
  const tag = (value: bigint) => [{ key: 'chatroom_msg_tag', type: 2 as const, varintValue: value }]
  const sent = await Promise.all([
    ...Array.from({ length: 60 }, () => alice.say(room, 'low', { ext: tag(2n) })),
    ...Array.from({ length: 60 }, () => alice.say(room, 'normal', { ext: tag(1n) })),
    ...Array.from({ length: 60 }, () => alice.say(room, 'high', { ext: tag(0n) })),
  ])
  expect(sent.every(({ status, serverId = 0n }) => status?.errorCode === 0 && serverId > 0n)).toBe(true)
  const recalled = sent.at(-1)?.serverId
  const payload = MessageBody.encode({ type: MessageBody_Type.RECALL, ackMessageId: recalled }).finish()
  await alice.sync({ ns: Meta_NameSpace.CHAT, to: { name: room }, payload })
  await bob.find(({ sync }) =>
    (sync?.metas ?? []).some(
      (meta) =>
        meta.ns === Meta_NameSpace.CHAT &&
        MessageBody.decode(meta.payload ?? new Uint8Array()).ackMessageId === recalled,
    ),
  )
  const got = (what: string) => bob.texts.filter((line) => line === `alice: ${what}`).length
  for (const priority of ['low', 'normal', 'high'] as const)
    expect(await server.count(({ leftOut }) => leftOut[priority])).toBe(60 - got(priority))
  expect(got('low')).toBeLessThan(60)
  expect(got('high')).toBeGreaterThan(0)
  expect(bob.texts.length).toBeLessThan(180)
  for (const socket of [alice, bob]) socket.close()
})
