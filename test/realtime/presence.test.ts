import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import {
  MSync,
  MSync_Command,
  MUCBody_Operation,
  Provision,
  StatisticsBody_Operation,
} from '../../src/realtime/generated/protocol.ts'
import { asUser, connectAs } from '../support/people.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

let server: TestServer
let app: TestApp

beforeAll(async () => {
  server = await aServer({ presence_grace: '1' })
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob', 'carol', 'dave', 'erin')
})
afterAll(() => server.stop())

const login = (name: string, resource?: string) => connectAs(app, name, resource)

const membersOf = async (room: string): Promise<string[]> => {
  const { body } = await app.call('GET', `/chatrooms/${room}/users?pagesize=100`)
  return body.data.map((row: { owner?: string; member?: string }) => row.owner ?? row.member).sort()
}

const statusOf = async (name: string): Promise<string> =>
  (await app.call('GET', `/users/${name}/status`)).body.data[name]

test('who goes offline leaves after the grace time; owner, allow list and who never came stay', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob', 'carol', 'dave', 'erin'] })
  await app.call('POST', `/chatrooms/${room}/white/users/carol`)
  const [alice, bob, carol, erin] = [
    await login('alice'),
    await login('bob'),
    await login('carol'),
    await login('erin'),
  ]
  bob.close()
  carol.close()
  const { events } = await erin.event(MUCBody_Operation.ABSENCE)
  expect(events[0]).toMatchObject({ from: { name: 'bob' }, mucMemberCount: 4 })
  expect(await membersOf(room)).toEqual(['alice', 'carol', 'dave', 'erin'])
  alice.close()
  erin.close()
  await until(async () => !(await membersOf(room)).includes('erin'))
  expect(await membersOf(room)).toEqual(['alice', 'carol', 'dave'])
})

test('20.7 a device with a name that no database takes keeps nobody from being known to come and go', async () => {
  await app.register('mallory')
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const { token } = await asUser(app, 'mallory')
  const mallory = await TestSocket.open(server.url)
  const payload = Provision.encode({ resource: 'de\0vice', deviceName: `${'x'.repeat(255)}😀` }).finish()
  const guid = { appKey: app.key, name: 'mallory', domain: 'easemob.com' }
  const command = MSync_Command.PROVISION
  mallory.write(MSync.encode({ command, guid, auth: `$t$${token}`, payload }).finish())
  const { provision } = await mallory.find((got) => got.provision !== undefined)
  expect(provision).toMatchObject({ status: { errorCode: 0 }, resource: 'device' })
  const bob = await login('bob')
  bob.close()
  await until(async () => !(await membersOf(room)).includes('bob'))
  mallory.close()
})

test('who comes back in time, or is still here on another device, stays', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob', 'carol', 'erin'] })
  const phone = await login('bob', 'phone')
  const laptop = await login('bob', 'laptop')
  const carol = await login('carol')
  const erin = await login('erin')
  phone.close()
  carol.close()
  erin.close()
  const again = await login('carol')
  await until(async () => !(await membersOf(room)).includes('erin'))
  expect(await membersOf(room)).toEqual(['alice', 'bob', 'carol'])
  for (const socket of [laptop, again]) {
    expect((await socket.say(room, 'here')).status?.errorCode).toBe(0)
    socket.close()
  }
})

test('a client that reconnects receives messages of its rooms without joining again', async () => {
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const alice = await login('alice')
  ;(await login('bob')).close()
  const bob = await login('bob')
  await alice.say(room, 'welcome back')
  await bob.text('alice: welcome back')
  alice.close()
  bob.close()
})

test('the status of a user shows whether it is connected, and disconnecting changes it', async () => {
  expect(await statusOf('dave')).toBe('offline')
  const dave = await login('dave')
  expect(await statusOf('dave')).toBe('online')
  await app.call('GET', '/users/dave/disconnect')
  const { logouts } = await dave.find((got) => got.logouts.length > 0)
  expect(logouts[0]?.operation).toBe(StatisticsBody_Operation.USER_KICKED_BY_OTHER_DEVICE)
  await dave.closed
  await until(async () => (await statusOf('dave')) === 'offline')
})

test('joins and leaves in a large room are sent in batches, each of them once, with the right count', async () => {
  const crowd = Array.from({ length: 130 }, (_, n) => `fan-${n}`)
  await app.register(...crowd)
  const room = await app.room({ owner: 'alice', members: crowd.slice(0, 120) })
  const sockets = await Promise.all(crowd.map((name) => login(name)))
  const [first, ...others] = sockets as [TestSocket, ...TestSocket[]]
  const late = others.slice(119)
  await Promise.all(late.map((socket) => socket.join(room)))
  const names = (operation: MUCBody_Operation) =>
    first.got.flatMap(({ events }) =>
      events
        .filter((event) => event.operation === operation)
        .flatMap(({ members = [], from }) => (members.length > 0 ? members : [from?.name ?? ''])),
    )
  await until(async () => names(MUCBody_Operation.PRESENCE).length >= 10)
  expect(names(MUCBody_Operation.PRESENCE).sort()).toEqual(crowd.slice(120).sort())
  for (const socket of late) {
    await socket.leave(room)
    await socket.join(room)
  }
  await Promise.all(late.map((socket) => socket.leave(room)))
  await until(async () => names(MUCBody_Operation.ABSENCE).length >= 20)
  expect(names(MUCBody_Operation.PRESENCE)).toHaveLength(20)
  const counts = first.got.flatMap(({ events }) => events.map(({ mucMemberCount }) => mucMemberCount))
  expect(counts.at(-1)).toBe(121)
  for (const socket of sockets) socket.close()
})
