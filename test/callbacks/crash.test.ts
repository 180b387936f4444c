import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { aDatabase } from '../support/database.ts'
import { aDirectory, serves } from '../support/process.ts'
import { aReceiver, checkSigned } from '../support/receiver.ts'
import { appsSetting, callsOn } from '../support/served-app.ts'

setDefaultTimeout(300_000)

/** How often the server is killed; `npm run test:callbacks-long` asks for 50. */
const rounds = Number(process.env.CALLBACK_CRASH_ROUNDS ?? 3)
const messages = 40

const { dir, remove } = aDirectory()
const database = await aDatabase()
/** Resolves when it has all messages: then they are in the log. */
const witness = aReceiver()
let isHeld = true
const slow = aReceiver(async () => {
  while (isHeld) await Bun.sleep(5)
  await Bun.sleep(5)
  return new Response()
})
afterAll(async () => {
  isHeld = false
  for (const { stop } of [witness, slow]) stop()
  await database?.remove()
  remove()
})

const start = async () => {
  const env = {
    ...appsSetting,
    CHATROOMD_LOG_LEVEL: 'info',
    CHATROOMD_CALLBACK_NETWORKS: '127.0.0.0/8',
    CHATROOMD_NODE_LEASE: '3',
    ...(database ? { CHATROOMD_DATABASE_URL: database.url } : {}),
  }
  const served = await serves({ cwd: dir, env })
  return { served, call: (await callsOn(served.url)).call }
}

test('13.2 a server that is killed while it delivers delivers again what was not confirmed, in order, under the same ids, and one that is stopped loses none', async () => {
  let { served, call } = await start()
  await call('POST', '/users', { username: 'alice' })
  const room = (
    await call<{ data: { id: string } }>('POST', '/chatrooms', {
      name: 'r',
      description: 'r',
      owner: 'alice',
    })
  ).body.data.id
  const secrets: string[] = []
  for (const [name, { url }] of Object.entries({ slow, witness })) {
    const rule = { name, url, events: ['message.sent'], enabled: true }
    secrets.push((await call<{ data: { secret: string } }>('POST', '/callbacks', rule)).body.data.secret)
  }
  const post = async (text: string): Promise<string[]> => {
    const ids: string[] = []
    for (let place = 0; place < messages; place += 1) {
      const message = { from: 'alice', to: [room], type: 'txt', body: { msg: `${text} ${place}` } }
      const { body } = await call<{ data: Record<string, string> }>('POST', '/messages/chatrooms', message)
      ids.push(body.data[room] ?? '')
    }
    return ids
  }
  let again = 0
  for (let round = 0; round < rounds; round += 1) {
    isHeld = true
    witness.got.length = 0
    slow.got.length = 0
    const ids = await post(String(round))
    await witness.wait(messages)
    isHeld = false
    await slow.wait(1 + Math.floor(Math.random() * (messages - 5)))
    await served.end('SIGKILL')
    const before = slow.got.length
    ;({ served, call } = await start())
    const seen = () => new Set(slow.got.map(({ body }) => body.msg_id))
    await slow.wait(before + 1)
    while (seen().size < messages) await slow.wait(slow.got.length + 1)
    expect([...seen()]).toEqual(ids)
    for (const received of slow.got) checkSigned(received, secrets[0] ?? '')
    const delivered = new Set(
      slow.got.map(({ headers, body }) => `${headers.get('webhook-id')} ${body.callId}`),
    )
    expect(delivered.size).toBe(messages)
    again += slow.got.length - messages
  }
  // What was under way each time, and what was not stored yet: a part of all, or the cursor is of no use.
  expect(again).toBeGreaterThan(0)
  expect(again).toBeLessThan((rounds * messages) / 2)

  // One that is stopped stores what it has accepted.
  witness.got.length = 0
  const last = await post('last')
  await served.end('SIGTERM')
  ;({ served, call } = await start())
  await witness.wait(messages)
  expect([...new Set(witness.got.map(({ body }) => body.msg_id))]).toEqual(last)
  await served.end('SIGTERM')
})
