import { expect, test } from 'bun:test'
import { aDirectory, serves } from '../support/process.ts'
import { RawSocket } from '../support/raw-socket.ts'
import { TestSocket } from '../support/socket.ts'

/** Members who do not read; `npm run test:flood-long` takes 500, with the default ceiling. */
const readers = Number(process.env.SLOW_READERS ?? 40)
const isLong = readers > 40
const ceilingMiB = isLong ? 128 : 8
const MiB = 1024 * 1024

test('10.6 members who do not read take no more memory than their common ceiling', async () => {
  const place = aDirectory()
  const server = await serves({
    cwd: place.dir,
    env: { CHATROOMD_APPS: 'acme#lounge:id:secret', CHATROOMD_SEND_BUFFERS: String(ceilingMiB) },
  })
  try {
    const base = `${server.url}/acme/lounge`
    const call = async (path: string, body: unknown, token?: string) => {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const response = await fetch(base + path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...authorization },
      })
      const answer = await response.json()
      if (!response.ok) throw new Error(JSON.stringify(answer))
      return answer
    }
    const credentials = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
    const { access_token: token } = await call('/token', credentials)
    const names = ['alice', ...Array.from({ length: readers }, (_, n) => `reader-${n}`)]
    for (let start = 0; start < names.length; start += 60) {
      const some = names.slice(start, start + 60).map((username) => ({ username }))
      await call('/users', some, token)
    }
    const draft = { name: 'n', description: 'd', owner: 'alice', maxusers: 1000 }
    const room = (await call('/chatrooms', { ...draft, members: names.slice(1, 50) }, token)).data.id
    for (let start = 50; start < names.length; start += 60)
      await call(`/chatrooms/${room}/users`, { usernames: names.slice(start, start + 60) }, token)
    const tokenOf = async (username: string): Promise<string> =>
      (await call('/token', { grant_type: 'inherit', username }, token)).access_token
    const slow: RawSocket[] = []
    for (const name of names.slice(1)) {
      const socket = await RawSocket.login(server.url, 'acme#lounge', name, await tokenOf(name))
      socket.socket.pause()
      slow.push(socket)
    }
    const alice = await TestSocket.login(server.url, 'acme#lounge', 'alice', await tokenOf('alice'))

    const metric = async (name: string): Promise<number> => {
      const text = await (await fetch(`${server.url}/metrics`)).text()
      const line = text.split('\n').find((each) => each.startsWith(`${name} `))
      return Number(line?.slice(name.length + 1) ?? 0)
    }
    const before = await metric('process_resident_memory_bytes')
    let most = before
    let mostBuffered = 0
    const text = 'x'.repeat(14_000)
    const cut = 'chatroomd_connections_cut_total{reason="buffers full"}'
    while ((await metric(cut)) < readers / 4) {
      for (let together = 0; together < 5; together += 1) void alice.say(room, text).catch(() => undefined)
      await alice.settled()
      alice.got.length = 0
      most = Math.max(most, await metric('process_resident_memory_bytes'))
      mostBuffered = Math.max(mostBuffered, await metric('chatroomd_buffered_bytes'))
      await Bun.sleep(20)
    }
    if (isLong)
      console.log(
        `grew by ${((most - before) / MiB).toFixed()} MiB, ${(mostBuffered / MiB).toFixed()} MiB waited`,
      )
    expect(mostBuffered).toBeLessThanOrEqual(ceilingMiB * MiB)
    expect(most - before).toBeLessThan((ceilingMiB * 2 + 100) * MiB)
    alice.close()
    for (const socket of slow) socket.end()
  } finally {
    await server.end('SIGTERM')
    place.remove()
  }
}, 300_000)
