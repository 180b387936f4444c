import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { MUCBody_Operation } from '../../src/realtime/generated/protocol.ts'
import { expectRefusal } from '../support/bodies.ts'
import type { Json } from '../support/json.ts'
import { connectAs } from '../support/people.ts'
import { detailsOf } from '../support/rooms.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

/** Rooms whose reads are compared; `npm run test:undo-long` asks for 500. */
const runs = Number(process.env.UNDO_RUNS ?? 8)

let server: TestServer
let apps = 0
beforeAll(async () => {
  server = await aServer()
})
afterAll(() => server.stop())

const people = ['alice', 'bob', 'carol', 'dave', 'erin']

async function anApp(settings: Parameters<TestServer['app']>[1] = {}): Promise<TestApp> {
  const app = await server.app(`undo#app${++apps}`, { historyDays: 3, ...settings })
  await app.register(...people)
  return app
}

async function done(app: TestApp, method: string, path: string, body?: unknown): Promise<Json> {
  const reply = await app.call(method, path, body)
  if (reply.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`)
  return reply.body.data
}

const dissolve = (app: TestApp, id: string) => done(app, 'DELETE', `/chatrooms/${id}`)
const restore = (app: TestApp, id: string, query = '') => app.call('POST', `/chatrooms/${id}/restore${query}`)
const deleted = async (app: TestApp, query = '') => (await app.call('GET', `/chatrooms/deleted${query}`)).body
const notThere = (id: string) => `no dissolved chat room ${id} can be restored`

/** Who is in a room, and how. */
const membersOf = async (app: TestApp, id: string): Promise<Json> =>
  (await done(app, 'GET', `/chatrooms/${id}/users?joined_time=true&limit=50`)) as Json

async function shareFile(app: TestApp, id: string): Promise<void> {
  const body = new FormData()
  body.append('file', new File(['"hi"'], 'a.txt'))
  const headers = { authorization: `Bearer ${app.token}` }
  const { status } = await fetch(`${app.url}/chatrooms/${id}/share_files`, { method: 'POST', headers, body })
  expect(status).toBe(200)
}

async function say(app: TestApp, id: string): Promise<string> {
  const said = { from: 'bob', to: [id], type: 'txt', body: { msg: 'hi' } }
  return (await done(app, 'POST', '/messages/chatrooms', said))[id]
}

/** What may be done to a room that has alice, bob and carol in it. */
const steps: Record<string, (app: TestApp, id: string) => Promise<unknown>> = {
  admin: (app, id) => done(app, 'POST', `/chatrooms/${id}/admin`, { newadmin: 'bob' }),
  mute: (app, id) =>
    done(app, 'POST', `/chatrooms/${id}/mute`, { usernames: ['carol'], mute_duration: 999_999 }),
  allow: (app, id) => done(app, 'POST', `/chatrooms/${id}/white/users/carol`),
  join: (app, id) => done(app, 'POST', `/chatrooms/${id}/users/erin`),
  block: async (app, id) => {
    await done(app, 'POST', `/chatrooms/${id}/users/dave`)
    await done(app, 'POST', `/chatrooms/${id}/blocks/users/dave`)
  },
  announce: (app, id) =>
    done(app, 'POST', `/chatrooms/${id}/announcement`, { announcement: 'be kind, é 😀' }),
  attributes: (app, id) =>
    done(app, 'PUT', `/metadata/chatroom/${id}/user/bob`, { metaData: { k: 'v' }, autoDelete: 'DELETE' }),
  file: shareFile,
  pin: async (app, id) => {
    const pin = { to: id, type: 'chatroom', pin_msg_id: await say(app, id) }
    // Messages are in the history after they were delivered.
    await until(async () => (await app.call('POST', '/sdk/user/alice/user_channel/pin', pin)).status === 200)
  },
  report: async (app, id) => {
    const message = await say(app, id)
    // Messages are remembered after they were delivered.
    await until(async () => {
      await app.call('POST', `/user/carol/moderation/report/message/${message}`, { reportType: 'spam' })
      return (await done(app, 'GET', '/moderation/report/messages'))[0].chatroom_id === id
    })
  },
  muteAll: (app, id) => done(app, 'POST', `/chatrooms/${id}/ban`),
  slow: (app, id) => done(app, 'PUT', `/chatrooms/${id}/slow_mode`, { slowMode: 7 }),
  custom: (app, id) => done(app, 'PUT', `/chatrooms/${id}`, { description: 'more', maxusers: 7 }),
  disable: (app, id) => done(app, 'POST', `/chatrooms/${id}/disable`),
  transfer: (app, id) => done(app, 'PUT', `/chatrooms/${id}`, { newowner: 'carol' }),
  ownerLeaves: async (app, id) => {
    const { body } = await app.call('POST', '/token', { grant_type: 'inherit', username: 'alice' })
    const authorization = `Bearer ${body.access_token}`
    await app.call('DELETE', `/chatrooms/${id}/users/alice`, undefined, { authorization })
  },
}

/** After these others would be refused. */
const last = ['ownerLeaves', 'transfer', 'disable']
const inOrder = (names: string[]) => names.toSorted((a, b) => last.indexOf(a) - last.indexOf(b))

/** Everything that can be read of a room and of those in it: what the API description has, but for what tells of the past. */
async function everyRead(app: TestApp, id: string): Promise<Json> {
  const { paths } = (await (await fetch(`${server.pagesUrl}/openapi.json`)).json()) as Json
  const seen: Json = {}
  const see = async (name: string, method: string, path: string, body?: unknown) => {
    const reply = await app.call(method, path, body)
    const { timestamp, duration, uri, ...rest } = reply.body ?? {}
    // That it was restored is activity, so that it is not dissolved as idle at once.
    if (rest.data?.last_activity) rest.data.last_activity = 'then'
    seen[name] = [reply.status, rest, reply.headers.get('etag')]
  }
  const files = await app.call('GET', `/chatrooms/${id}/share_files`)
  for (const [template, methods] of Object.entries(paths as Record<string, Json>)) {
    if (!methods.get || !/chatroom/.test(template) || /audit|deleted|file_id/.test(template)) continue
    if (methods.get.tags.includes('Not served')) continue
    for (const username of template.includes('{username}') ? people : ['']) {
      const path = template
        .replace('/{org_name}/{app_name}', '')
        .replace('{chatroom_id}', id)
        .replace('{username}', username)
      await see(`${path}`, 'GET', path)
    }
  }
  await see('timed', 'GET', `/chatrooms/${id}/users?joined_time=true&limit=50`)
  await see('attributes', 'POST', `/metadata/chatroom/${id}`, { keys: [] })
  await see('reports', 'GET', '/moderation/report/messages')
  await see('pins', 'GET', `/sdk/user/alice/user_channel/pin?to=${id}&type=chatroom`)
  for (const { file_id } of files.body.data ?? []) {
    const headers = { authorization: `Bearer ${app.token}` }
    const file = await fetch(`${app.url}/chatrooms/${id}/share_files/${file_id}`, { headers })
    seen[file_id] = [file.status, await file.text()]
  }
  return seen
}

test(
  '14.4 an undone dissolve leaves a room indistinguishable from one never dissolved, in whatever can be read',
  async () => {
    const sequences = fc.shuffledSubarray(Object.keys(steps), { minLength: 4 })
    const all = [Object.keys(steps)]
    await fc.assert(
      fc.asyncProperty(sequences, async (chosen) => {
        const app = await anApp()
        const id = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
        const other = await app.room({ owner: 'alice', members: ['bob'] })
        for (const name of inOrder(chosen)) await steps[name]?.(app, id)
        const before = await everyRead(app, id)
        await dissolve(app, id)
        const meanwhile = await everyRead(app, id)
        expect(meanwhile[`/chatrooms/${id}/users`][0]).toBe(404)
        expect(meanwhile['/users/bob/joined_chatrooms'][1].data).toMatchObject([{ id: other }])
        expect(meanwhile.reports[1].data).toEqual([])
        expect((await deleted(app)).data).toMatchObject([{ id, affiliations_count: before.timed[1].count }])
        expect((await restore(app, id)).body.data).toEqual({ success: true, id })
        expect(await everyRead(app, id)).toEqual(before)
        expect((await deleted(app)).data).toEqual([])
      }),
      { numRuns: runs, examples: all.map((each) => [each]) },
    )
  },
  60_000 + runs * 1000,
)

test('14.4 the id of a dissolved room stays taken, before and after what is left of it is gone', async () => {
  const app = await anApp()
  const draft = { name: 'a', description: 'b', owner: 'alice', roomid: 'lobby' }
  await done(app, 'POST', '/chatrooms', draft)
  await dissolve(app, 'lobby')
  const again = () => app.call('POST', '/chatrooms', draft)
  expectRefusal(await again(), 400, 'illegal_argument', 'group ID lobby already exists!')
  await app.set({ undoHours: 0 })
  expectRefusal(await restore(app, 'lobby'), 404, 'resource_not_found', notThere('lobby'))
  expectRefusal(await again(), 400, 'illegal_argument', 'group ID lobby already exists!')
  expectRefusal(
    await app.call('POST', '/chatrooms', { ...draft, roomid: 'deleted' }),
    400,
    'illegal_argument',
    'group ID deleted already exists!',
  )
})

test('14.4 with undoHours=0 a dissolved room is gone at once; a room that exists cannot be restored', async () => {
  const app = await anApp({ undoHours: 0 })
  const id = await app.room({ owner: 'alice' })
  expectRefusal(await restore(app, id), 404, 'resource_not_found', notThere(id))
  await dissolve(app, id)
  await app.set({ undoHours: 24 })
  expect((await deleted(app)).data).toEqual([])
  expectRefusal(await restore(app, id), 404, 'resource_not_found', notThere(id))
})

test('14.4 dissolved rooms are listed by cursor, the latest first, each once', async () => {
  const app = await anApp()
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.push(await app.room({ owner: 'alice', name: `room ${n}` }))
  for (const id of ids) await dissolve(app, id)
  const seen: string[] = []
  let cursor = ''
  do {
    const page = await deleted(app, `?limit=2&cursor=${cursor}`)
    for (const { id, dissolved, restorable_until } of page.data) {
      seen.push(id)
      expect(restorable_until - dissolved).toBe(24 * 3_600_000)
    }
    cursor = page.cursor
  } while (cursor)
  expect(seen).toEqual(ids.toReversed())
})

test('14.4 a room is restored only where the quotas of its app and its members have space', async () => {
  const app = await anApp({ rooms: 1, roomsPerUser: 1 })
  const id = await app.room({ owner: 'alice', members: ['bob'] })
  await dissolve(app, id)
  const other = await app.room({ owner: 'carol', members: ['bob'] })
  const tooMany = 'user bob has joined too many chatrooms!'
  expectRefusal(await restore(app, id), 403, 'exceed_limit', tooMany)
  await done(app, 'DELETE', `/chatrooms/${other}/users/bob`)
  const refused = await restore(app, id)
  expect([refused.status, refused.body.error_description]).toEqual([
    403,
    expect.stringMatching(/too many chatrooms/),
  ])
  await dissolve(app, other)
  expect((await restore(app, id)).status).toBe(200)
  expect((await restore(app, other)).status).toBe(403)
  await dissolve(app, id)
  expect((await restore(app, other)).status).toBe(200)
})

test('14.4 users that were deleted do not come back with a room, not even who has their name now', async () => {
  const app = await anApp()
  const id = await app.room({ owner: 'alice', members: ['bob', 'carol', 'dave'] })
  await steps.attributes?.(app, id)
  await done(app, 'POST', `/chatrooms/${id}/admin`, { newadmin: 'carol' })
  await done(app, 'POST', `/chatrooms/${id}/mute`, { usernames: ['bob'], mute_duration: -1 })
  await dissolve(app, id)
  for (const name of ['bob', 'carol']) await app.call('DELETE', `/users/${name}`)
  await app.register('bob')
  expect((await restore(app, id)).status).toBe(200)
  expect(
    (await membersOf(app, id)).map((row: Json) => row.username ?? row.member ?? row.owner).sort(),
  ).toEqual(['alice', 'dave'])
  const details = await detailsOf(app, id)
  expect(details.affiliations_count).toBe(2)
  expect(await done(app, 'GET', `/chatrooms/${id}/mute`)).toEqual([])
  expect(await done(app, 'GET', `/chatrooms/${id}/admin`)).toEqual([])
  expect(await done(app, 'POST', `/metadata/chatroom/${id}`, { keys: [] })).toEqual({})
  expect(await done(app, 'GET', '/users/bob/joined_chatrooms')).toEqual([])
})

test('14.4 a room whose owner was deleted is restored for another owner, also for who has the name now', async () => {
  const app = await anApp()
  const [first, second] = [
    await app.room({ owner: 'alice', members: ['bob'] }),
    await app.room({ owner: 'alice', members: ['bob'] }),
  ]
  await app.call('DELETE', '/users/alice')
  expect((await deleted(app)).data.map(({ id }: Json) => id).sort()).toEqual([first, second].sort())
  expectRefusal(await restore(app, first), 404, 'resource_not_found', "username alice doesn't exist!")
  expect((await restore(app, first, '?owner=Bob')).status).toBe(200)
  const details = await detailsOf(app, first)
  expect([details.owner, details.affiliations_count]).toEqual(['bob', 1])
  await app.register('alice')
  expect((await restore(app, second)).status).toBe(404)
  expect((await restore(app, second, '?owner=alice')).status).toBe(200)
  const again = await detailsOf(app, second)
  expect([again.owner, again.affiliations_count]).toEqual(['alice', 2])
})

test('14.4 clients that were connected join a restored room again; those that log in later are in it', async () => {
  const app = await anApp()
  const id = await app.room({ owner: 'alice', members: ['bob'] })
  const alice = await connectAs(app, 'alice')
  await dissolve(app, id)
  await alice.event(MUCBody_Operation.DESTROY)
  expect((await alice.muc(MUCBody_Operation.JOIN, id)).status?.errorCode).not.toBe(0)
  expect((await restore(app, id)).status).toBe(200)
  const bob = await connectAs(app, 'bob')
  await alice.muc(MUCBody_Operation.JOIN, id)
  await alice.say(id, 'back again')
  await bob.text('alice: back again')
  alice.close()
  bob.close()
})

test('14.4 the log says who restored a room, and a dry run restores nothing', async () => {
  const app = await anApp()
  const id = await app.room({ owner: 'alice', members: ['bob'] })
  await dissolve(app, id)
  const dry = await restore(app, id, '?dry_run=true')
  expect([dry.status, JSON.stringify(dry.body).includes('room.restored')]).toEqual([200, true])
  expect((await app.call('GET', `/chatrooms/${id}`)).status).toBe(404)
  await restore(app, id)
  const [latest] = await done(app, 'GET', `/chatrooms/${id}/audit`)
  expect(latest).toMatchObject({
    operation: 'restoreRoom',
    changes: [{ type: 'room.restored', owner: 'alice', memberCount: 2 }],
  })
})
