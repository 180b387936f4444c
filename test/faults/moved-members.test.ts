import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { SQL } from 'bun'
import { encode, position, split } from '../../src/cluster/bus-codec.ts'
import { theApp } from '../../src/domain/event.ts'
import { MUCBody_Operation } from '../../src/realtime/generated/protocol.ts'
import { connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import type { TestSocket } from '../support/socket.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

/** Times that somebody is removed while joining; `npm run test:moved-long` does it more often. */
const rounds = Number(process.env.MOVED_ROUNDS ?? 15)

/** Those who are read again after a gap on the bus; the long form has more than the store reads in time. */
const people = Array.from({ length: Number(process.env.MOVED_PEOPLE ?? 40) }, (_, n) => `fan-${n}`)

let server: TestServer
let app: TestApp
let room: string
let alice: TestSocket
let bob: TestSocket
beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#moved', { userMessageRate: null })
  await app.register('alice', 'bob')
  room = await app.room({ owner: 'alice' })
  alice = await connectAs(app, 'alice')
  bob = await connectAs(app, 'bob')
})
afterAll(async () => {
  for (const socket of [alice, bob]) socket.close()
  await server.stop()
})

const isMember = async (): Promise<boolean> =>
  (await app.call('GET', `/chatrooms/${room}/users`)).body.data.some(
    ({ member }: { member?: string }) => member === 'bob',
  )
const notIn = 'not in group or chatroom'
const saying = async (text: string) => (await bob.say(room, text)).status

/** Whoever is in the room by the list of its members speaks and hears there, and nobody else. */
async function expectAsListed(round: string): Promise<void> {
  const isListed = await isMember()
  const { errorCode, reason } = (await saying(`of bob ${round}`)) ?? {}
  expect([errorCode, reason]).toEqual(isListed ? [0, undefined] : [1, notIn])
  await alice.say(room, round)
  await bob.settled()
  if (isListed) await bob.text(`alice: ${round}`)
  else expect(bob.texts).not.toContain(`alice: ${round}`)
}

for (const [way, remove, undo] of [
  ['removed', () => app.call('DELETE', `/chatrooms/${room}/users/bob`), undefined],
  [
    'blocked',
    () => app.call('POST', `/chatrooms/${room}/blocks/users/bob`),
    () => app.call('DELETE', `/chatrooms/${room}/blocks/users/bob`),
  ],
] as const)
  test(`20.1 who is ${way} while its join is answered neither hears nor speaks in the room`, async () => {
    for (let round = 0; round < rounds; round += 1) {
      // What comes while this is written shares the next transaction of the embedded store.
      const before = app.call('POST', `/chatrooms/${room}/announcement`, { announcement: `${round}` })
      const joining = bob.join(room)
      await Promise.all([before, joining, ...Array.from({ length: 3 }, remove)])
      await expectAsListed(`${way} ${round}`)
      await bob.leave(room)
      await undo?.()
    }
  })

test('20.1 rooms that are joined and left while their member logs in are as they are in the end', async () => {
  for (let round = 0; round < rounds; round += 1) {
    bob.close()
    await bob.closed
    const coming = connectAs(app, 'bob')
    const other = connectAs(app, 'bob', 'other')
    await app.call('POST', `/chatrooms/${room}/users/bob`)
    if (round % 2 === 0) await app.call('DELETE', `/chatrooms/${room}/users/bob`)
    bob = await coming
    await expectAsListed(`login ${round}`)
    ;(await other).close()
    await bob.leave(room)
  }
})

if (process.env.TEST_DATABASE_URL) {
  const late = async (type: 'member.joined' | 'member.removed', n: number): Promise<void> => {
    await using sql = new SQL(server.databaseUrl, { max: 1 })
    const [row] = await sql`select id from apps where name = 'moved'`
    const event = { type, usernames: ['bob'], memberCount: 2, app: row.id, room, by: theApp, at: Date.now() }
    for (const text of split('late', [{ n, text: encode({ events: [event] }) }], 7900))
      await sql`select pg_notify('chatroomd', ${text})`
  }

  test('20.1 a join that another node publishes after the removal that followed it brings nobody back', async () => {
    expect(await isMember()).toBe(false)
    const from = alice.got.length
    await late('member.joined', 1)
    await alice.find(
      ({ events }) => events.some(({ operation }) => operation === MUCBody_Operation.PRESENCE),
      from,
    )
    await until(async () => (await saying('late'))?.reason === notIn)
    await expectAsListed('late join')
  })

  test('20.1 a removal that another node publishes after the join that followed it takes nobody out', async () => {
    await bob.join(room)
    const from = bob.got.length
    await late('member.removed', 2)
    await bob.find(({ events }) => events.some(({ operation }) => operation === MUCBody_Operation.KICK), from)
    await until(async () => {
      await alice.say(room, 'still there')
      await bob.settled()
      return bob.texts.includes('alice: still there')
    })
    await expectAsListed('late removal')
  })

  test('20.9 after a gap on the bus everybody is read again, also where the store gives up what waits too long', async () => {
    const slow = await aServer({
      database_pool: '2',
      database_timeout: process.env.MOVED_PEOPLE ? '200' : '1000',
    })
    const gap = await slow.app('acme#gap', { userMessageRate: null })
    await gap.register('alice', ...people)
    const stage = await gap.room({ owner: 'alice' })
    const speaker = await connectAs(gap, 'alice')
    const sockets: TestSocket[] = []
    for (let from = 0; from < people.length; from += 20)
      sockets.push(...(await Promise.all(people.slice(from, from + 20).map((name) => connectAs(gap, name)))))
    {
      await using sql = new SQL(slow.databaseUrl, { max: 1 })
      // As another node wrote it whose events never came.
      await sql`insert into members (app, room, username, joined)
        select app, ${stage}, username, 1 from users where username like 'fan-%'`
      for (const last of [0, 5]) await sql`select pg_notify('chatroomd', ${position('gone', last)})`
    }
    await until(async () => {
      await speaker.say(stage, 'to all')
      // So many receivers keep the server busy.
      await Bun.sleep(people.length / 4)
      return sockets.every((socket) => socket.texts.includes('alice: to all'))
    })
    for (const socket of [speaker, ...sockets]) socket.close()
    await slow.stop()
  })
}
