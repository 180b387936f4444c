import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { lastSpoken } from '../../src/realtime/slow-mode.ts'
import { asUser, connectAs } from '../support/people.ts'
import { sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'adam', 'sam', 'will', 'bob', 'carol')
  await app.call('POST', '/chatrooms/super_admin', { superadmin: 'sam' })
})
afterAll(() => server.stop())

/** A room of alice's with an admin, a super admin, a member on the allow list, and others. */
async function aSlowRoom(slowMode: number): Promise<string> {
  const room = await app.room({ owner: 'alice', members: ['adam', 'sam', 'will', 'bob', 'carol'] })
  await app.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'adam' })
  await app.call('POST', `/chatrooms/${room}/white/users/will`)
  expect((await app.call('PUT', `/chatrooms/${room}/slow_mode`, { slowMode })).body.data).toEqual({
    slowMode,
  })
  return room
}

test('13.3 in slow mode a member waits after each accepted message, also on another device and after coming back', async () => {
  const room = await aSlowRoom(3600)
  const [bob, phone, carol] = [
    await connectAs(app, 'bob'),
    await connectAs(app, 'bob', 'phone'),
    await connectAs(app, 'carol'),
  ]
  expect((await bob.say(room, 'one')).status?.errorCode).toBe(0)
  const early = { errorCode: 19, reason: expect.stringMatching(/^slow mode: 3(600|59\d)$/) }
  expect((await bob.say(room, 'two')).status).toMatchObject(early)
  expect((await phone.say(room, 'two')).status).toMatchObject(early)
  await phone.leave(room)
  await phone.join(room)
  expect((await phone.say(room, 'two')).status).toMatchObject(early)
  expect((await carol.say(room, 'hello')).status?.errorCode).toBe(0)
  // Another room is another matter, and what comes too early makes nobody wait longer.
  const other = await app.room({ owner: 'bob', members: ['carol'] })
  for (const text of ['a', 'b']) expect((await bob.say(other, text)).status?.errorCode).toBe(0)
  await app.call('PUT', `/chatrooms/${room}/slow_mode`, { slowMode: 1 })
  await until(async () => (await bob.say(room, 'two')).status?.errorCode === 0)
  await app.call('PUT', `/chatrooms/${room}/slow_mode`, { slowMode: 0 })
  await until(async () => (await bob.say(room, 'three')).status?.errorCode === 0)
  expect((await bob.say(room, 'four')).status?.errorCode).toBe(0)
  expect(await server.count(({ refused }) => refused['slow mode'])).toBeGreaterThan(2)
  for (const socket of [bob, phone, carol]) socket.close()
})

test('13.3 owner, admins, super admins, the allow list and the app do not wait; who stops being one does', async () => {
  const room = await aSlowRoom(60)
  for (const name of ['alice', 'adam', 'sam', 'will']) {
    const socket = await connectAs(app, name)
    for (const text of ['a', 'b', 'c'])
      expect([name, (await socket.say(room, text)).status?.errorCode]).toEqual([name, 0])
    socket.close()
  }
  for (const msg of ['a', 'b']) {
    const sent = { from: 'bob', to: [room], type: 'txt', body: { msg } }
    expect((await app.call('POST', '/messages/chatrooms', sent)).status).toBe(200)
  }
  const sam = await connectAs(app, 'sam')
  await app.call('DELETE', '/chatrooms/super_admin/sam')
  await sam.say(room, 'd')
  await until(async () => (await sam.say(room, 'e')).status?.errorCode === 19)
  await app.call('POST', '/chatrooms/super_admin', { superadmin: 'sam' })
  await until(async () => (await sam.say(room, 'f')).status?.errorCode === 0)
  sam.close()
})

test('13.3 two devices that speak at the same time get one message through', async () => {
  const room = await aSlowRoom(60)
  const sockets = await Promise.all(['one', 'two', 'three'].map((device) => connectAs(app, 'bob', device)))
  const answers = await Promise.all(sockets.map((socket) => socket.say(room, 'me first')))
  expect(answers.map(({ status }) => status?.errorCode).sort()).toEqual([0, 19, 19])
  for (const socket of sockets) socket.close()
})

test('13.3 slow mode is read by members and set by moderators, from 0 to 3600 seconds', async () => {
  const room = await aSlowRoom(10)
  const path = `/chatrooms/${room}/slow_mode`
  expect((await (await asUser(app, 'bob'))('GET', path)).body.data).toEqual({ slowMode: 10 })
  expect((await (await asUser(app, 'bob'))('PUT', path, { slowMode: 0 })).status).toBe(401)
  for (const slowMode of [-1, 3601, 1.5, '10', null])
    expect([slowMode, (await app.call('PUT', path, { slowMode })).status]).toEqual([slowMode, 400])
  const call = await asUser(app, 'adam')
  expect((await call('PUT', `${path}?reason=too%20loud`, { slowMode: 20 })).status).toBe(200)
  const { body } = await app.call('GET', `/chatrooms/${room}/audit?limit=1`)
  expect(body.data[0]).toMatchObject({
    operator: 'adam',
    operation: 'setSlowMode',
    changes: [{ type: 'room.slowed', slowMode: 20, reason: 'too loud' }],
  })
})

for (const name of sdkNames)
  test(`13.3 ${name} rejects what comes too early with type 502 and the seconds`, async () => {
    const room = await aSlowRoom(60)
    const { token } = await asUser(app, 'bob')
    const client = await sdkInBun(name, {
      url: server.url,
      appKey: app.key,
      user: 'bob',
      accessToken: token,
    })
    await client.send(room, 'txt', { msg: 'one' })
    const refused = await client.send(room, 'txt', { msg: 'two' }).catch((error) => error)
    expect(refused).toMatchObject({ type: 502, message: expect.stringMatching(/^slow mode: (60|59)$/) })
    await client.close()
  })

test('13.3 the wait is that of a simple model, whoever speaks when and however the clock moves on', () => {
  const step = fc.record({
    member: fc.constantFrom('a', 'b', 'c'),
    room: fc.constantFrom('r', 's'),
    passedMs: fc.nat(4000),
    slowMode: fc.constantFrom(1, 2, 5, 3600),
  })
  const runs = Number(process.env.MODEL_RUNS ?? 200)
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let nowMs = 1000
      const spoken = lastSpoken(() => nowMs)
      const accepted: { member: string; room: string; at: number }[] = []
      for (const { member, room, passedMs, slowMode } of steps) {
        nowMs += passedMs
        const last = accepted.findLast((each) => each.member === member && each.room === room)
        const waits = last !== undefined && nowMs - last.at < slowMode * 1000
        const left = spoken.secondsLeft(1, room, member, slowMode)
        expect(left > 0).toBe(waits)
        if (last && waits) expect(left).toBe(Math.ceil((last.at + slowMode * 1000 - nowMs) / 1000))
        if (waits) continue
        spoken.note(1, room, member)
        accepted.push({ member, room, at: nowMs })
      }
    }),
    { numRuns: runs },
  )
})
