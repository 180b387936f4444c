import { afterAll, beforeAll, expect, test } from 'bun:test'
import { MUCBody_Operation } from '../../src/realtime/generated/protocol.ts'
import { expectRefusal, expectSuccess, refusal } from '../support/bodies.ts'
import { readJson } from '../support/json.ts'
import { asUser } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'

let server: TestServer
let app: TestApp
let room: string
const calls = {} as Record<string, Awaited<ReturnType<typeof asUser>>>

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge', { userFileSpace: 11 })
  await app.register('olivia', 'adam', 'mia', 'milo', 'otto')
  for (const name of ['olivia', 'adam', 'mia', 'milo', 'otto']) calls[name] = await asUser(app, name)
  room = await app.room({ owner: 'olivia', members: ['adam', 'mia', 'milo'] })
  await app.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'adam' })
})
afterAll(() => server.stop())

const as = (name: string) => calls[name] as TestApp['call'] & { token: string }
const files = (of = room) => `/chatrooms/${of}/share_files`

async function upload(token: string, content: BlobPart, name = 'agenda.txt', of = room, field = 'file') {
  const body = new FormData()
  body.append(field, new File([content], name))
  const headers = { authorization: `Bearer ${token}`, 'restrict-access': 'true' }
  const response = await fetch(`${app.url}${files(of)}?resource=web_1`, { method: 'POST', headers, body })
  return { status: response.status, body: await readJson(response), headers: response.headers }
}

const download = (token: string, id: string) =>
  fetch(`${app.url}${files()}/${id}`, { headers: { authorization: `Bearer ${token}` } })

const listed = async (of = room) => (await app.call('GET', files(of))).body.data

async function empty(): Promise<void> {
  for (const { file_id: id } of await listed()) await app.call('DELETE', `${files()}/${id}`)
}

test('a member shares a file, others list it, load it and do not delete it, and it goes', async () => {
  const reply = await upload(as('mia').token, 'hello', '议程 1.txt')
  const data = expectSuccess(reply, app, 'post', files(), {
    data: {
      file_url: expect.stringMatching(new RegExp(`${files()}/[0-9a-f-]{36}$`)),
      group_id: room,
      file_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      file_name: '议程 1.txt',
      file_size: 5,
      created: expect.any(Number),
    },
  })
  const id: string = data.file_id
  const list = await as('milo')('GET', files())
  expectSuccess(list, app, 'get', files(), {
    data: [{ file_id: id, file_name: '议程 1.txt', file_owner: 'mia', file_size: 5, created: data.created }],
  })
  const loaded = await download(as('milo').token, id)
  expect([loaded.status, await loaded.text()]).toEqual([200, 'hello'])
  expect((await fetch(data.file_url, { headers: { authorization: `Bearer ${app.token}` } })).status).toBe(200)
  // The bytes are not to be had beside the room.
  expect((await fetch(`${app.url}/chatfiles/${id}`)).status).toBe(404)

  const text = 'you have no permission to do this, group admin permission is required'
  expectRefusal(await as('milo')('DELETE', `${files()}/${id}`), 401, 'group_authorization', text)
  const path = `${files()}/${id}`
  const deleted = await as('mia')('DELETE', path)
  expectSuccess(deleted, app, 'delete', path, { data: { group_id: room, file_id: id, id, result: true } })
  expect(await listed()).toEqual([])
  expect((await download(as('milo').token, id)).status).toBe(404)
  expect((await as('mia')('DELETE', path)).status).toBe(401)
  expectRefusal(
    await app.call('DELETE', path),
    404,
    'service_resource_not_found',
    'Service resource not found',
  )
})

test('owner and admins delete files of others', async () => {
  for (const name of ['olivia', 'adam']) {
    const { body } = await upload(as('mia').token, 'x')
    expect((await as(name)('DELETE', `${files()}/${body.data.file_id}`)).status).toBe(200)
  }
})

test('who is not in the room neither shares nor sees files', async () => {
  const { body } = await upload(app.token, 'x')
  const text = 'you have no permission to do this.'
  const shared = await upload(as('otto').token, 'x')
  expect([shared.status, shared.body]).toEqual([400, refusal('group_authorization', text)])
  expectRefusal(await as('otto')('GET', files()), 401, 'group_authorization', text)
  expect((await download(as('otto').token, body.data.file_id)).status).toBe(401)
  expect(await listed()).toMatchObject([{ file_id: body.data.file_id, file_owner: '' }])
  await empty()
})

test('a refused file gets 400, as web SDKs expect, and leaves nothing', async () => {
  const missing = await upload(app.token, 'x', 'a.txt', '1')
  expect([missing.status, missing.body]).toEqual([
    400,
    refusal('resource_not_found', 'grpID 1 does not exist!'),
  ])
  const none = await upload(app.token, 'x', 'a.txt', room, 'other')
  expect([none.status, none.body]).toEqual([400, refusal('illegal_argument', 'file must be provided.')])
  const large = await upload(app.token, new Uint8Array(10 * 1024 * 1024 + 1))
  expect([large.status, large.body]).toEqual([
    400,
    refusal('request_entity_too_large', 'Request Entity Too Large'),
  ])
  const most = new Uint8Array(10 * 1024 * 1024)
  expect((await upload(as('milo').token, most)).status).toBe(200)
  const full = await upload(as('milo').token, most)
  expect([full.status, full.body]).toEqual([
    400,
    refusal('exceed_limit', 'there is no space for attachments left'),
  ])
  expect(await listed()).toHaveLength(1)
  await empty()
  // What was deleted takes no space any more.
  expect((await upload(as('milo').token, most)).status).toBe(200)
  await empty()
})

test('the list has pages, the newest first', async () => {
  for (const name of ['a', 'b', 'c']) {
    await upload(app.token, 'x', name)
    await Bun.sleep(2)
  }
  const namesOf = async (query: string) =>
    (await app.call('GET', `${files()}?${query}`)).body.data.map(
      (row: { file_name: string }) => row.file_name,
    )
  expect(await namesOf('')).toEqual(['c', 'b', 'a'])
  expect(await namesOf('pagenum=2&pagesize=2')).toEqual(['a'])
  await empty()
})

test('members receive events of files as the SDK knows them, without the name', async () => {
  const milo = await TestSocket.login(server.url, app.key, 'milo', as('milo').token)
  const { body } = await upload(as('mia').token, 'x')
  await as('adam')('DELETE', `${files()}/${body.data.file_id}`)
  for (const [operation, from] of [
    [MUCBody_Operation.UPLOAD_FILE, 'mia'],
    [MUCBody_Operation.DELETE_FILE, 'adam'],
  ] as const) {
    const { events } = await milo.event(operation)
    expect(events[0]).toMatchObject({ mucId: { name: room }, from: { name: from }, isChatroom: true })
    expect(JSON.stringify(events[0])).not.toContain('agenda')
  }
  milo.close()
})

test('the files of a dissolved room are gone, and the audit trail shows who shared what', async () => {
  const other = await app.room({ owner: 'olivia' })
  const { body } = await upload(as('olivia').token, 'x', 'a.txt', other)
  const trail = await app.call('GET', `/chatrooms/${other}/audit`)
  expect(trail.body.data[0]).toMatchObject({
    operator: 'olivia',
    operation: 'uploadRoomFile',
    changes: [{ type: 'file.uploaded', file: body.data.file_id }],
  })
  await app.call('DELETE', `/chatrooms/${other}`)
  expect((await app.call('GET', files(other))).status).toBe(404)
})
