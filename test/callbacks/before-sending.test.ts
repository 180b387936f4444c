import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { expectRefusal } from '../support/bodies.ts'
import { type Json, readJson } from '../support/json.ts'
import { connectAs } from '../support/people.ts'
import { sdkInBun, sdkNames } from '../support/sdk-client.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(20_000)

/** An endpoint that responds as a test wants, and records its requests. */
const asked: Json[] = []
let answer: (body: Json) => Response | Promise<Response> = () => Response.json({ valid: true })
const endpoint = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 60,
  async fetch(request) {
    const body = await readJson(request)
    asked.push(body)
    return answer(body)
  },
})
const url = `http://127.0.0.1:${endpoint.port}/before`

let server: TestServer
let apps = 0
beforeAll(async () => {
  server = await aServer({ callback_networks: '127.0.0.1' })
})
afterAll(async () => {
  await server.stop()
  await endpoint.stop(true)
})
afterEach(() => {
  asked.length = 0
  answer = () => Response.json({ valid: true })
})

/** An app with a room of alice, bob and carol, and a rule that is at work. */
async function anApp(rule: object = {}): Promise<{ app: TestApp; room: string; id: string }> {
  apps += 1
  const app = await server.app(`before#app${apps}`)
  for (const username of ['alice', 'bob', 'carol'])
    await app.call('POST', '/users', { username, password: `${username}-1` })
  const room = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
  const draft = { name: 'before', url, when: 'before', secret: 'rule-secret-2', enabled: true, timeout: 1000 }
  const { body } = await app.call('POST', '/callbacks', { ...draft, ...rule })
  expect(body.error_description).toBeUndefined()
  const alice = await connectAs(app, 'alice', 'probe')
  // Rules are read soon after they change.
  if ((rule as { kinds?: string[] }).kinds === undefined && !('enabled' in rule))
    await until(async () => {
      await alice.say(room, 'probe')
      return asked.length > 0
    })
  alice.close()
  asked.length = 0
  return { app, room, id: body.data.id }
}

const text = (body: Json): string => body.payload.bodies[0].msg

const count = async (outcome: string): Promise<number> => {
  const metrics = await (await fetch(`${server.pagesUrl}/metrics`)).text()
  return Number(
    new RegExp(`chatroomd_before_sending_total\\{outcome="${outcome}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0,
  )
}

test('13.2 a rule is called with the body of the reference, signed with its secret', async () => {
  const { app, room } = await anApp()
  const alice = await connectAs(app, 'alice')
  const ack = await alice.say(room, 'hello')
  expect(ack.status?.errorCode).toBe(0)
  const [body] = asked
  expect(body).toEqual({
    callId: expect.stringMatching(new RegExp(`^${app.key}_[0-9a-f-]{36}$`)),
    timestamp: Number(ack.timestamp),
    chat_type: 'chatroom',
    group_id: room,
    from: 'alice',
    to: room,
    msg_id: String(ack.serverId),
    payload: { ext: {}, bodies: [{ type: 'txt', msg: 'hello' }] },
    securityVersion: '1.0.0',
    security: new Bun.CryptoHasher('md5')
      .update(`${body.callId}rule-secret-2${body.timestamp}`)
      .digest('hex'),
    appkey: app.key,
  })
  alice.close()
})

test('20.10 a message that waits is answered where its client, connected again, repeats it', async () => {
  const { app, room } = await anApp({ timeout: 3000 })
  const [first, bob] = [await connectAs(app, 'alice'), await connectAs(app, 'bob')]
  const decision = Promise.withResolvers<Response>()
  answer = async () => (await decision.promise).clone()
  first.say(room, 'hello', { id: 5n }).catch(() => undefined)
  await until(() => asked.length === 1)
  first.close()
  await first.closed
  const alice = await connectAs(app, 'alice')
  const repeated = alice.say(room, 'hello', { id: 5n })
  await alice.settled()
  decision.resolve(Response.json({ valid: true }))
  expect((await repeated).status?.errorCode).toBe(0)
  await bob.text('alice: hello')
  expect(bob.texts.filter((line) => line === 'alice: hello')).toHaveLength(1)
  for (const socket of [alice, bob]) socket.close()
})

test('20.4 a message that was stopped is asked about again when its client repeats it while a later one waits', async () => {
  const { app, room } = await anApp({ report: true })
  const alice = await connectAs(app, 'alice')
  const answers = Array.from({ length: 3 }, () => Promise.withResolvers<Response>())
  answer = () => answers[asked.length - 1]?.promise ?? Response.json({ valid: true })
  const darn = () => alice.say(room, 'darn', { id: 5n })
  const first = darn()
  await until(() => asked.length === 1)
  const later = alice.say(room, 'later')
  await until(() => asked.length === 2)
  answers[0]?.resolve(Response.json({ valid: false, code: 'no' }))
  expect((await first).status?.reason).toBe('no')
  const again = darn()
  await until(() => asked.length === 3)
  answers[1]?.resolve(Response.json({ valid: true }))
  answers[2]?.resolve(Response.json({ valid: false, code: 'still no' }))
  expect((await later).status?.errorCode).toBe(0)
  expect((await again).status?.reason).toBe('still no')
  alice.close()
})

for (const name of sdkNames) {
  test(`13.2 ${name} gets type 502 with the text, and what was sent instead`, async () => {
    const { app, room } = await anApp({ report: true })
    const login = (user: string) => ({
      url: server.url,
      appKey: app.key,
      user,
      pwd: `${user}-1`,
      options: { useReplacedMessageContents: true },
    })
    const [alice, bob] = [await sdkInBun(name, login('alice')), await sdkInBun(name, login('bob'))]
    answer = (body) => {
      if (text(body) === 'darn') return Response.json({ valid: false, code: 'mind your words' })
      if (text(body) === 'drat') return Response.json({ valid: false })
      return Response.json({
        valid: true,
        payload: { ext: { mood: 'calm' }, bodies: [{ type: 'txt', msg: 'be kind' }] },
        chatroom_msg_level: 'high',
      })
    }
    const refusal = (msg: string) => alice.send(room, 'txt', { msg }).catch((error) => error)
    expect(await refusal('darn')).toMatchObject({ type: 502, message: 'mind your words' })
    expect(await refusal('drat')).toMatchObject({ type: 502, message: 'custom logic denied' })
    const sent = (await alice.send(room, 'txt', { msg: 'be rude' })) as unknown as { message: object }
    await bob.receives('onTextMessage', { msg: 'be kind', ext: { mood: 'calm' }, priority: 'high' })
    expect(sent.message).toMatchObject({ msg: 'be kind', isContentReplaced: true })
    expect(bob.received.filter(({ event }) => event === 'onTextMessage')).toHaveLength(1)
    await alice.close()
    await bob.close()
  })
}

test('13.2 a message that is stopped in silence looks delivered to its sender, and nobody gets it', async () => {
  const { app, room } = await anApp()
  const [alice, bob] = [await connectAs(app, 'alice'), await connectAs(app, 'bob')]
  answer = (body) => Response.json({ valid: text(body) !== 'darn' })
  const ack = await alice.say(room, 'darn')
  expect([ack.status?.errorCode, (ack.serverId ?? 0n) > 0n]).toEqual([0, true])
  await alice.say(room, 'fine')
  await bob.find(({ texts }) => texts.includes('alice: fine'))
  expect(bob.texts).toEqual(['alice: fine'])
  alice.close()
  bob.close()
})

test('13.2 messages of one sender in a room stay in order, and neither other rooms nor other senders wait', async () => {
  const { app, room } = await anApp({ timeout: 3000 })
  const other = await app.room({ owner: 'alice', members: ['bob', 'carol'] })
  const [alice, bob, carol] = [
    await connectAs(app, 'alice'),
    await connectAs(app, 'bob'),
    await connectAs(app, 'carol'),
  ]
  const gate = Promise.withResolvers<void>()
  answer = async (body) => {
    if (text(body) === 'slow') await gate.promise
    return Response.json({ valid: true })
  }
  const slow = alice.say(room, 'slow')
  const quick = alice.say(room, 'quick')
  await alice.say(other, 'elsewhere')
  await carol.say(room, 'from carol')
  await bob.find(({ texts }) => texts.includes('carol: from carol'))
  expect(bob.texts.toSorted()).toEqual(['alice: elsewhere', 'carol: from carol'])
  gate.resolve()
  await Promise.all([slow, quick])
  await bob.find(({ texts }) => texts.includes('alice: quick'))
  expect(bob.texts.slice(2)).toEqual(['alice: slow', 'alice: quick'])
  for (const each of [alice, bob, carol]) each.close()
})

test('13.2 too many messages of one sender that wait are refused, the others are delivered in their order', async () => {
  const { app, room } = await anApp({ timeout: 3000 })
  const [alice, bob] = [await connectAs(app, 'alice'), await connectAs(app, 'bob')]
  const gate = Promise.withResolvers<void>()
  answer = async () => {
    await gate.promise
    return Response.json({ valid: true })
  }
  const acks = Array.from({ length: 18 }, (_, number) => alice.say(room, `${number}`))
  expect((await Promise.all(acks.slice(16))).map(({ status }) => status?.reason)).toEqual([
    'traffic limit',
    'traffic limit',
  ])
  gate.resolve()
  await Promise.all(acks)
  await bob.find(({ texts }) => texts.includes('alice: 15'))
  expect(bob.texts).toEqual(Array.from({ length: 16 }, (_, number) => `alice: ${number}`))
  alice.close()
  bob.close()
})

test('13.2 a sender who is muted while its message waits is refused', async () => {
  const { app, room } = await anApp()
  const bob = await connectAs(app, 'bob')
  answer = async () => {
    await app.call('POST', `/chatrooms/${room}/mute`, { usernames: ['bob'], mute_duration: 60_000 })
    return Response.json({ valid: true })
  }
  expect((await bob.say(room, 'late')).status?.reason).toBe('you were muted in this chat room')
  bob.close()
})

const failures: [string, () => Response | Promise<Response>][] = [
  ['answers nothing in time', () => new Promise<Response>(() => undefined)],
  ['fails', () => Response.json({ valid: true }, { status: 500 })],
  ['answers 201', () => Response.json({ valid: true }, { status: 201 })],
  ['answers 10 MB', () => new Response('x'.repeat(10_000_000))],
  ['answers more than 1,000 characters', () => Response.json({ valid: true, code: 'x'.repeat(1000) })],
  ['answers HTML', () => new Response('<html>ok</html>', { headers: { 'content-type': 'text/html' } })],
  ['redirects', () => Response.redirect(url, 302)],
  ['says nothing of valid', () => Response.json({ code: 'x' })],
  ['says "true" as a text', () => Response.json({ valid: 'true' })],
  ['names an unknown level', () => Response.json({ valid: true, chatroom_msg_level: 'highest' })],
  [
    'replaces a text by an image',
    () => Response.json({ valid: true, payload: { bodies: [{ type: 'img' }] } }),
  ],
  [
    'replaces by more than 1 KB',
    () => Response.json({ valid: true, payload: { bodies: [{ type: 'txt', msg: '好'.repeat(400) }] } }),
  ],
]

test('13.2 where an endpoint fails, messages are stopped or delivered as the rule defines', async () => {
  const delivering = await anApp({ timeout: 300 })
  const stopping = await anApp({ timeout: 300, onFailure: 'stop', report: true })
  const alice = await connectAs(delivering.app, 'alice')
  const bob = await connectAs(delivering.app, 'bob')
  const other = await connectAs(stopping.app, 'alice')
  for (const [what, fails] of failures) {
    answer = fails
    const ack = await alice.say(delivering.room, what)
    expect([what, ack.status?.errorCode]).toEqual([what, 0])
    await bob.find(({ texts }) => texts.includes(`alice: ${what}`))
    const { status } = await other.say(stopping.room, what)
    expect([what, status?.errorCode, status?.reason]).toEqual([what, 19, 'custom internal error'])
  }
  for (const each of [alice, bob, other]) each.close()
})

test('13.2 an endpoint that fails repeatedly is not called for a while', async () => {
  const { app, room } = await anApp()
  const alice = await connectAs(app, 'alice')
  answer = () => new Response('', { status: 503 })
  for (let each = 0; each < 25; each++) expect((await alice.say(room, `${each}`)).status?.errorCode).toBe(0)
  expect(asked.length).toBe(20)
  expect(await count('skipped')).toBeGreaterThanOrEqual(5)
  expect(await count('failed')).toBeGreaterThanOrEqual(20)
  alice.close()
})

test('13.2 neither kinds that are not chosen, nor directed messages, nor those of servers reach the rule', async () => {
  const { app, room } = await anApp({ kinds: ['img'] })
  const alice = await connectAs(app, 'alice')
  await alice.say(room, 'a text')
  await app.call('POST', '/messages/chatrooms', {
    to: [room],
    type: 'txt',
    body: { msg: 'hi' },
    from: 'alice',
  })
  expect(asked).toEqual([])
  const all = await anApp()
  const bob = await connectAs(all.app, 'bob')
  await bob.say(all.room, 'to alice', { routetype: 2, directedUsers: ['alice'] })
  await all.app.call('POST', '/messages/chatrooms', { to: [all.room], type: 'txt', body: { msg: 'hi' } })
  expect(asked).toEqual([])
  alice.close()
  bob.close()
})

test('13.2 a private address is never called, whatever name resolves to it', async () => {
  const strict = await aServer()
  const app = await strict.app('before#strict')
  await app.register('alice')
  const room = await app.room({ owner: 'alice' })
  const rule = { name: 'before', when: 'before', enabled: true, onFailure: 'stop', report: true }
  const { status } = await app.call('POST', '/callbacks', {
    ...rule,
    url: `http://localhost:${endpoint.port}/before`,
  })
  expect(status).toBe(200)
  const alice = await connectAs(app, 'alice')
  await until(async () => (await alice.say(room, 'hello')).status?.reason === 'custom internal error')
  expect(asked).toEqual([])
  alice.close()
  await strict.stop()
})

test.each([
  [{ timeout: 0 }, 'timeout must be 1 to 3000 ms'],
  [{ timeout: -1 }, 'timeout must be 1 to 3000 ms'],
  [{ timeout: 3001 }, 'timeout must be 1 to 3000 ms'],
  [{ onFailure: 'pass' }, 'onFailure must be one of deliver, stop'],
  [
    { when: 'after', events: ['message.sent'], report: true },
    'timeout, onFailure and report are for when: before',
  ],
])('13.2 a rule with %p is refused', async (wrong, description) => {
  const { app } = await anApp({ enabled: false })
  const reply = await app.call('POST', '/callbacks', { name: 'wrong', url, when: 'before', ...wrong })
  expectRefusal(reply, 400, 'illegal_argument', description)
})

test('13.2 the terms of a rule are shown and changed; by default it waits 200 ms, delivers, and reports nothing', async () => {
  const { app, id } = await anApp({ enabled: false })
  const { body } = await app.call('POST', '/callbacks', { name: 'usual', url, when: 'before' })
  expect(body.data).toMatchObject({ timeout: 200, onFailure: 'deliver', report: false })
  const changed = await app.call('PUT', `/callbacks/${id}`, { onFailure: 'stop' })
  expect(changed.body.data).toMatchObject({ timeout: 1000, onFailure: 'stop', report: false })
})
