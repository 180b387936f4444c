import { expect, setDefaultTimeout, test } from 'bun:test'
import { chatroomd, directoryPerTest, serves } from '../support/process.ts'
import { appsSetting, callsOn } from '../support/served-app.ts'
import { TestSocket } from '../support/socket.ts'

setDefaultTimeout(60_000)

let dir: string
directoryPerTest((made) => {
  dir = made
})

/** What a client gets that asks for a connection and is refused. */
const upgraded = (url: string) =>
  fetch(`${url}/websocket`, {
    headers: {
      upgrade: 'websocket',
      connection: 'upgrade',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'x3JJHMbDL1EzLkh9GBhXDw==',
    },
  })

test('17.5 all of standard output is JSON lines with the names of levels, and one call of so many is there with app, caller and address', async () => {
  const env = { ...appsSetting, CHATROOMD_ACCESS_LOG: '3', CHATROOMD_DEMO: 'true' }
  const served = await serves({ cwd: dir, env })
  const { call } = await callsOn(served.url)
  await call('POST', '/users', { username: 'alice', password: 'a long password' })
  const { body } = await call<{ access_token: string }>('POST', '/token', {
    grant_type: 'password',
    username: 'alice',
    password: 'a long password',
  })
  const mine = { headers: { authorization: `Bearer ${body.access_token}` } }
  for (let n = 0; n < 2; n += 1) await call('GET', '/chatrooms')
  await fetch(`${served.url}/acme/lounge/users/alice/joined_chatrooms`, mine)
  await served.end('SIGTERM')
  const lines = served
    .out()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  for (const { level, time, msg } of lines)
    expect([level, typeof time, typeof msg]).toEqual([
      expect.stringMatching(/^(info|warn)$/),
      'number',
      'string',
    ])
  // Six calls: the third and the sixth.
  const common = { level: 'info', app: 'acme#lounge', address: '127.0.0.1', requestId: expect.any(String) }
  expect(lines.filter(({ msg }) => msg === 'answered')).toMatchObject([
    {
      ...common,
      operation: 'issueToken',
      caller: 'app',
      method: 'POST',
      path: '/acme/lounge/token',
      status: 200,
    },
    {
      ...common,
      operation: 'listJoinedRooms',
      caller: 'user alice',
      method: 'GET',
      path: '/acme/lounge/users/alice/joined_chatrooms',
    },
  ])
})

test('17.6 SIGTERM: not ready at once, no new connections, calls go on, the connections there are closed one after the other; asked once more, all at once', async () => {
  const env = { ...appsSetting, CHATROOMD_DRAIN_TIME: '600' }
  const served = await serves({ cwd: dir, env })
  const { call, token } = await callsOn(served.url)
  await call('POST', '/users', { username: 'alice' })
  const sockets = await Promise.all(Array.from({ length: 10 }, () => TestSocket.open(served.url)))
  let open = sockets.length
  const closings = sockets.map(async ({ closed }) => {
    const { code, reason } = await closed
    open -= 1
    return { code, reason, left: open }
  })

  const ended = served.end('SIGTERM')
  await served.prints('"msg":"stopping"')
  const ready = await fetch(`${served.url}/health/ready`)
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'the server is stopping' }])
  expect((await fetch(`${served.url}/health/live`)).status).toBe(200)
  const upgrade = await upgraded(served.url)
  expect([upgrade.status, upgrade.headers.get('retry-after')]).toEqual([503, '5'])
  const rooms = await fetch(`${served.url}/acme/lounge/chatrooms`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect([rooms.status, rooms.headers.get('connection')]).toEqual([200, 'close'])

  // The next one has its turn a minute later.
  expect(await Promise.race(closings)).toEqual({ code: 1001, reason: 'the server stops', left: 9 })
  expect(open).toBe(9)
  served.signal('SIGINT')
  for (const { code } of await Promise.all(closings)) expect(code).toBe(1001)
  expect(await ended).toBe(0)
})

test('17.6 a limit of open files that is too low for the connections is said at the start; one that is too low for anything is refused', async () => {
  const few = (files: number) => `ulimit -n ${files}; exec "$@"`
  const env = { ...appsSetting, CHATROOMD_MAX_CONNECTIONS: '5000', CHATROOMD_DRAIN_TIME: '600' }
  const served = await serves({ cwd: dir, env, within: few(110) })
  expect(served.out()).toContain('"level":"warn"')
  expect(served.out()).toContain('"openFiles":110,"connections":10,"max_connections":5000')
  await Promise.all(Array.from({ length: 10 }, () => TestSocket.open(served.url)))
  const refused = await upgraded(served.url)
  expect(refused.status).toBe(503)
  const { call } = await callsOn(served.url)
  expect((await call('POST', '/users', { username: 'alice' })).status).toBe(200)
  // Whoever sits at the terminal does not wait for the drain time.
  expect(await served.end('SIGINT')).toBe(0)

  const { err, code } = await chatroomd(['serve', '--port', '0'], { cwd: dir, env, within: few(64) })
  expect([code, err]).toEqual([
    1,
    'chatroomd: this process may open 64 files, which is too few: raise LimitNOFILE of the unit, or "ulimit -n"\n',
  ])
})
