import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import {
  CommSyncUL,
  KeyValue_ValueType,
  MessageBody,
  Meta_NameSpace,
  MSync,
  MSync_Command,
} from '../../src/realtime/generated/protocol.ts'
import { asUser, connectAs } from '../support/people.ts'
import { opcode, RawSocket } from '../support/raw-socket.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

/** Seconds for which others are measured while floods run; `npm run test:flood-long` takes 20. */
const floodSeconds = Number(process.env.FLOOD_SECONDS ?? 1)

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer({ ping_interval: '1', send_buffers: '1' })
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol', 'mallory', 'mike')
})
afterAll(() => server.stop())

const tokenOf = async (name: string, of = app): Promise<string> => (await asUser(of, name)).token
const login = (name: string, of = app) => connectAs(of, name)
const loginRaw = async (name: string, of = app, resource?: string) =>
  RawSocket.login(server.url, of.key, name, await tokenOf(name, of), resource)

const keepAlive = MSync.encode({ command: MSync_Command.UNREAD }).finish()
const messageTo = (room: string, text: string): Uint8Array =>
  MSync.encode({
    command: MSync_Command.SYNC,
    payload: CommSyncUL.encode({
      meta: {
        id: 7n,
        ns: Meta_NameSpace.CHAT,
        to: { name: room },
        payload: MessageBody.encode({ type: 3, contents: [{ type: 0, text }] }).finish(),
      },
    }).finish(),
  }).finish()

/** Connections that were closed for a reason. */
const cut = (reason: string) => server.count(({ cutOff }) => cutOff[reason])

test('10.3 a client that answers no ping is closed, however much is being sent to it', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const alice = await login('alice')
  const frozen = await loginRaw('bob')
  const before = await cut('no answer')
  frozen.socket.on('data', () => undefined)
  while (!frozen.isClosed) {
    await alice.say(room, 'are you there?')
    await Promise.race([frozen.closed, Bun.sleep(50)])
  }
  expect(await cut('no answer')).toBe(before + 1)
  alice.close()
})

test('10.3 a client that only answers pings stays, and receives a ping at least every interval', async () => {
  const quiet = await loginRaw('carol')
  let pings = 0
  quiet.socket.on('data', (bytes: Buffer) => {
    if (bytes[0] !== 0x89) return
    pings += 1
    quiet.write(new Uint8Array(), opcode.pong)
  })
  await Promise.race([Bun.sleep(4500), quiet.closed])
  expect(quiet.isClosed).toBe(false)
  expect(pings).toBeGreaterThanOrEqual(4)
  quiet.end()
})

for (const [title, frame, kind] of [
  ['keep-alives', keepAlive, opcode.binary],
  ['pings', new Uint8Array(), opcode.ping],
  ['pongs', new Uint8Array(), opcode.pong],
  ['messages over the rate of its user', messageTo('1', 'x'), opcode.binary],
] as const) {
  test(`10.5 a logged-in socket that floods with ${title} is closed for a counted reason`, async () => {
    const own = await server.app(`acme#${title.slice(0, 5).trim()}`)
    await own.register('mallory')
    const before = await cut('flood')
    const socket = await loginRaw('mallory', own)
    await socket.flood(frame, kind)
    expect(await cut('flood')).toBe(before + 1)
    await expect(login('mallory', own)).rejects.toThrow('login refused: traffic limit')
  })
}

test('10.5 large frames count by their size', async () => {
  const own = await server.app('acme#large')
  await own.register('mallory')
  const socket = await login('mallory', own)
  const payload = new Uint8Array(250_000)
  for (let n = 0; n < 30; n += 1)
    socket.write(MSync.encode({ command: MSync_Command.UNREAD, payload }).finish())
  expect(await socket.closed).toEqual({ code: 1008, reason: 'flood' })
})

test('10.5 a socket that floods with pings before it has logged in is closed', async () => {
  const before = await cut('flood')
  const socket = await RawSocket.open(server.url)
  await socket.flood(new Uint8Array(), opcode.ping)
  expect(await cut('flood')).toBe(before + 1)
})

test("10.5 another device of the user stays when one floods, and the app's limit of messages is still refused kindly", async () => {
  const own = await server.app('acme#devices')
  await own.register('alice')
  const room = await own.room({ owner: 'alice' })
  const phone = await login('alice', own)
  const desk = await loginRaw('alice', own, 'desk')
  await desk.flood(keepAlive)
  expect((await phone.say(room, 'still here')).status?.errorCode).toBe(0)
  const answers = await Promise.all(Array.from({ length: 120 }, (_, n) => phone.say(room, `${n}`)))
  expect(answers.some(({ status }) => status?.reason === 'traffic limit')).toBe(true)
  await phone.settled()
  phone.close()
})

test('10.5 others are served while floods go on, and come again after each cut', async () => {
  const own = await server.app('acme#flood')
  const names = Array.from({ length: 10 }, (_, n) => `mallory-${n}`)
  await own.register('alice', ...names)
  const room = await own.room({ owner: 'alice', members: names })
  const alice = await login('alice', own)
  const tokens = await Promise.all(names.map((name) => tokenOf(name, own)))
  let goesOn = true
  const floods = [
    ...names.map(async (name, n) => {
      while (goesOn) {
        const socket = await RawSocket.login(server.url, own.key, name, tokens[n] as string)
        await socket.flood(n % 2 ? keepAlive : messageTo(room, 'x'))
      }
    }),
    ...names.map(async () => {
      while (goesOn) await (await RawSocket.open(server.url)).flood(new Uint8Array(), opcode.ping)
    }),
  ]
  const took: number[] = []
  const end = performance.now() + floodSeconds * 1000
  while (performance.now() < end) {
    const from = performance.now()
    await alice.settled()
    alice.got.length = 0
    took.push(performance.now() - from)
    const fromCall = performance.now()
    expect((await own.call('GET', `/chatrooms/${room}`)).status).toBe(200)
    took.push(performance.now() - fromCall)
    await Bun.sleep(20)
  }
  goesOn = false
  await Promise.all(floods)
  took.sort((one, other) => one - other)
  const p99 = took[Math.floor(took.length * 0.99)] as number
  if (floodSeconds > 1)
    console.log(`others: p50 ${took[took.length >> 1]?.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`)
  expect(p99).toBeLessThan(floodSeconds > 1 ? 50 : 1000)
  alice.close()
})

test('10.6 when all slow consumers together buffer too much, the slowest is closed and the others stay', async () => {
  const own = await server.app('acme#slow', { userMessageRate: null })
  await own.register('alice', 'bob', 'carol')
  const room = await own.room({ owner: 'alice', members: ['bob', 'carol'] })
  const alice = await login('alice', own)
  const slow = await loginRaw('bob', own)
  const reader = await login('carol', own)
  slow.socket.pause()
  const text = 'x'.repeat(8000)
  const before = await cut('buffers full')
  while ((await cut('buffers full')) + (await cut('slow reader')) === before) {
    alice.got.length = 0
    reader.got.length = 0
    await alice.say(room, text)
  }
  slow.socket.resume()
  await slow.closed
  await reader.settled()
  await alice.settled()
  reader.close()
  alice.close()
})

test("10.33 the tag of a broadcast is the server's: in a member's message it is not handed on", async () => {
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const [alice, bob] = [await login('alice'), await login('bob')]
  const ext = [
    { key: 'is_broadcast', type: KeyValue_ValueType.BOOL, varintValue: 1n },
    { key: 'chatroom_msg_tag', type: KeyValue_ValueType.INT, varintValue: 0n },
  ]
  expect((await alice.say(room, 'to everybody', { ext })).status?.errorCode).toBe(0)
  const { sync } = await bob.text('alice: to everybody')
  expect(sync?.metas?.[0]?.ext?.map(({ key }) => key)).toEqual(['chatroom_msg_tag'])
  alice.close()
  bob.close()
})

const crafted = { toString: 1, valueOf: 1 }
for (const [title, type, body] of [
  ['a latitude', 'loc', { lat: crafted, lng: 2, addr: 'a' }],
  ['a longitude', 'loc', { lat: 1, lng: [crafted], addr: 'a' }],
  ['a length of a file', 'file', { url: 'http://x', file_length: crafted }],
  ['a length of a sound', 'audio', { url: 'http://x', length: [3] }],
  ['a width', 'img', { url: 'http://x', size: { width: crafted, height: 1 } }],
  ['a height', 'img', { url: 'http://x', size: { width: '1', height: true } }],
] as const) {
  test(`10.32 something else than a number as ${title} is refused with 400`, async () => {
    const room = await app.room({ owner: 'alice' })
    const { status, body: answer } = await app.call('POST', '/messages/chatrooms', { to: [room], type, body })
    expect(status).toBe(400)
    expect(answer.error).toBe('illegal_argument')
  })
}

test('10.32 crafted frames of a member end in a refusal or a closed connection, and disturb nobody', async () => {
  const room = await app.room({ owner: 'alice', members: ['mike'] })
  const alice = await login('alice')
  const groups = new Uint8Array(16_000).fill(0x7b)
  for (const bytes of [
    groups,
    Buffer.concat([keepAlive, groups]),
    new Uint8Array([0x4a, 0xff, 0xff, 0xff, 0x7f]),
  ]) {
    const mike = await login('mike')
    mike.write(bytes)
    await mike.closed
  }
  const mike = await login('mike')
  for (const name of ['\0', '', '__proto__', 'x'.repeat(100_000), '../..', '9'.repeat(400)]) {
    expect((await mike.say(name, 'x')).status?.errorCode).not.toBe(0)
    const { status } = await mike.join(name)
    expect(status?.errorCode).toBe(1)
    expect(status?.reason).not.toBe('internal error')
    expect((await mike.leave(name)).status?.reason).not.toBe('internal error')
  }
  expect((await mike.join(room, { ext: '\0"\\' })).status?.errorCode).toBe(0)
  await alice.settled()
  mike.close()
  alice.close()
})
