import { expect, test } from 'bun:test'
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { aDirectory, chatroomd, serves } from '../support/process.ts'
import { smallDisk } from '../support/small-disk.ts'
import { TestSocket } from '../support/socket.ts'

/** Leases are renewed often, so that what fails with them is soon retried. */
const env = { CHATROOMD_APPS: 'acme#lounge:id:secret', CHATROOMD_NODE_LEASE: '1' }

const run = (...command: string[]): boolean => Bun.spawnSync(command, { stderr: 'ignore' }).success

const probe = aDirectory()
const mayMount = smallDisk(probe.dir, '4m')
mayMount?.remove()
probe.remove()

test.skipIf(!mayMount)(
  '10.25 a full disk: not ready, "nothing was changed", one line in the log; ready again by itself when there is room',
  async () => {
    const { dir, remove } = aDirectory()
    const data = join(dir, 'data')
    mkdirSync(data)
    const disk = smallDisk(data, '4m')
    try {
      const served = await serves({ cwd: dir, env })
      const app = `${served.url}/acme/lounge`
      const ready = async () => (await fetch(`${served.url}/health/ready`)).status
      const storeUp = async () =>
        (await (await fetch(`${served.url}/metrics`)).text()).match(/store_up\{.* (\d)/)?.[1]
      const login = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
      const got = await fetch(`${app}/token`, { method: 'POST', body: JSON.stringify(login) })
      const { access_token } = (await got.json()) as { access_token: string }
      const headers = { authorization: `Bearer ${access_token}` }
      const post = async (path: string, body: unknown) => {
        const response = await fetch(app + path, { method: 'POST', headers, body: JSON.stringify(body) })
        return { status: response.status, text: await response.text() }
      }
      await post('/users', { username: 'alice' })
      expect([await ready(), await storeUp()]).toEqual([200, '1'])

      const ballast = join(data, 'ballast')
      run('dd', 'if=/dev/zero', `of=${ballast}`, 'bs=4k')
      const draft = { name: 'n', description: 'd', owner: 'alice', custom: 'x'.repeat(8000) }
      let refusals = 0
      for (let n = 0; n < 40; n++) {
        const { status, text } = await post('/chatrooms', draft)
        if (status === 200) continue
        refusals += 1
        expect([status, text]).toEqual([503, expect.stringContaining('nothing was changed') as never])
      }
      expect(refusals).toBeGreaterThan(20)
      expect([await ready(), await storeUp()]).toEqual([503, '0'])
      const lines = served
        .out()
        .split('\n')
        .filter((line) => line.includes('"msg":"the store does not answer; nothing was changed'))
      expect(lines).toHaveLength(1)
      expect(lines[0]).toContain('full')

      // What the server writes by itself is retried all the time, and logged as seldom.
      const { access_token: ofAlice } = JSON.parse(
        (await post('/token', { grant_type: 'inherit', username: 'alice' })).text,
      )
      const alice = await TestSocket.login(served.url, 'acme#lounge', 'alice', ofAlice)
      const retried = ['who is online', 'callbacks could not be delivered', 'rooms whose time has come']
      for (const text of retried) await served.prints(text)
      const tried = performance.now() + 1200
      while (performance.now() < tried) await ready()
      const told = served.out().match(/"level":"(warn|error)".*"msg":"[^"]+"/g) ?? []
      const texts = told.map((line) => line.replace(/.*"msg":/, ''))
      expect(texts.toSorted()).toEqual([...new Set(texts)].toSorted())
      alice.close()

      run('rm', ballast)
      expect([await ready(), await storeUp()]).toEqual([200, '1'])
      expect((await post('/chatrooms', draft)).status).toBe(200)
      expect(await served.end('SIGTERM')).toBe(0)

      run('dd', 'if=/dev/zero', `of=${ballast}`, 'bs=4k')
      const { code, err } = await chatroomd(['serve', '--port', '0'], { cwd: dir, env })
      expect([code, err]).toEqual([
        1,
        'chatroomd: the disk on which data/chatroomd.db is has no room: make some first\n',
      ])
    } finally {
      disk?.remove()
      remove()
    }
  },
  30_000,
)

test('10.13 only their owner can read the database files, also those that were readable before', async () => {
  const { dir, remove } = aDirectory()
  try {
    const modes = () =>
      ['', '-wal', '-shm'].map((end) =>
        (statSync(join(dir, `data/chatroomd.db${end}`)).mode & 0o777).toString(8),
      )
    const served = await serves({ cwd: dir, env })
    expect(modes()).toEqual(['600', '600', '600'])
    await served.end('SIGTERM')
    chmodSync(join(dir, 'data/chatroomd.db'), 0o644)
    const again = await serves({ cwd: dir, env })
    expect(modes()).toEqual(['600', '600', '600'])
    await again.end('SIGTERM')
  } finally {
    remove()
  }
}, 20_000)
