import { afterAll, beforeAll, expect, test } from 'bun:test'
import { expectRefusal } from '../support/bodies.ts'
import { hoursAgo, sentBefore, written } from '../support/past.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#files')
})
afterAll(() => server.stop())

const hour = 3_600_000
const said = (at: number, ...texts: string[]) => sentBefore(server, at, texts)

test('13.1 the messages of an hour are a file that needs no token, and only what was signed', async () => {
  const at = hoursAgo(2)
  await said(at - 1, 'of the hour before')
  const ids = await said(at, 'first 你好', ...Array.from({ length: 700 }, (_, n) => `message ${n}`))
  await said(at + hour, 'of the hour after')
  const { status, body } = await app.call('GET', `/chatmessages/${written(at)}`)
  expect([status, body.data.length]).toEqual([200, 1])
  const { url } = body.data[0]
  const file = await fetch(url)
  expect(file.status).toBe(200)
  const text = new TextDecoder().decode(Bun.gunzipSync(await file.arrayBuffer()))
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ msg_id }) => msg_id)).toEqual(ids)
  expect(lines[0]).toEqual({
    msg_id: ids[0],
    timestamp: at,
    direction: 'outgoing',
    from: 'bob',
    to: '42',
    chat_type: 'chatroom',
    payload: {
      from: 'bob',
      to: '42',
      type: 'chatroom',
      ext: {},
      bodies: [{ type: 'txt', msg: 'first 你好' }],
    },
  })
  const changed = [
    url.replace(written(at), written(at - hour)),
    url.replace(/Expires=\d/, 'Expires=9'),
    url.replace(/Signature=.*/, ''),
    url.replace(/\?.*/, ''),
  ]
  for (const other of changed) expect((await fetch(other)).status).toBe(401)
})

test('13.1 hours that are not over, too old, empty, or none are refused in the words of the reference', async () => {
  const ask = (time: string) => app.call('GET', `/chatmessages/${time}`)
  const illegal = (time: string) => `illegal arguments: appkey: acme#files, time: ${time}`
  for (const time of ['2026', 'abcdefghij', '2026133200', '2026010124', '20260101000', '2026023000'])
    expectRefusal(await ask(time), 400, 'illegal_argument', illegal(time))
  for (const time of [written(hoursAgo(0)), written(hoursAgo(-2)), written(hoursAgo(80)), '1999010100']) {
    const text = `${illegal(time)}, maybe chat message history is expired or unstored`
    expectRefusal(await ask(time), 400, 'illegal_argument', text)
  }
  const empty = written(hoursAgo(20))
  const text = `Failed to find chat message history download url for appkey: acme#files, time: ${empty}`
  expectRefusal(await ask(empty), 404, 'storage_object_not_found', text)
  await app.set({ historyDays: 0 })
  const none = 'this appKey not open message roaming'
  const { status, body } = await ask(empty)
  expect([status, body.error, body.error_description]).toEqual([400, 'service open exception', none])
  await app.set({ historyDays: 3 })
})

test('13.1 with historyUtcOffset the hours are those of another zone', async () => {
  const at = hoursAgo(30)
  const ids = await said(at, 'in Beijing')
  const idsOf = async (time: string) => {
    const { status, body } = await app.call('GET', `/chatmessages/${time}`)
    if (status === 404) return []
    const text = new TextDecoder().decode(Bun.gunzipSync(await (await fetch(body.data[0].url)).arrayBuffer()))
    return [...text.matchAll(/"msg_id":"(\d+)"/g)].map(([, id]) => id as string)
  }
  await app.set({ historyUtcOffset: 8 })
  expect([await idsOf(written(at + 8 * hour)), await idsOf(written(at))]).toEqual([ids, []])
  await app.set({ historyUtcOffset: -3 })
  expect([await idsOf(written(at - 3 * hour)), await idsOf(written(at))]).toEqual([ids, []])
  await app.set({ historyUtcOffset: 0 })
  expect(await idsOf(written(at))).toEqual(ids)
})

test('13.1 an app whose rates are limited asks for ten files a minute, and is refused as by the reference', async () => {
  const limited = await server.app('acme#limited', { rateLimits: true })
  const file = `/chatmessages/${written(hoursAgo(5))}`
  const statuses: number[] = []
  for (let n = 0; n < 21; n += 1) statuses.push((await limited.call('GET', file)).status)
  // A minute may end meanwhile.
  const passed = statuses.filter((status) => status === 404).length
  expect([10, 20]).toContain(passed)
  expect(statuses.filter((status) => status === 429)).toHaveLength(21 - passed)
  const last = statuses[20] === 429 ? await limited.call('GET', file) : undefined
  if (last?.status === 429) expectRefusal(last, 429, 'reach_limit', 'This request has reached api limit')
  expect((await app.call('GET', file)).status).toBe(404)
})
