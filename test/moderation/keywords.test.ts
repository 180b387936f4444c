import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import {
  MessageBody,
  MessageBody_Content_Type,
  MessageBody_Type,
  Meta_NameSpace,
} from '../../src/realtime/generated/protocol.ts'
import { expectRefusal } from '../support/bodies.ts'
import { asUser, connectAs } from '../support/people.ts'
import { sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import type { TestSocket } from '../support/socket.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp
let room: string
let names = 0

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol')
  room = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
})
afterAll(() => server.stop())

const lists = '/moderation/keyword_lists'

/** A list with words, once messages are held against it. */
async function aList(action: string, words: string[], of = app): Promise<string> {
  names += 1
  const { body } = await of.call('POST', lists, { name: `list ${names}`, action })
  const { id } = body.data
  await of.call('POST', `${lists}/${id}/words`, { words })
  await until(async () => {
    const { status, body } = await of.call('POST', '/moderation/txt/check', { content: words.join(' ') })
    return status === 200 && body.data.type !== 'PASS'
  })
  return id
}

const listOf = async (id: string) => (await app.call('GET', `${lists}/${id}`)).body.data
const moderated = async () => {
  const { body } = await app.call('GET', '/audit?limit=1000')
  return body.data.flatMap(({ changes, chatroomid }: { changes: { type: string }[]; chatroomid: string }) =>
    changes
      .filter(({ type }) => type === 'message.moderated')
      .map((change: object) => ({ ...change, chatroomid })),
  )
}

/** Sends a custom message with an extension `moderation`. */
function sayCustom(socket: TestSocket, moderation: string) {
  const payload = MessageBody.encode({
    type: MessageBody_Type.CHATROOM,
    contents: [
      {
        type: MessageBody_Content_Type.CUSTOM,
        customEvent: 'gift',
        customExts: [{ key: 'moderation', stringValue: moderation }],
      },
    ],
  }).finish()
  return socket.sync({ ns: Meta_NameSpace.CHAT, to: { name: room }, payload })
}

test('13.3 a message with a word of a refusing list reaches nobody, and its sender gets a refusal that names moderation', async () => {
  const id = await aList('refuse', ['casino', '加*微信'])
  const [bob, carol] = [await connectAs(app, 'bob'), await connectAs(app, 'carol')]
  for (const text of ['come to the ＣＡＳＩＮＯ', '请加我的微信']) {
    const { status } = await bob.say(room, text)
    expect(status).toMatchObject({ errorCode: 1, reason: '{"error_type":"moderation"}' })
  }
  expect(await server.count(({ refused }) => refused.moderation)).toBeGreaterThanOrEqual(2)
  expect((await bob.say(room, 'come to the chat')).status?.errorCode).toBe(0)
  await carol.text('bob: come to the chat')
  expect(carol.texts).toEqual(['bob: come to the chat'])
  // The app's own messages are not looked at.
  const sent = { from: 'bob', to: [room], type: 'txt', body: { msg: 'casino' } }
  expect((await app.call('POST', '/messages/chatrooms', sent)).status).toBe(200)
  await carol.text('bob: casino')
  // A message to one user is.
  expect((await bob.sayTo('carol', 'casino')).status?.reason).toBe('{"error_type":"moderation"}')

  await until(async () => (await listOf(id)).hits === 3)
  expect((await app.call('GET', `${lists}/${id}/words`)).body.data).toEqual([
    { word: 'casino', hits: 2 },
    { word: '加*微信', hits: 1 },
  ])
  const events = (await moderated()).filter(({ lists }: { lists: string[] }) => lists.includes(id))
  expect(events).toContainEqual({
    type: 'message.moderated',
    message: expect.any(String),
    sender: 'bob',
    status: 'refuse',
    words: ['casino'],
    lists: [id],
    chatroomid: room,
  })
  expect(events).toContainEqual(expect.objectContaining({ to: 'carol', chatroomid: '' }))
  await app.call('DELETE', `${lists}/${id}`)
  await until(async () => (await bob.say(room, 'casino')).status?.errorCode === 0)
  for (const socket of [bob, carol]) socket.close()
})

test('13.3 words of a replacing list become three asterisks for everybody, those of a reporting list pass', async () => {
  const [replacing, reporting] = [await aList('replace', ['darn']), await aList('report', ['rumour'])]
  const [bob, carol] = [await connectAs(app, 'bob'), await connectAs(app, 'carol')]
  expect((await bob.say(room, 'DARN rumour!')).status?.errorCode).toBe(0)
  await carol.text('bob: *** rumour!')
  expect((await bob.say(room, 'a rumour')).status?.errorCode).toBe(0)
  await carol.text('bob: a rumour')
  await until(async () => (await listOf(reporting)).hits === 2 && (await listOf(replacing)).hits === 1)
  expect((await moderated()).map(({ status }: { status: string }) => status)).toEqual(
    expect.arrayContaining(['replace', 'pass']),
  )
  for (const id of [replacing, reporting]) await app.call('DELETE', `${lists}/${id}`)
  for (const socket of [bob, carol]) socket.close()
})

test('13.3 of a custom message only what it names is checked', async () => {
  const [refusing, replacing] = [await aList('refuse', ['casino']), await aList('replace', ['darn'])]
  const [bob, carol] = [await connectAs(app, 'bob'), await connectAs(app, 'carol')]
  const asks = (data: string, enable = true) =>
    JSON.stringify({
      enable,
      contents: [
        { type: 'text', data },
        { type: 'img', data: 'casino' },
      ],
    })
  expect((await sayCustom(bob, asks('casino'))).status?.reason).toBe('{"error_type":"moderation"}')
  for (const fine of [asks('casino', false), 'casino', 'null', '{"enable":true,"contents":[null,1]}'])
    expect((await sayCustom(bob, fine)).status?.errorCode).toBe(0)
  expect((await sayCustom(bob, asks('oh darn'))).status?.errorCode).toBe(0)
  const got = await carol.find(({ sync }) =>
    (sync?.metas ?? []).some(({ payload }) =>
      (
        MessageBody.decode(payload ?? new Uint8Array()).contents?.[0]?.customExts?.[0]?.stringValue ?? ''
      ).includes('oh ***'),
    ),
  )
  expect(got).toBeDefined()
  for (const id of [refusing, replacing]) await app.call('DELETE', `${lists}/${id}`)
  for (const socket of [bob, carol]) socket.close()
})

for (const name of sdkNames)
  test(`13.3 ${name} rejects what moderation refused with type 508`, async () => {
    const id = await aList('refuse', ['casino'])
    const { token } = await asUser(app, 'bob')
    const client = await sdkInBun(name, {
      url: server.url,
      appKey: app.key,
      user: 'bob',
      accessToken: token,
    })
    const refused = await client.send(room, 'txt', { msg: 'a Casino' }).catch((error) => error)
    expect(refused).toMatchObject({ type: 508, message: '{"error_type":"moderation"}' })
    await client.close()
    await app.call('DELETE', `${lists}/${id}`)
  })

test('13.3 a text is checked as a message would be', async () => {
  const other = await server.app('acme#checked')
  const ask = (body: unknown) => other.call('POST', '/moderation/txt/check', body)
  expectRefusal(await ask({ content: 'casino' }), 400, 'Bad Request', 'text moderation not open', 4_000_404)
  const id = await aList('refuse', ['casino'], other)
  for (const body of [{}, { content: '' }, { content: 1 }])
    expectRefusal(await ask(body), 400, 'Bad Request', 'message content is empty or null', 4_000_005)
  const meta = { timestamp: expect.any(Number), requestId: '' }
  expect((await ask({ content: 'my Casino' })).body).toEqual({
    code: 200,
    data: {
      type: 'REJECT',
      riskType: 'keyword',
      riskLabel: id,
      exchangeText: '',
      sensitiveWords: ['casino'],
    },
    meta,
  })
  const pass = { type: 'PASS', riskType: '', riskLabel: '', exchangeText: '', sensitiveWords: [] }
  expect((await ask({ content: 'fine' })).body).toEqual({ code: 200, data: pass, meta })
  expect((await ask({ content: 'x'.repeat(17_000) })).status).toBe(400)
  await other.call('PUT', `${lists}/${id}`, { action: 'replace' })
  await until(async () => (await ask({ content: 'my Casino' })).body.data.type === 'REVIEWED')
  expect((await ask({ content: 'my Casino' })).body.data.exchangeText).toBe('my ***')
})

test('13.3 lists are created, changed, read and deleted, by the app alone and of the app alone', async () => {
  const [mine, theirs] = [await server.app('acme#mine'), await server.app('acme#theirs')]
  const created = await mine.call('POST', lists, { name: 'adverts', action: 'refuse' })
  const { id } = created.body.data
  const row = { id, name: 'adverts', action: 'refuse', words: 0, hits: 0, created: expect.any(Number) }
  expect(created.body.data).toEqual(row)
  expect((await mine.call('GET', lists)).body).toMatchObject({ data: [row], count: 1 })
  expect((await mine.call('PUT', `${lists}/${id}`, { name: '广告' })).body.data).toEqual({
    ...row,
    name: '广告',
  })
  const missing = `keyword list ${id} does not exist!`
  for (const [method, path, body] of [
    ['GET', `${lists}/${id}`],
    ['PUT', `${lists}/${id}`, { name: 'x' }],
    ['DELETE', `${lists}/${id}`],
    ['GET', `${lists}/${id}/words`],
    ['POST', `${lists}/${id}/words`, { words: ['x'] }],
    ['DELETE', `${lists}/${id}/words`, { words: ['x'] }],
  ] as const)
    expectRefusal(await theirs.call(method, path, body), 404, 'resource_not_found', missing)
  for (const [body, status] of [
    [{ name: '广告', action: 'refuse' }, 400],
    [{ name: 'x', action: 'drop' }, 400],
    [{ name: ' ', action: 'refuse' }, 400],
    [{ name: 'x'.repeat(33), action: 'refuse' }, 400],
    [{ name: 'x' }, 400],
  ] as const)
    expect((await mine.call('POST', lists, body)).status).toBe(status)
  for (let count = 1; count < 100; count += 1)
    expect((await mine.call('POST', lists, { name: `${count}`, action: 'report' })).status).toBe(200)
  expect((await mine.call('POST', lists, { name: 'one more', action: 'report' })).status).toBe(403)
  expect((await mine.call('DELETE', `${lists}/${id}`)).body.data).toEqual({ result: 'ok' })
  expect((await mine.call('GET', lists)).body.count).toBe(99)
})

/** Puts a file of words in place of those of a list. */
async function upload(id: string, words: string | Uint8Array) {
  const body = new FormData()
  body.append('file', new File([words as string], 'words.txt'))
  const response = await fetch(`${app.url}${lists}/${id}/words`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${app.token}` },
    body,
  })
  return { status: response.status, body: (await response.json()) as { data?: { words: number } } }
}

test('13.3 words are added and removed, paged, and replaced as a whole; too many or unfit ones change nothing', async () => {
  const { body } = await app.call('POST', lists, { name: 'words', action: 'report' })
  const { id } = body.data
  const path = `${lists}/${id}/words`
  const words = async (query = '') => (await app.call('GET', `${path}${query}`)).body
  const add = async (added: string[]) => (await app.call('POST', path, { words: added })).status
  expect(await add(['one', 'TWO', 'ｏｎｅ', 'three?', '中文'])).toBe(200)
  expect((await listOf(id)).words).toBe(4)
  expect((await app.call('DELETE', path, { words: ['two', 'nothing'] })).body.data.words).toBe(3)
  const first = await words('?limit=2')
  expect(first.data).toEqual([
    { word: 'one', hits: 0 },
    { word: 'three?', hits: 0 },
  ])
  expect((await words(`?limit=2&cursor=${first.cursor}`)).data).toEqual([{ word: '中文', hits: 0 }])
  for (const bad of [[], Array(201).fill('x'), ['fine', '***'], ['x'.repeat(129)]])
    expect([bad.length, await add(bad)]).toEqual([bad.length, 400])
  expect((await listOf(id)).words).toBe(3)

  const many = Array.from({ length: 10_000 }, (_, at) => `word ${at}`)
  expect(await upload(id, `\n${many.join('\r\n')}\n\n`)).toMatchObject({
    status: 200,
    body: { data: { words: 10_000 } },
  })
  expect(await add(['one more'])).toBe(403)
  expect(await add(['WORD 1'])).toBe(200)
  expect((await upload(id, [...many, 'x'].join('\n'))).status).toBe(403)
  expect((await upload(id, 'fine\n*\n')).status).toBe(400)
  expect((await upload(id, new Uint8Array([0xff, 0xfe]))).status).toBe(400)
  expect((await upload(id, 'x'.repeat(2 * 1024 * 1024 + 1))).status).toBe(413)
  expect((await listOf(id)).words).toBe(10_000)
  expect((await upload(id, 'alone')).body.data?.words).toBe(1)
  await app.call('DELETE', `${lists}/${id}`)
})
