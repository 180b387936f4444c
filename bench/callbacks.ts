import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figure } from './figures.ts'
import { processorMs, startServer } from './processes.ts'

/** How much is measured. */
export interface CallbackSize {
  rounds: number
  messages: number
}

/** Calls that are under way at once. */
const concurrency = 32

/** What a message that a server posts costs without and with a callback, and how many callbacks are delivered in a second. */
export async function measureCallbacks({ rounds, messages }: CallbackSize): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-bench-'))
  let received = 0
  using receiver = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      await request.arrayBuffer()
      received += 1
      return new Response('{"valid":true,"code":"HX:000000"}')
    },
  })
  const server = await startServer(join(dir, 'data'), {
    CHATROOMD_APPS: 'bench#app:id:secret',
    CHATROOMD_CALLBACK_NETWORKS: '127.0.0.0/8',
    CHATROOMD_DEMO: 'false',
  })
  let token = ''
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${server.url}/bench/app${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const returned = (await response.json()) as { access_token: string; data: { id: string } }
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(returned)}`)
    return returned
  }

  /** Posts messages and waits for so many callbacks; returns seconds, and microseconds of the server's processor. */
  async function post(room: string, callbacks: number): Promise<{ seconds: number; processor: number }> {
    const before = processorMs(server.pid)
    const begun = performance.now()
    const goal = received + callbacks
    let left = messages
    const send = async () => {
      while (left > 0) {
        left -= 1
        await call('POST', '/messages/chatrooms', {
          from: 'alice',
          to: [room],
          type: 'txt',
          body: { msg: 'hello' },
        })
      }
    }
    await Promise.all(Array.from({ length: concurrency }, send))
    while (received < goal) await Bun.sleep(1)
    return {
      seconds: (performance.now() - begun) / 1000,
      processor: (processorMs(server.pid) - before) * 1000,
    }
  }

  const costs = { without: [] as number[], with: [] as number[] }
  const rates: number[] = []
  try {
    const grant = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
    token = (await call('POST', '/token', grant)).access_token
    await call('POST', '/users', { username: 'alice', password: 'secret-1' })
    const room = (await call('POST', '/chatrooms', { name: 'r', description: 'r', owner: 'alice' })).data.id
    const { id } = (
      await call('POST', '/callbacks', {
        name: 'bench',
        url: receiver.url.href,
        events: ['message.sent'],
        enabled: false,
      })
    ).data
    for (let round = 0; round < rounds; round += 1) {
      await call('PUT', `/callbacks/${id}`, { enabled: false })
      costs.without.push((await post(room, 0)).processor / messages)
      await call('PUT', `/callbacks/${id}`, { enabled: true })
      const { seconds, processor } = await post(room, messages)
      costs.with.push(processor / messages)
      rates.push(messages / seconds)
    }
  } finally {
    await server.stop()
    rmSync(dir, { recursive: true })
  }
  const at = `${messages} messages of an app's server to one room`
  return [
    { what: 'a message without a callback', at, values: costs.without, unit: 'µs of processor' },
    {
      what: 'a message that is stored, signed and delivered to one callback',
      at,
      values: costs.with,
      unit: 'µs of processor',
    },
    { what: 'callbacks delivered in the order of their room', at, values: rates, unit: '/s' },
  ]
}
