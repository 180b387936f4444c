import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { limits } from '../../src/domain/limits.ts'
import { refusal } from '../support/bodies.ts'
import { bulkEnd, bulkRooms, runBulk } from '../support/bulk.ts'
import type { Json } from '../support/json.ts'
import { storeRooms } from '../support/many-rooms.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

let server: TestServer
beforeAll(async () => {
  server = await aServer()
})
afterAll(() => server.stop())

let made = 0
const people = ['alice', 'bob', 'carol', 'dave']

/** An app with seven rooms that differ in all that rules look at. */
async function anApp(): Promise<{ app: TestApp; ids: string[] }> {
  const app = await server.app(`acme#bulk-${made++}`)
  await app.register(...people)
  const ids: string[] = []
  const drafts: Record<string, unknown>[] = [
    { name: 'plain' },
    { name: 'with bob', members: ['bob'] },
    { name: 'with both', members: ['bob', 'carol'] },
    { name: 'full', members: ['bob'], maxusers: 2 },
    { name: 'of bob', owner: 'bob' },
    { name: 'blocked' },
    { name: 'disabled', members: ['carol'] },
  ]
  for (const draft of drafts) ids.push(await app.room({ owner: 'alice', ...draft }))
  await app.call('POST', `/chatrooms/${ids[5]}/blocks/users/bob`)
  await app.call('POST', `/chatrooms/${ids[5]}/users/bob`)
  await app.call('POST', `/chatrooms/${ids[6]}/disable`)
  return { app, ids: [...ids, 'nosuchroom'] }
}

/** Everything that a room is, without what two apps never share. */
async function stateOf(app: TestApp, ids: string[]): Promise<Json[]> {
  const states: Json[] = []
  for (const id of ids) {
    const { status, body } = await app.call('GET', `/chatrooms/${id}`)
    if (status !== 200) {
      states.push(status)
      continue
    }
    const { id: own, created, ...state } = body.data
    const members = state.affiliations.map((each: Json) => each.owner ?? each.member).sort()
    states.push({ ...state, affiliations: members })
  }
  return states
}

/** What the log says was done, by whom. */
async function logOf(app: TestApp, ids: string[]): Promise<Json[]> {
  const logs: Json[] = []
  for (const id of ids.slice(0, -1)) {
    const { body } = await app.call('GET', `/chatrooms/${id}/audit?limit=100`)
    logs.push((body.data ?? []).map(({ operation, operator, type }: Json) => ({ operation, operator, type })))
  }
  return logs
}

const oneByOne: Record<string, { asked: object; call: (id: string) => [string, string, unknown?] }> = {
  modify: { asked: { change: { maxusers: 2 } }, call: (id) => ['PUT', `/chatrooms/${id}`, { maxusers: 2 }] },
  transfer: { asked: { newowner: 'bob' }, call: (id) => ['PUT', `/chatrooms/${id}`, { newowner: 'bob' }] },
  dissolve: { asked: {}, call: (id) => ['DELETE', `/chatrooms/${id}`] },
  mute: { asked: {}, call: (id) => ['POST', `/chatrooms/${id}/ban`] },
  add_members: {
    asked: { usernames: ['bob', 'CAROL'] },
    call: (id) => ['POST', `/chatrooms/${id}/users`, { usernames: ['bob', 'carol'] }],
  },
  remove_members: {
    asked: { usernames: ['bob', 'dave'] },
    call: (id) => ['DELETE', `/chatrooms/${id}/users/bob,dave`],
  },
}

describe('14.3 a bulk job', () => {
  for (const [action, { asked, call }] of Object.entries(oneByOne)) {
    test(`${action} does to each room what its own call does, and says what that says; a dry run says it before`, async () => {
      const [single, bulk] = [await anApp(), await anApp()]
      const replies: Json[] = []
      for (const id of single.ids) replies.push(await single.app.call(...call(id)))

      const rooms = bulk.ids
      const before = await stateOf(bulk.app, rooms)
      const dry = await runBulk(bulk.app.call, { action, rooms, dry_run: true, ...asked })
      expect(await stateOf(bulk.app, rooms)).toEqual(before)
      const job = await runBulk(bulk.app.call, { confirm: dry.confirm })
      const counts = ({ total, done, refused, changed }: Json) => ({ total, done, refused, changed })
      expect([job.state, counts(job)]).toEqual(['done', counts(dry)])

      expect(await stateOf(bulk.app, rooms)).toEqual(await stateOf(single.app, single.ids))
      expect(await logOf(bulk.app, rooms)).toEqual(await logOf(single.app, single.ids))
      const outcomes = await bulkRooms(bulk.app.call, job.id)
      const plain = (text: string) => text.replaceAll(/[0-9]{15,}/g, 'ID')
      expect(outcomes.map(({ error_description }) => plain(error_description ?? 'done'))).toEqual(
        replies.map(({ body }) => plain(body.error_description ?? 'done')),
      )
      const planned = await bulkRooms(bulk.app.call, dry.id)
      expect(planned.map(({ messages, ...row }) => row)).toEqual(outcomes)
    })
  }

  test('creates rooms from drafts, each for itself, and says their ids', async () => {
    const { app } = await anApp()
    const drafts = [
      { name: 'one', description: 'd', owner: 'alice', members: ['bob'] },
      { name: 'two', description: 'd', owner: 'nobody' },
      { name: 'three', description: 'd', owner: 'bob', roomid: 'three' },
    ]
    const dry = await runBulk(app.call, { action: 'create', drafts, dry_run: true })
    expect((await app.call('GET', '/chatrooms/three')).status).toBe(404)
    const job = await runBulk(app.call, { confirm: dry.confirm })
    expect([job.done, job.refused]).toEqual([2, 1])
    const [one, two, three] = await bulkRooms(app.call, job.id)
    expect((await app.call('GET', `/chatrooms/${one.room}`)).body.data.name).toBe('one')
    expect([two.room, two.outcome, two.error_description]).toEqual([
      '',
      'refused',
      "username nobody doesn't exist!",
    ])
    expect([three.room, three.members]).toEqual(['three', 1])
  })

  test('takes the filters of the list, among any number of rooms, and is told of by events', async () => {
    const { app, ids } = await anApp()
    const job = await runBulk(app.call, { action: 'mute', filter: { name: 'BOTH', members_min: 2 } })
    expect(await bulkRooms(app.call, job.id)).toMatchObject([{ room: ids[2], outcome: 'done', members: 0 }])
    const member = await runBulk(app.call, { action: 'mute', filter: { member: 'carol' }, dry_run: true })
    expect((await bulkRooms(app.call, member.id)).map(({ room }) => room)).toEqual([ids[2], ids[6]])
    const { body } = await app.call('GET', '/audit?limit=100')
    const told = (id: string): Json[] =>
      body.data
        .flatMap(({ changes }: Json) => changes)
        .filter((event: Json) => event.type === 'bulk.changed' && event.job === id)
        // Where a job takes more than a second it tells how far it is, too.
        .filter(({ state, done }: Json) => state !== 'running' || done === 0)
        .toReversed()
    const event = (job: Json, state: string, total: number, done: number) => ({
      ...{ type: 'bulk.changed', job: job.id, action: 'mute', state, dryRun: job.dry_run },
      ...{ total, done, refused: 0, changed: 0 },
    })
    for (const [each, total] of [
      [job, 1],
      [member, 2],
    ])
      expect(told(each.id)).toEqual([
        event(each, 'collecting', 0, 0),
        event(each, 'running', total, 0),
        event(each, 'done', total, total),
      ])
  })

  test('is counted by outcome in the metrics', async () => {
    const { app, ids } = await anApp()
    const counts = async () => {
      const text = await (await fetch(`${server.pagesUrl}/metrics`)).text()
      return ['done', 'refused'].map((outcome) =>
        Number(new RegExp(`chatroomd_bulk_rooms_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1]),
      )
    }
    const [done = 0, refused = 0] = await counts()
    await runBulk(app.call, { action: 'mute', rooms: ids })
    expect(await counts()).toEqual([done + 7, refused + 1])
  })

  test('answers which members and messages would go', async () => {
    const { app, ids } = await anApp()
    await app.set({ historyDays: 1 })
    const message = { from: 'alice', to: [ids[1]], type: 'txt', body: { msg: 'hello' } }
    for (let n = 0; n < 3; n++) await app.call('POST', '/messages/chatrooms', message)
    await until(async () => (await app.call('GET', `/chatrooms/${ids[1]}/messages`)).body.data.length === 3)
    const dry = await runBulk(app.call, { action: 'dissolve', rooms: [ids[1]], dry_run: true })
    const item = { room: ids[1], name: expect.any(String), outcome: 'done', members: 2, messages: 3 }
    const named = { from: 'alice', id: expect.any(String), timestamp: expect.any(Number) }
    const messages = { messages_first: [named, named, named], messages_more: false }
    expect(await bulkRooms(app.call, dry.id)).toEqual([{ ...item, ...messages, usernames: ['alice', 'bob'] }])
    expect(dry.rooms[0]).toMatchObject(messages)
    // The same of one call.
    const one = await app.call('DELETE', `/chatrooms/${ids[1]}?dry_run=true`)
    expect(one.body.events).toEqual([
      expect.objectContaining({ type: 'room.dissolved', messages: 3, ...messages }),
    ])
    expect([dry.members, dry.messages]).toEqual([2, 3])
  })

  test('shows the first rooms by name and who would go, and where to read the others', async () => {
    const { app } = await anApp()
    for (let n = 0; n < 12; n++) await app.room({ owner: 'carol', name: `stage ${n}`, members: ['dave'] })
    const filter = { owner: 'carol', name: 'STAGE' }
    const dry = await runBulk(app.call, { action: 'dissolve', filter, dry_run: true })
    expect([dry.total, dry.members, dry.messages, dry.filter]).toEqual([
      12,
      24,
      0,
      { ...filter, name: 'stage' },
    ])
    const shown = ({ name, usernames }: Json) => `${name}: ${usernames}`
    const all = Array.from({ length: 12 }, (_, n) => `stage ${n}: carol,dave`)
    expect(dry.rooms.map(shown)).toEqual(all.slice(0, 10))
    const next = await app.call('GET', `/chatrooms/bulk/${dry.id}/rooms?cursor=${dry.rooms_cursor}`)
    expect(next.body.data.map(shown)).toEqual(all.slice(10))

    const added = await runBulk(app.call, { action: 'add_members', filter, usernames: ['bob', 'dave'] })
    expect([added.members, added.messages, added.rooms]).toEqual([12, undefined, undefined])
    const [first] = await bulkRooms(app.call, added.id)
    expect([first.name, first.members, first.usernames]).toEqual(['stage 0', 1, ['bob']])
  })
})

describe('14.3 the confirmation of a dry run', () => {
  test('fails where other rooms meet the filter, and nothing is done', async () => {
    const { app, ids } = await anApp()
    const asked = { action: 'dissolve', filter: { owner: 'alice' }, dry_run: true }
    for (const change of [
      () => app.room({ owner: 'alice' }),
      () => app.call('DELETE', `/chatrooms/${ids[0]}`),
      () => app.call('PUT', `/chatrooms/${ids[1]}`, { newowner: 'bob' }),
    ]) {
      const dry = await runBulk(app.call, asked)
      await change()
      const before = await stateOf(app, ids)
      const job = await runBulk(app.call, { confirm: dry.confirm })
      expect([job.state, job.error]).toEqual([
        'failed',
        'the chat rooms that are meant have changed since the dry run',
      ])
      expect(await stateOf(app, ids)).toEqual(before)
    }
    const job = await runBulk(app.call, { confirm: (await runBulk(app.call, asked)).confirm })
    expect([job.state, job.done, job.changed]).toEqual(['done', 5, 0])
  })

  test('leaves a room alone where something else would happen than was said', async () => {
    const { app, ids } = await anApp()
    const dry = await runBulk(app.call, { action: 'dissolve', rooms: ids, dry_run: true })
    await app.call('POST', `/chatrooms/${ids[0]}/users/dave`)
    await app.call('PUT', `/chatrooms/${ids[1]}`, { name: 'renamed' })
    await app.room({ owner: 'alice', roomid: 'nosuchroom' })
    const job = await runBulk(app.call, { confirm: dry.confirm })
    expect([job.done, job.refused, job.changed]).toEqual([5, 0, 3])
    const outcomes = (await bulkRooms(app.call, job.id)).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['changed', 'changed', 'done', 'done', 'done', 'done', 'done', 'changed'])
    expect((await stateOf(app, ids)).map((state) => state === 404)).toEqual(
      outcomes.map((outcome) => outcome === 'done'),
    )
  })

  test('is refused where it is of no dry run', async () => {
    const { app, ids } = await anApp()
    const other = await anApp()
    const { confirm } = await runBulk(other.app.call, { action: 'mute', rooms: ids, dry_run: true })
    const said = refusal('precondition_failed', 'confirm names no dry run that is done')
    for (const token of ['', 'x', confirm])
      expect(await app.call('POST', '/chatrooms/bulk', { confirm: token })).toEqual(
        expect.objectContaining({ status: 412, body: expect.objectContaining(said) }),
      )
  })
})

test('14.3 what a job is asked is refused where a field is missing, empty or one too many', async () => {
  const { app, ids } = await anApp()
  const rooms = ids.slice(0, 1)
  for (const body of [
    {},
    { action: 'mute' },
    { action: 'mute', rooms, filter: { owner: 'alice' } },
    { action: 'mute', rooms: [] },
    { action: 'mute', rooms: ['NO ROOM'] },
    { action: 'mute', filter: {} },
    { action: 'mute', filter: { owner: '' } },
    { action: 'mute', filter: { size: 1 } },
    { action: 'mute', rooms, usernames: ['bob'] },
    { action: 'modify', rooms, change: {} },
    { action: 'transfer', rooms },
    { action: 'create', rooms, drafts: [] },
    { action: 'dissolve', rooms, confirm: 'x' },
    { action: 'explode', rooms },
  ])
    expect([body, (await app.call('POST', '/chatrooms/bulk', body)).status]).toEqual([body, 400])
  const bob = await asUser(app, 'bob')
  expect((await bob('POST', '/chatrooms/bulk', { action: 'mute', rooms })).status).toBe(401)
  expect((await app.call('GET', '/chatrooms/bulk/1')).status).toBe(404)
  expect((await app.call('POST', '/chatrooms/bulk/1/stop')).status).toBe(404)
  expect((await app.call('GET', '/chatrooms/bulk')).body.data).toEqual([])
})

test('14.3 a job of many rooms shows how far it is, is stopped where it is, and leaves the rest alone', async () => {
  const { app } = await anApp()
  await storeRooms(server, app, { prefix: 'm', count: 3000, owner: 'dave' })
  const filter = { owner: 'dave' }
  const { id } = (await app.call('POST', '/chatrooms/bulk', { action: 'dissolve', filter })).body.data
  await until(async () => (await app.call('GET', `/chatrooms/bulk/${id}/rooms?outcome=done`)).body.count > 0)
  const { body } = await app.call('POST', `/chatrooms/bulk/${id}/stop`)
  expect([body.data.state, body.data.total]).toEqual(['stopped', 3000])
  const atOnce = await bulkRooms(app.call, id, '&outcome=done')
  expect(atOnce.length).toBe(body.data.done)
  const left = async () => (await app.call('GET', '/chatrooms?owner=dave&total=true')).body.total as number
  const after = await left()
  expect(after).toBeGreaterThan(0)
  const done = await bulkRooms(app.call, id, '&outcome=done')
  const pending = await bulkRooms(app.call, id, '&outcome=pending')
  expect([done.length, pending.length]).toEqual([3000 - after, after])
  expect(done.length).toBe(atOnce.length)
  expect((await app.call('POST', `/chatrooms/bulk/${id}/stop`)).body.data.state).toBe('stopped')
  expect((await app.call('GET', '/chatrooms/bulk')).body.data[0].id).toBe(id)
})

test('14.3 a job of too many rooms fails before it changes one, and an app has so many at a time', async () => {
  const { app, ids } = await anApp()
  const { value } = limits.bulkRooms
  limits.bulkRooms.value = 5
  const job = await runBulk(app.call, { action: 'mute', filter: { created_after: 0 } }).finally(() => {
    limits.bulkRooms.value = value
  })
  expect([job.state, job.error, job.done]).toEqual(['failed', 'these are more than 5 chat rooms', 0])

  await storeRooms(server, app, { prefix: 'x', count: 2000, owner: 'dave' })
  const begin = () =>
    app.call('POST', '/chatrooms/bulk', { action: 'mute', filter: { owner: 'dave' }, dry_run: true })
  const begun: Json[] = []
  for (let n = 0; n < limits.bulkJobs.value; n++) begun.push((await begin()).body.data)
  const { status, body } = await begin()
  expect([status, body.error]).toEqual([403, 'exceed_limit'])
  for (const { id } of begun) await app.call('POST', `/chatrooms/bulk/${id}/stop`)
  for (const { id } of begun) expect((await bulkEnd(app.call, id)).state).toBe('stopped')
  expect(ids.length).toBe(8)
}, 30_000)
