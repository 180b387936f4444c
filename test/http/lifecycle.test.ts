import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Moment } from '../../src/domain/lifecycle.ts'
import { MUCBody_Operation } from '../../src/realtime/generated/protocol.ts'
import { expectRefusal } from '../support/bodies.ts'
import { asUser, connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
/** How far the clocks of the job are ahead of the store's, and how often it has looked. */
let ahead = { wallMs: 0, steadyMs: 0 }
let looks = 0

beforeAll(async () => {
  const moment = (stored: Moment): Moment => {
    looks += 1
    // The server has just started: what may have been lost before is another test's matter.
    return {
      nowMs: stored.nowMs + ahead.wallMs,
      steadyMs: stored.steadyMs + ahead.steadyMs,
      interruptedMs: 0,
    }
  }
  server = await aServer({}, undefined, { lifecycleTerms: { lookMs: 10, moment } })
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol', 'sam')
  await app.call('POST', '/chatrooms/super_admin', { superadmin: 'sam' })
})
afterAll(() => server.stop())

const lifecycleOf = async (room: string) => (await app.call('GET', `/chatrooms/${room}/lifecycle`)).body.data
const set = (room: string, body: object) => app.call('PUT', `/chatrooms/${room}/lifecycle`, body)
const isThere = async (room: string) => (await app.call('GET', `/chatrooms/${room}`)).status === 200

/** Lets the job look with its clocks so many seconds ahead; returns whether rooms are there then. */
async function lookIn(seconds: number, ...rooms: string[]): Promise<boolean[]> {
  ahead = { wallMs: seconds * 1000, steadyMs: seconds * 1000 }
  // One look may be under way, the next one does it, and the one after it has seen it done.
  const enough = looks + 3
  await until(() => looks >= enough)
  ahead = { wallMs: 0, steadyMs: 0 }
  return Promise.all(rooms.map(isThere))
}

/** The events of a room, the latest first, without what was there before. */
async function eventsOf(room: string): Promise<{ type: string; [field: string]: unknown }[]> {
  const { body } = await app.call('GET', `/chatrooms/${room}/audit?limit=100`)
  return body.data.flatMap(({ changes }: { changes: { before?: object }[] }) =>
    changes.map(({ before: _, ...change }) => change),
  )
}

const unset = {
  idle_timeout: 0,
  empty_timeout: 0,
  warn_before: 0,
  opens_at: 0,
  expires_at: 0,
  keep: false,
}

test('14.2 what a room sets is seen, what it does not set is as its app says, and what is left out goes back to that', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const all = Object.keys(unset)
  const plain = { ...unset, from_app: all, open: true, last_activity: expect.any(Number) }
  expect(await lifecycleOf(room)).toEqual(plain)
  await app.set({ roomIdleTimeout: 7200, roomEmptyTimeout: 600, roomWarnBefore: 60 })
  const ofApp = { idle_timeout: 7200, empty_timeout: 600, warn_before: 60 }
  const ends = { dissolves_at: expect.any(Number), reason: 'idle_timeout' }
  expect(await lifecycleOf(room)).toEqual({ ...plain, ...ofApp, ...ends })

  const expires = Date.now() + 3_600_000
  const { body } = await set(room, { idle_timeout: 0, expires_at: expires })
  const own = { ...plain, ...ofApp, idle_timeout: 0, expires_at: expires }
  const fromApp = ['empty_timeout', 'warn_before', 'opens_at', 'keep']
  const soon = { ...own, from_app: fromApp, dissolves_at: expect.any(Number), reason: 'expires_at' }
  expect(body.data).toEqual(soon)
  expect(Math.abs(body.data.dissolves_at - expires)).toBeLessThan(100)
  expect(await lifecycleOf(room)).toEqual(soon)
  const [event] = await eventsOf(room)
  expect(event).toEqual({
    type: 'room.rescheduled',
    lifecycle: { idle_timeout: 0, expires_at: expires },
  })

  await set(room, {})
  expect(await lifecycleOf(room)).toEqual({ ...plain, ...ofApp, ...ends })
  await app.set({ roomIdleTimeout: 0, roomEmptyTimeout: 0, roomWarnBefore: 0 })
  const created = await app.room({ owner: 'alice', members: ['bob'], idle_timeout: 60, keep: true })
  const kept = { idle_timeout: 60, keep: true, from_app: all.filter((n) => !/idle|keep/.test(n)) }
  expect(await lifecycleOf(created)).toEqual({ ...plain, ...kept })
})

test('14.2 values that make no sense are refused with what is wrong, and change nothing', async () => {
  const room = await app.room({ owner: 'alice', idle_timeout: 3600 })
  const before = await lifecycleOf(room)
  for (const [body, text] of [
    [{ idle_timeout: 59 }, 'idle_timeout and empty_timeout must be 0, or 60 to 315360000 seconds'],
    [{ empty_timeout: -1 }, 'idle_timeout and empty_timeout must be 0, or 60 to 315360000 seconds'],
    [{ warn_before: 315360001 }, 'warn_before must be 0 to 315360000 seconds'],
    [{ expires_at: -1 }, 'opens_at and expires_at must be 0 to 253402300799999, in Unix ms'],
    [{ opens_at: 2000, expires_at: 2000 }, 'expires_at must be after opens_at'],
  ] as const) {
    expectRefusal(await set(room, body), 400, 'invalid_parameter', text)
    const draft = { name: 'a', description: 'b', owner: 'alice', ...body }
    expectRefusal(await app.call('POST', '/chatrooms', draft), 400, 'invalid_parameter', text)
  }
  for (const body of [{ idle_timeout: '60' }, { keep: 1 }, { idle: 60 }])
    expect((await set(room, body)).status).toBe(400)
  expect(await lifecycleOf(room)).toEqual(before)
  const hours = 'hours must be a whole number from 1 to 8760'
  for (const text of ['0', '8761', '1.5', 'x'])
    expectRefusal(
      await app.call('GET', `/chatrooms/lifecycle_preview?hours=${text}`),
      400,
      'invalid_parameter',
      hours,
    )
})

test('14.2 the app and super admins set it, members see it, and only the app sees what goes', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const path = `/chatrooms/${room}/lifecycle`
  const refusal = 'you have no permission to do this.'
  const [sam, alice, bob, carol] = await Promise.all(
    ['sam', 'alice', 'bob', 'carol'].map((name) => asUser(app, name)),
  )
  expect((await sam?.('PUT', path, { keep: true }))?.status).toBe(200)
  for (const user of [alice, bob, carol])
    expectRefusal((await user?.('PUT', path, {})) as never, 401, 'group_authorization', refusal)
  for (const user of [alice, bob]) expect((await user?.('GET', path))?.status).toBe(200)
  expectRefusal((await carol?.('GET', path)) as never, 401, 'group_authorization', refusal)
  const preview = '/chatrooms/lifecycle_preview'
  expectRefusal((await sam?.('GET', preview)) as never, 401, 'group_authorization', refusal)
})

test('14.2 an idle room is dissolved when its time is over, and a message, a join and a write keep it', async () => {
  const rooms: string[] = []
  for (let n = 0; n < 4; n += 1)
    rooms.push(await app.room({ owner: 'alice', members: ['bob'], idle_timeout: 3600 }))
  const [quiet, spoken, joined, written] = rooms as [string, string, string, string]
  const bob = await connectAs(app, 'bob')
  const activity = async () => Promise.all(rooms.map(async (room) => (await lifecycleOf(room)).last_activity))
  const before = await activity()
  expect((await bob.say(spoken, 'hello')).status?.errorCode).toBe(0)
  await app.call('POST', `/chatrooms/${joined}/users/carol`)
  await app.call('PUT', `/chatrooms/${written}`, { name: 'other' })
  await until(async () => (await activity()).filter((at, n) => at > (before[n] as number)).length === 3)
  expect((await activity())[0]).toBe(before[0])
  for (const room of rooms) {
    const { dissolves_at, last_activity } = await lifecycleOf(room)
    expect(dissolves_at - last_activity).toBe(3_600_000)
  }
  // By what the store has, to the second.
  const [last = 0] = before
  const left = (last + 3_600_000 - Date.now()) / 1000
  expect(await lookIn(left, ...rooms)).toEqual([true, true, true, true])
  expect(await lookIn(left + 3.5, quiet)).toEqual([false])
  await bob.event(MUCBody_Operation.DESTROY)
  const [event] = await eventsOf(quiet)
  expect(event).toMatchObject({ type: 'room.dissolved', reason: 'idle_timeout' })
  expect(await lookIn(3700, spoken, joined, written)).toEqual([false, false, false])
  bob.close()
})

test('14.2 rooms that set nothing are dissolved as their app says, and those that are kept are not', async () => {
  const idle = await app.room({ owner: 'alice', members: ['bob'] })
  const kept = await app.room({ owner: 'alice', keep: true })
  const longer = await app.room({ owner: 'alice', idle_timeout: 7200 })
  await app.set({ roomIdleTimeout: 3600 })
  expect(await lookIn(3500, idle, kept, longer)).toEqual([true, true, true])
  expect(await lookIn(3700, idle, kept, longer)).toEqual([false, true, true])
  await set(kept, {})
  expect(await lookIn(3710, kept)).toEqual([false])
  await app.set({ keepRooms: true })
  expect(await lookIn(7300, longer)).toEqual([true])
  await app.set({ keepRooms: false, roomIdleTimeout: 0 })
  expect(await lookIn(7400, longer)).toEqual([false])
})

test('14.2 an empty room is dissolved when nobody but its owner was in it for so long, counted from the last that left', async () => {
  const body = { owner: 'alice', members: ['bob'], empty_timeout: 600 }
  const [room, full] = [await app.room(body), await app.room(body)]
  const alone = await app.room({ owner: 'alice', empty_timeout: 600 })
  expect(await lookIn(700, room, full, alone)).toEqual([true, true, false])
  await app.call('DELETE', `/chatrooms/${room}/users/bob`)
  expect((await lifecycleOf(room)).reason).toBe('empty_timeout')
  expect(await lookIn(590, room)).toEqual([true])
  await app.call('POST', `/chatrooms/${room}/users/carol`)
  expect(await lifecycleOf(room)).not.toHaveProperty('empty_since')
  expect(await lookIn(700, room)).toEqual([true])
  await app.call('DELETE', `/users/carol`)
  await app.register('carol')
  expect(await lookIn(700, room, full)).toEqual([false, true])
  // Whoever is alone in the room of an owner that has left is somebody else.
  const alice = await connectAs(app, 'alice')
  await alice.leave(full)
  expect(await lookIn(700, full)).toEqual([true])
  await app.call('PUT', `/chatrooms/${full}`, { newowner: 'bob' })
  expect(await lookIn(700, full)).toEqual([false])
  alice.close()
})

test('14.2 a room that is not open yet or expired refuses joins and messages as clients know it, and gets none from the app', async () => {
  const [bob, carol] = [await connectAs(app, 'bob'), await asUser(app, 'carol')]
  const text = 'can not operate this group, reason: group is disabled'
  const sent = (room: string) => ({ from: 'alice', to: [room], type: 'txt', body: { msg: 'from the app' } })
  const early = await app.room({ owner: 'alice', members: ['bob'], opens_at: Date.now() + 600_000 })
  // The job is not ahead, and does not dissolve what has expired before the first look at it.
  const over = await app.room({ owner: 'alice', members: ['bob'] })
  ahead = { wallMs: -3_600_000, steadyMs: 0 }
  await set(over, { expires_at: Date.now() - 1 })
  for (const room of [early, over]) {
    expect((await bob.say(room, 'now')).status).toMatchObject({ errorCode: 1, reason: 'group is disabled' })
    expectRefusal(await carol('POST', `/chatrooms/${room}/users/carol`), 403, 'forbidden_op', text)
    expectRefusal(await app.call('POST', `/chatrooms/${room}/users/carol`), 403, 'forbidden_op', text)
    expect((await app.call('POST', '/messages/chatrooms', sent(room))).status).toBe(200)
    expect((await lifecycleOf(room)).open).toBe(false)
  }
  await set(early, {})
  expect((await bob.say(early, 'open')).status?.errorCode).toBe(0)
  expect((await carol('POST', `/chatrooms/${early}/users/carol`)).status).toBe(200)
  await bob.settled()
  expect(bob.texts).not.toContain('from the app')
  expect(await lookIn(0, over, early)).toEqual([false, true])
  // The same where the app says so.
  await app.set({ roomsOpenAt: Date.now() + 600_000 })
  await until(async () => (await bob.say(early, 'now')).status?.errorCode === 1)
  await app.set({ roomsOpenAt: 0 })
  await until(async () => (await bob.say(early, 'again')).status?.errorCode === 0)
  await app.set({ roomsExpireAt: Date.now() })
  await until(async () => !(await isThere(early)))
  expect(await lookIn(0, await app.room({ owner: 'alice' }))).toEqual([true])
  await app.set({ roomsExpireAt: 0 })
  bob.close()
})

test('14.2 members are warned once before the end, through an event of the SDK', async () => {
  const room = await app.room({
    owner: 'alice',
    members: ['bob'],
    idle_timeout: 3600,
    warn_before: 300,
  })
  const bob = await connectAs(app, 'bob')
  const warnings = async () => (await eventsOf(room)).filter(({ type }) => type === 'room.expiring')
  await lookIn(3200, room)
  expect(await warnings()).toEqual([])
  await lookIn(3400, room)
  await lookIn(3500, room)
  expect(await warnings()).toHaveLength(1)
  const { events } = await bob.event(MUCBody_Operation.UPDATE)
  const said = { dissolves_at: (await lifecycleOf(room)).dissolves_at, reason: 'idle_timeout' }
  expect(JSON.parse(events[0]?.ext ?? '')).toEqual(said)
  // The warning is no activity, which would put off the end: what is noted after it is stored, and it is not.
  const other = await app.room({ owner: 'alice', members: ['bob'] })
  const created = (await lifecycleOf(other)).last_activity
  await bob.say(other, 'now')
  await until(async () => (await lifecycleOf(other)).last_activity > created)
  expect(await lifecycleOf(room)).toMatchObject(said)
  expect(await lookIn(3700, room)).toEqual([false])
  bob.close()
})

test('14.2 a room that was dissolved by itself can be restored, and lives on', async () => {
  const rooms = [
    await app.room({ owner: 'alice', expires_at: Date.now() + 1 }),
    await app.room({ owner: 'alice', members: ['bob'], idle_timeout: 3600 }),
  ] as const
  expect(await lookIn(3700, ...rooms)).toEqual([false, false])
  for (const room of rooms) expect((await app.call('POST', `/chatrooms/${room}/restore`)).status).toBe(200)
  expect(await lookIn(3500, ...rooms)).toEqual([true, true])
  expect(await lookIn(3700, ...rooms)).toEqual([true, false])
})

test('14.2 the preview lists what goes in the next hours, the first of it first, and it goes then', async () => {
  const hour = 3_600_000
  const late = await app.room({ owner: 'alice', idle_timeout: 7200 })
  const first = await app.room({ owner: 'alice', expires_at: Date.now() + hour / 2 })
  const later = await app.room({ owner: 'alice', expires_at: Date.now() + 30 * hour })
  const previewed = async (query: string) => {
    const { rooms, more } = (await app.call('GET', `/chatrooms/lifecycle_preview?${query}`)).body.data
    return { ids: rooms.map(({ id }: { id: string }) => id), more }
  }
  expect(await previewed('hours=1')).toEqual({ ids: [first], more: false })
  expect(await previewed('')).toEqual({ ids: [first, late], more: false })
  expect(await previewed('hours=48&limit=2')).toEqual({ ids: [first, late], more: true })
  await app.set({ roomEmptyTimeout: 3600 })
  const lone = await app.room({ owner: 'alice' })
  expect((await previewed('hours=3')).ids).toContain(lone)
  await app.set({ roomEmptyTimeout: 0 })
  expect(await lookIn(3700, first, late, later, lone)).toEqual([false, true, true, true])
  expect(await lookIn(7300, late, later, lone)).toEqual([false, true, true])
})

test('14.2 a clock that is set back, or forward by less than a timeout, dissolves nothing early', async () => {
  const idle = await app.room({ owner: 'alice', idle_timeout: 3600 })
  const expiring = await app.room({ owner: 'alice', expires_at: Date.now() + 3_600_000 })
  for (const wallMs of [-86_400_000, 3_500_000]) {
    ahead = { wallMs, steadyMs: 0 }
    const after = looks + 3
    await until(() => looks >= after)
    expect(await Promise.all([idle, expiring].map(isThere))).toEqual([true, true])
  }
  ahead = { wallMs: 3_700_000, steadyMs: 0 }
  await until(async () => !(await isThere(expiring)))
  expect(await isThere(idle)).toBe(true)
  ahead = { wallMs: 0, steadyMs: 0 }
})

test('14.2 hundreds of rooms go at once while other writes go on, and are counted by reason', async () => {
  const many = Number(process.env.LIFECYCLE_ROOMS ?? 300)
  const made = await Promise.all(
    Array.from({ length: many }, () => app.room({ owner: 'alice', idle_timeout: 3600 })),
  )
  const other = await app.room({ owner: 'alice' })
  const dissolved = async () => {
    const text = await (await fetch(`${server.pagesUrl}/metrics`)).text()
    return Number(/rooms_dissolved_total\{reason="idle_timeout"\} (\d+)/.exec(text)?.[1])
  }
  const before = await dissolved()
  ahead = { wallMs: 3_700_000, steadyMs: 3_700_000 }
  const waits: number[] = []
  for (let n = 0; n < 20 || (await isThere(made.at(-1) as string)); n += 1) {
    const begun = performance.now()
    await app.call('PUT', `/chatrooms/${other}`, { name: `name ${n}` })
    waits.push(performance.now() - begun)
  }
  ahead = { wallMs: 0, steadyMs: 0 }
  expect(await Promise.all(made.map(isThere))).toEqual(made.map(() => false))
  await until(async () => (await dissolved()) >= before + many)
  waits.sort((a, b) => a - b)
  expect(waits[Math.floor(waits.length / 2)]).toBeLessThan(200)
})
