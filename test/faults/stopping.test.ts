import { expect, setDefaultTimeout, test } from 'bun:test'
import { directoryPerTest, serves } from '../support/process.ts'
import { headOf, openConnection } from '../support/raw-http.ts'
import { appsSetting, callsOn } from '../support/served-app.ts'

setDefaultTimeout(60_000)

let dir: string
directoryPerTest((made) => {
  dir = made
})

test('17.6 after SIGTERM new connections are answered for the drain time where a load balancer asks for readiness, while readiness is 503; then streams end as they should and the port is closed', async () => {
  const served = await serves({ cwd: dir, env: { ...appsSetting, CHATROOMD_DRAIN_TIME: '1' } })
  const { token } = await callsOn(served.url)
  const authorization = `Bearer ${token}`
  const stream = openConnection(served.url)
  stream.socket.write(headOf('GET /acme/lounge/events', `Authorization: ${authorization}`))
  await stream.came('retry:')
  // A load balancer has asked before; requests that are closer together than a second count as one.
  const asked = async () => expect((await fetch(`${served.url}/health/ready`)).status).toBe(200)
  await asked()
  await Bun.sleep(1100)
  await asked()

  const begunMs = performance.now()
  const ended = served.end('SIGTERM')
  await served.prints('"msg":"stopping"')
  const answered = new Set<string>()
  const ask = async (path: string): Promise<boolean> => {
    const response = await fetch(served.url + path, { headers: { authorization }, keepalive: false }).catch(
      () => undefined,
    )
    if (response) answered.add(`${path}: ${response.status}, ${response.headers.get('connection')}`)
    return response !== undefined
  }
  while ((await ask('/health/ready')) && (await ask('/acme/lounge/chatrooms')));
  // Timers may be early by a fraction.
  expect(performance.now() - begunMs).toBeGreaterThan(990)
  expect([...answered]).toEqual(['/health/ready: 503, close', '/acme/lounge/chatrooms: 200, close'])
  expect(await stream.closed).toEndWith('\r\n0\r\n\r\n')
  expect(await ended).toBe(0)
})

test('17.6 a server without connections that nobody asks for readiness ends at once, however long the drain time', async () => {
  const served = await serves({ cwd: dir, env: { ...appsSetting, CHATROOMD_DRAIN_TIME: '3600' } })
  for (const _ of [1, 2, 3]) expect((await fetch(`${served.url}/health/ready`)).status).toBe(200)
  expect(await served.end('SIGTERM')).toBe(0)
})
