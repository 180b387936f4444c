import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { type Crashing, startCrashing } from '../support/crashing.ts'
import type { Json } from '../support/json.ts'
import { until } from '../support/until.ts'

/** How often a process is killed; `npm run test:retries-long` asks for more. */
const rounds = Number(process.env.RETRY_CRASH_ROUNDS ?? 1)
const workers = 12

setDefaultTimeout(60_000 + rounds * 10_000)

let servers: Crashing
let lobby: string
beforeAll(async () => {
  servers = await startCrashing(2, { historyDays: 1 })
  await servers.call(0, 'POST', '/users', [{ username: 'alice' }, { username: 'bob' }])
  lobby = (await servers.call(0, 'POST', '/chatrooms', draft('lobby')))?.body.data.id
})
afterAll(() => servers.stop())

const draft = (name: string) => ({ name, description: 'd', owner: 'alice' })

/** A call with a key of its own, and what was answered the first time. */
interface Sent {
  key: string
  call: [method: string, path: string, body: object | undefined]
  isMessage: boolean
  answered?: Json
}

const said = (text: string) => ({ from: 'alice', to: [lobby], type: 'txt', body: { msg: text } })

/** Makes calls one after the other, of three kinds in turn, until the server does not answer or `isOver`. */
async function work(node: number, name: string, sent: Sent[], isOver: () => boolean): Promise<void> {
  let room = ''
  for (let n = 0; !isOver(); n += 1) {
    const key = `${name}-${n}`
    const calls: Sent['call'][] = [
      ['POST', '/chatrooms', draft(key)],
      ['POST', '/messages/chatrooms', said(key)],
      // A second time it would not be found.
      ['DELETE', `/chatrooms/${room}`, undefined],
    ]
    const kind = n % calls.length
    const one: Sent = { key, call: calls[kind] as Sent['call'], isMessage: kind === 1 }
    sent.push(one)
    const reply = await servers.call(node, ...one.call, key)
    if (!reply) return
    expect([one.call, reply.status]).toEqual([one.call, 200])
    one.answered = reply.body.data
    if (kind === 0) room = reply.body.data.id
  }
}

/** What is listed by pages. */
async function listed(path: string): Promise<Json[]> {
  const rows: Json[] = []
  for (let cursor = ''; cursor !== undefined; ) {
    const body = (await servers.call(0, 'GET', `${path}${cursor && `&cursor=${cursor}`}`))?.body
    rows.push(...body.data)
    cursor = body.cursor
  }
  return rows
}

test(`14.5 after kill -9 a key that was answered is answered the same, by whichever node, and one that was under way has acted at most once (${rounds} times)`, async () => {
  const all: Sent[] = []
  let underWay = 0
  for (let round = 0; round < rounds; round += 1) {
    const sent: Sent[] = []
    let isOver = false
    const crew = Array.from({ length: workers }, (_, n) => work(n, `r${round}w${n}`, sent, () => isOver))
    const enough = 40 + Math.floor(Math.random() * 100)
    await Promise.race([until(() => sent.length > enough), Promise.all(crew)])
    await servers.kill(round)
    isOver = true
    await Promise.all(crew)
    // Where another node is, it answers before this one is back.
    if (servers.count === 1) await servers.start(round)
    for (const { key, call, isMessage, answered } of sent) {
      if (answered === undefined) underWay += 1
      const replies = await Promise.all([1, 1].map((more) => servers.call(round + more, ...call, key)))
      // Whether a message was sent is not known where the server died in between: it is not sent again.
      const isUnknown = isMessage && answered === undefined
      for (const reply of replies)
        expect([call, reply?.status]).toEqual([call, isUnknown && reply?.status === 409 ? 409 : 200])
      const answers = replies.flatMap((reply) => (reply?.status === 200 ? [reply.body.data] : []))
      for (const answer of answers) expect(answer).toEqual(answered ?? answers[0])
    }
    if (servers.count > 1) await servers.start(round)
    all.push(...sent)
  }
  expect(underWay).toBeGreaterThan(0)

  // Each has acted once.
  const made = [
    ...(await listed('/chatrooms?limit=1000')),
    ...(await listed('/chatrooms/deleted?limit=1000')),
  ]
  const drafts = all.filter(({ call }) => call[1] === '/chatrooms').map(({ key }) => key)
  expect(made.map(({ name }) => name).sort()).toEqual(['lobby', ...drafts].sort())
  const texts = (await listed(`/chatrooms/${lobby}/messages?limit=50`)).map(({ payload }) =>
    JSON.stringify(payload.bodies),
  )
  expect(new Set(texts).size).toBe(texts.length)
})

test('14.5 one key that is sent to several nodes at once acts once, and is answered by each the same', async () => {
  for (let n = 0; n < 10; n += 1) {
    const create = (node: number) => servers.call(node, 'POST', '/chatrooms', draft(`once-${n}`), `once-${n}`)
    const replies = await Promise.all([0, 1, 0, 1].map(create))
    expect(replies.map((reply) => reply?.status)).toEqual([200, 200, 200, 200])
    expect(new Set(replies.map((reply) => reply?.body.data.id)).size).toBe(1)
  }
  const rooms = await listed('/chatrooms?limit=1000&name=once-')
  expect(rooms).toHaveLength(10)
})
