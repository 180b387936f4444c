import { expect, test } from 'bun:test'
import { limits } from '../../src/domain/limits.ts'
import { aDirectory, serves } from '../support/process.ts'
import { RawSocket } from '../support/raw-socket.ts'
import { appsSetting, callsOn } from '../support/served-app.ts'
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
    env: { ...appsSetting, CHATROOMD_SEND_BUFFERS: String(ceilingMiB) },
  })
  try {
    const { call } = await callsOn(server.url)
    const names = ['alice', ...Array.from({ length: readers }, (_, n) => `reader-${n}`)]
    for (let start = 0; start < names.length; start += 60) {
      const some = names.slice(start, start + 60).map((username) => ({ username }))
      await call('POST', '/users', some)
    }
    const draft = { name: 'n', description: 'd', owner: 'alice', maxusers: 1000 }
    const members = names.slice(1, 50)
    const created = await call<{ data: { id: string } }>('POST', '/chatrooms', { ...draft, members })
    const room = created.body.data.id
    for (let start = 50; start < names.length; start += 60)
      await call('POST', `/chatrooms/${room}/users`, { usernames: names.slice(start, start + 60) })
    const tokenOf = async (username: string): Promise<string> =>
      (await call<{ access_token: string }>('POST', '/token', { grant_type: 'inherit', username })).body
        .access_token
    const slow: RawSocket[] = []
    for (const name of names.slice(1)) {
      const socket = await RawSocket.login(server.url, 'acme#lounge', name, await tokenOf(name))
      socket.socket.pause()
      slow.push(socket)
    }
    const alice = await TestSocket.login(server.url, 'acme#lounge', 'alice', await tokenOf('alice'))

    const measured = async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text()
      const metric = (name: string): number => {
        const line = text.split('\n').find((each) => each.startsWith(`${name} `))
        return Number(line?.slice(name.length + 1) ?? 0)
      }
      return {
        resident: metric('process_resident_memory_bytes'),
        buffered: metric('chatroomd_buffered_bytes'),
        cut: metric('chatroomd_connections_cut_total{reason="buffers full"}'),
      }
    }
    const before = (await measured()).resident
    let most = before
    let mostBuffered = 0
    const text = 'x'.repeat(14_000)
    for (let cut = 0; cut < readers / 4; ) {
      for (let n = 0; n < 5; n += 1) void alice.say(room, text).catch(() => undefined)
      await alice.settled()
      alice.got.length = 0
      // Metrics that are read more often are those of the last time.
      await Bun.sleep(1100 / limits.metricsMade.value)
      const now = await measured()
      cut = now.cut
      most = Math.max(most, now.resident)
      mostBuffered = Math.max(mostBuffered, now.buffered)
    }
    if (isLong)
      console.log(
        `grew by ${((most - before) / MiB).toFixed()} MiB, ${(mostBuffered / MiB).toFixed()} MiB waited`,
      )
    expect(mostBuffered).toBeGreaterThan((ceilingMiB * MiB) / 4)
    expect(mostBuffered).toBeLessThanOrEqual(ceilingMiB * MiB)
    expect(most).toBeGreaterThan(before)
    expect(most - before).toBeLessThan((ceilingMiB * 2 + 100) * MiB)
    alice.close()
    for (const socket of slow) socket.end()
  } finally {
    await server.end('SIGTERM')
    place.remove()
  }
}, 300_000)
