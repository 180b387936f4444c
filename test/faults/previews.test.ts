import { afterAll, beforeAll, expect, test } from 'bun:test'
import { bulkEnd, bulkRooms, runBulk } from '../support/bulk.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp
beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge', { ownerSuccession: 'oldest_admin' })
  await app.register('alice', 'bob', 'carol')
})
afterAll(() => server.stop())

test('14.3 every room that would go with a user is listed, page by page, and nothing is changed', async () => {
  const alone = await app.room({ owner: 'alice', name: 'alone' })
  const handed = await app.room({ owner: 'alice', name: 'handed', members: ['bob'] })
  await app.call('POST', `/chatrooms/${handed}/admin`, { newadmin: 'bob' })
  const last = await app.room({ owner: 'alice', name: 'last' })
  await app.room({ owner: 'bob', members: ['alice'] })
  const rooms: unknown[] = []
  let cursor = ''
  do {
    const { status, body } = await app.call('GET', `/users/ALICE/deletion_preview?limit=1${cursor}`)
    expect([status, body.count]).toEqual([200, 1])
    rooms.push(...body.data)
    cursor = body.cursor ? `&cursor=${body.cursor}` : ''
  } while (cursor)
  expect(rooms).toEqual([
    { id: alone, name: 'alone', affiliations_count: 1, outcome: 'dissolved' },
    { id: handed, name: 'handed', affiliations_count: 2, outcome: 'transferred', newowner: 'bob' },
    { id: last, name: 'last', affiliations_count: 1, outcome: 'dissolved' },
  ])
  expect((await app.call('GET', '/chatrooms?owner=alice')).body.count).toBe(3)
  expect((await app.call('GET', '/users/nobody/deletion_preview')).status).toBe(404)
  expect((await app.call('GET', '/users/bob/deletion_preview?cursor=x')).status).toBe(400)
  // The deletion does the same.
  const dry = await app.call('DELETE', '/users/alice?dry_run=true')
  const gone = dry.body.events.filter(({ type }: { type: string }) => type === 'room.dissolved')
  expect(gone.map(({ room }: { room: string }) => room)).toEqual([alone, last])
})

test('14.3 bulk jobs restore chat rooms and lift the mute of everybody', async () => {
  const ids = [await app.room({ owner: 'carol', members: ['bob'] }), await app.room({ owner: 'carol' })]
  await runBulk(app.call, { action: 'mute', rooms: ids })
  await runBulk(app.call, { action: 'unmute', filter: { owner: 'carol' } })
  expect((await app.call('GET', `/chatrooms/${ids[0]}`)).body.data.mute).toBe(false)
  await runBulk(app.call, { action: 'dissolve', rooms: ids })
  const dry = await runBulk(app.call, { action: 'restore', rooms: [...ids, 'none'], dry_run: true })
  expect([dry.done, dry.refused]).toEqual([2, 1])
  expect((await app.call('GET', `/chatrooms/${ids[0]}`)).status).toBe(404)
  const { body } = await app.call('POST', '/chatrooms/bulk', { confirm: dry.confirm })
  await bulkEnd(app.call, body.data.id)
  expect((await bulkRooms(app.call, body.data.id)).map(({ outcome }) => outcome)).toEqual([
    'done',
    'done',
    'refused',
  ])
  expect((await app.call('GET', `/chatrooms/${ids[0]}`)).body.data.affiliations_count).toBe(2)
  // No filter finds what was dissolved.
  const wrong = await app.call('POST', '/chatrooms/bulk', { action: 'restore', filter: { owner: 'carol' } })
  expect([wrong.status, wrong.body.error_description]).toEqual([400, 'restore takes rooms'])
})
