import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { refusal } from './support/bodies.ts'
import { chatroomd, directoryPerTest, serves } from './support/process.ts'
import { headOf, openConnection } from './support/raw-http.ts'
import { callsOn, appsSetting as env } from './support/served-app.ts'

let dir: string
directoryPerTest((made) => {
  dir = made
})

/** What a page of rooms is read for. */
interface Page {
  data: { id: string; name: string }[]
}
const draft = { name: 'n', description: 'd', owner: 'alice' }

const bytesIn = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  )

test('a second process on the same data is refused with what to do, and harms nothing', async () => {
  const first = await serves({ cwd: dir, env })
  const second = await chatroomd(['serve', '--port', '0'], { cwd: dir, env })
  expect(second).toEqual({
    out: '',
    err: 'chatroomd: the data directory ./data is in use by another chatroomd. Stop that one, or choose another directory with CHATROOMD_DATA_DIR.\n',
    code: 1,
  })
  const { call } = await callsOn(first.url)
  expect((await call('POST', '/users', { username: 'alice' })).status).toBe(200)
  expect(await first.end('SIGTERM')).toBe(0)
})

for (const how of ['stopped', 'killed'] as const)
  test(`data of a newer version, ${how}, are refused and every byte of them stays`, async () => {
    const served = await serves({ cwd: dir, env })
    const { call } = await callsOn(served.url)
    await call('POST', '/users', { username: 'alice' })
    await served.end(how === 'stopped' ? 'SIGTERM' : 'SIGKILL')
    const file = new Database(join(dir, 'data/chatroomd.db'))
    file.run('pragma user_version = 999')
    mkdirSync(join(dir, 'newer'))
    cpSync(join(dir, 'data'), join(dir, 'newer/data'), {
      recursive: true,
      filter: (name) => !/(-shm|\.sock)$/.test(name),
    })
    file.close()
    const before = bytesIn(join(dir, 'newer/data'))
    expect(Object.keys(before)).toContain('chatroomd.db-wal')
    const { err, code } = await chatroomd(['serve', '--port', '0'], { cwd: join(dir, 'newer'), env })
    expect(code).toBe(1)
    expect(err).toMatch(
      /^chatroomd: the data have schema version 999, this chatroomd knows \d+: they come from a newer chatroomd\. Start that version, or restore a backup made before the upgrade\. Nothing was changed\.\n$/,
    )
    expect(bytesIn(join(dir, 'newer/data'))).toMatchObject(before)
  })

test('SIGTERM finishes what is in flight, responds to it, and exits with 0', async () => {
  const served = await serves({ cwd: dir, env })
  const { call, token } = await callsOn(served.url)
  await call('POST', '/users', { username: 'alice' })
  const body = JSON.stringify({ ...draft, name: 'half sent' })
  const { socket: slow, closed: answered } = openConnection(served.url)
  const about = ['Connection: close', `Authorization: Bearer ${token}`, `Content-Length: ${body.length}`]
  slow.write(headOf('POST /acme/lounge/chatrooms', ...about) + body.slice(0, 10))
  await once(slow, 'connect')
  // The response to a later call shows that the server has read the half.
  await call('GET', '/chatrooms')
  const { socket: idle } = openConnection(served.url)
  const many = Array.from({ length: 200 }, (_, n) => call('POST', '/chatrooms', { ...draft, name: `${n}` }))
  await Promise.race(many)
  const ended = served.end('SIGTERM')
  await served.prints('"msg":"stopping"')
  slow.write(body.slice(10))
  expect(await answered).toContain('HTTP/1.1 200')
  const outcomes = await Promise.allSettled(many)
  expect(await ended).toBe(0)
  idle.destroy()
  expect(readdirSync(join(dir, 'data')).toSorted()).toEqual(['chatroomd.db', 'chatroomd.lock'])

  const again = await serves({ cwd: dir, env })
  const { body: page } = await (await callsOn(again.url)).call<Page>('GET', '/chatrooms?limit=1000')
  const names = page.data.map(({ name }) => name)
  for (const [n, outcome] of outcomes.entries())
    if (outcome.status === 'fulfilled')
      expect([outcome.value.status, names.includes(`${n}`)]).toEqual([200, true])
  expect(names).toContain('half sent')
  await again.end('SIGTERM')
})

test('a file that cannot grow: writes are refused with 503, reads go on, no acknowledged write is lost', async () => {
  const options = { cwd: dir, env }
  const first = await serves(options)
  await (await callsOn(first.url)).call('POST', '/users', { username: 'alice' })
  await first.end('SIGTERM')

  const full = await serves({ ...options, within: 'trap "" XFSZ; ulimit -f 2048; exec "$@"' })
  const { call } = await callsOn(full.url)
  const kept: string[] = []
  for (let n = 0; n < 1000; n++) {
    const { status, body } = await call('POST', '/chatrooms', { ...draft, custom: 'x'.repeat(8000) })
    if (status !== 200) {
      expect([status, body]).toEqual([
        503,
        refusal('service_unavailable', 'the store does not answer; nothing was changed, try again'),
      ])
      break
    }
    kept.push((body as { data: { id: string } }).data.id)
  }
  expect(kept.length).toBeGreaterThan(10)
  expect(kept.length).toBeLessThan(1000)
  expect((await call('GET', `/chatrooms/${kept.at(-1)}`)).status).toBe(200)
  expect((await call('POST', '/chatrooms', draft)).status).toBeOneOf([200, 503])
  expect((await fetch(`${full.url}/health/live`)).status).toBe(200)
  await full.end('SIGTERM')

  const again = await serves(options)
  const after = await callsOn(again.url)
  const listed = (await after.call<Page>('GET', '/chatrooms?limit=1000')).body.data.map(({ id }) => id)
  expect(listed).toEqual(expect.arrayContaining(kept))
  expect((await after.call('POST', '/chatrooms', { ...draft, custom: 'x'.repeat(8000) })).status).toBe(200)
  expect(await again.end('SIGTERM')).toBe(0)
}, 60_000)

for (const [title, prepare, args, refusal] of [
  [
    'a data directory that is a file',
    () => writeFileSync(join(dir, 'data'), ''),
    [],
    /the data directory \.\/data cannot be used: .*/,
  ],
  [
    'a data directory that cannot be made',
    () => {},
    ['--data-dir', '/proc/nothing/data'],
    /the data directory \/proc\/nothing\/data cannot be used: .*/,
  ],
  [
    'data that are no database',
    () => {
      mkdirSync(join(dir, 'data'))
      writeFileSync(join(dir, 'data/chatroomd.db'), 'not a database '.repeat(1000))
    },
    [],
    /the file data\/chatroomd\.db is damaged or no database \(.*\)\. Stop the server, .*put a backup in its place; .*/,
  ],
] as const)
  test(`${title} stops the start with a message that names it`, async () => {
    prepare()
    const { err, out, code } = await chatroomd(['serve', '--port', '0', ...args], { cwd: dir, env })
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(new RegExp(`^chatroomd: ${refusal.source}\n$`))
  })

test('a port that is taken stops the start with a message that names it', async () => {
  const served = await serves({ cwd: dir, env })
  const { port } = new URL(served.url)
  const { err, code } = await chatroomd(['serve', '--port', port, '--data-dir', 'other'], { cwd: dir, env })
  expect([code, err]).toEqual([
    1,
    `chatroomd: 127.0.0.1:${port} cannot be listened on: is something else there, or is it no address of this machine? Choose another with CHATROOMD_PORT or CHATROOMD_HOST.\n`,
  ])
  await served.end('SIGTERM')
  expect(existsSync(join(dir, 'other/admin.sock'))).toBe(false)
})
