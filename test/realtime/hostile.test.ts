import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import {
  CommSyncUL,
  MessageBody,
  Meta_NameSpace,
  MSync,
  MSync_Command,
  Provision,
} from '../../src/realtime/generated/protocol.ts'
import { asUser, connectAs } from '../support/people.ts'
import { RawSocket } from '../support/raw-socket.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'

/** Frames of each kind; `npm run test:hostile-long` sends 20,000. */
const runs = Number(process.env.FUZZ_RUNS ?? 150)

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
let room: string
let token: string
let witness: TestSocket

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge', { userMessageRate: null })
  await app.register('alice', 'mallory')
  room = await app.room({ owner: 'alice', members: ['mallory'] })
  token = (await asUser(app, 'mallory')).token
  witness = await connectAs(app, 'alice')
})
afterAll(() => server.stop())

/** Whoever behaves notices nothing of all this. */
async function nothingElseIsDisturbed(): Promise<void> {
  await witness.settled()
  expect((await witness.say(room, 'undisturbed')).status?.errorCode).toBe(0)
}

const whole = MSync.encode({
  command: MSync_Command.SYNC,
  payload: CommSyncUL.encode({
    meta: {
      id: 5n,
      ns: Meta_NameSpace.CHAT,
      to: { name: '1' },
      payload: MessageBody.encode({ type: 3, contents: [{ type: 0, text: 'hello there' }] }).finish(),
    },
  }).finish(),
}).finish()

const randomBytes = fc.uint8Array({ maxLength: 2000 })
const truncated = fc.integer({ min: 0, max: whole.length - 1 }).map((length) => whole.slice(0, length))
const changed = fc
  .tuple(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }))
  .map(([place, byte]) => whole.with(place, byte))
const inside = randomBytes.map((payload) => MSync.encode({ command: MSync_Command.SYNC, payload }).finish())
const insideMeta = fc.tuple(randomBytes, fc.integer({ min: -1, max: 9 })).map(([payload, ns]) =>
  MSync.encode({
    command: MSync_Command.SYNC,
    payload: CommSyncUL.encode({ meta: { id: 1n, ns: ns as 1, to: { name: room }, payload } }).finish(),
  }).finish(),
)
/** Messages in messages, deeper than any client nests them. */
const nested = fc.integer({ min: 1, max: 400 }).map((depth) => {
  let bytes = new Uint8Array([0x0a, 0])
  for (let level = 0; level < depth; level += 1) {
    const { length } = bytes
    const head = [0x4a, (length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14]
    bytes = Buffer.concat([new Uint8Array(head), bytes])
  }
  return bytes
})

for (const [title, frames] of [
  ['random bytes', randomBytes],
  ['truncated frames', truncated],
  ['frames with a wrong byte', changed],
  ['frames around random bytes', inside],
  ['items around random bytes', insideMeta],
  ['nested frames', nested],
] as const) {
  test(`${title} disturb nobody, before login and after`, async () => {
    await fc.assert(
      fc.asyncProperty(frames, async (frame) => {
        const before = await TestSocket.open(server.url)
        before.write(frame)
        await before.closed
        const after = await TestSocket.login(server.url, app.key, 'mallory', token)
        after.write(frame)
        after.frame(MSync_Command.UNREAD, new Uint8Array())
        await Promise.race([after.closed, after.find(({ unread }) => unread !== undefined)])
        after.close()
      }),
      { numRuns: runs },
    )
    await nothingElseIsDisturbed()
  }, 3_600_000)
}

test('a frame over the limit, a text frame and an impossible command close the connection', async () => {
  for (const bad of [
    new Uint8Array(300_000),
    'text',
    MSync.encode({ command: MSync_Command.NOTICE }).finish(),
  ]) {
    const mallory = await TestSocket.login(server.url, app.key, 'mallory', token)
    mallory.write(bad)
    await mallory.closed
  }
  await nothingElseIsDisturbed()
})

test('a flood before the login, and logins one after another on one connection, close it', async () => {
  const flood = await TestSocket.open(server.url)
  for (let sent = 0; sent < 500; sent += 1) flood.write(whole)
  await flood.closed
  const impatient = await TestSocket.open(server.url)
  impatient.provision(app.key, 'mallory', token)
  impatient.provision(app.key, 'mallory', token)
  await impatient.closed
  const large = await TestSocket.open(server.url)
  const payload = Provision.encode({ reason: 'x'.repeat(20_000) }).finish()
  large.frame(MSync_Command.PROVISION, payload)
  await large.closed
  await nothingElseIsDisturbed()
})

test('a client that does not read is cut off, and the room goes on', async () => {
  const slow = await RawSocket.login(server.url, app.key, 'mallory', token, 'slow')
  slow.socket.pause()
  const text = 'x'.repeat(8000)
  while ((await server.count(({ cutOff }) => cutOff['slow reader'])) === 0) {
    witness.got.length = 0
    expect((await witness.say(room, text)).status?.errorCode).toBe(0)
  }
  slow.socket.resume()
  await slow.closed
  await nothingElseIsDisturbed()
}, 60_000)
