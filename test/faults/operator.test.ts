import { expect, setDefaultTimeout, test } from 'bun:test'
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { chatroomd, directoryPerTest, serves } from '../support/process.ts'

setDefaultTimeout(60_000)

let dir: string
directoryPerTest((made) => {
  dir = made
})

const env = { CHATROOMD_APPS: 'acme#lounge:id:secret', CHATROOMD_LOG_LEVEL: 'debug' }
const MiB = 1024 * 1024
const main = resolve(import.meta.dir, '../../src/main.ts')

/** A server on a fixed free port whose standard output is `stdout`. */
async function logsTo(stdout: number | 'pipe', start: string[] = []) {
  const probe = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = probe
  probe.stop(true)
  const child = Bun.spawn([...start, process.execPath, main, 'serve', '--port', String(port)], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? '', CHATROOMD_DRAIN_TIME: '0', ...env },
    stdin: 'ignore',
    stdout,
    stderr: 'ignore',
  })
  const url = `http://127.0.0.1:${port}`
  while (child.exitCode === null && !(await fetch(`${url}/health/live`).catch(() => undefined)))
    await Bun.sleep(10)
  return { child, url }
}

const lostLines = async (url: string): Promise<number> =>
  Number(/^chatroomd_log_lines_lost_total (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1])

async function callMany(url: string, calls: number): Promise<void> {
  const path = `/acme/lounge/chatrooms/${'x'.repeat(2000)}`
  for (let n = 0; n < calls; n += 1) expect((await fetch(url + path)).status).toBe(401)
}

test('10.10 the server outlives the reader of its log, and counts the lines that nobody had', async () => {
  const { child, url } = await logsTo('pipe')
  await (child.stdout as ReadableStream).cancel()
  await callMany(url, 50)
  expect(await lostLines(url)).toBeGreaterThanOrEqual(50)
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
})

test('10.10 the server outlives a disk that is full of its log, and counts what was lost', async () => {
  // As long as a file may be there, so that no write to it succeeds.
  const file = join(dir, 'log')
  writeFileSync(file, '')
  truncateSync(file, 64 * MiB)
  const full = openSync(file, 'a')
  const blocks = String((64 * MiB) / 512)
  const { child, url } = await logsTo(full, [
    'sh',
    '-c',
    `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`,
    'sh',
  ])
  closeSync(full)
  // Some 2 KiB each: more than the lines that may wait.
  await callMany(url, 800)
  expect(await lostLines(url)).toBeGreaterThan(0)
  expect(statSync(file).size).toBe(64 * MiB)
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
})

test.skipIf(process.platform !== 'linux')(
  '10.10 a reader of the log that stands still does not stop the server',
  async () => {
    const pipe = join(dir, 'log')
    Bun.spawnSync(['mkfifo', pipe])
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
    const writer = openSync(pipe, 'w')
    const { child, url } = await logsTo(writer)
    closeSync(writer)
    await callMany(url, 800)
    expect(await lostLines(url)).toBeGreaterThan(0)
    child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
    closeSync(reader)
  },
)

for (const signal of ['SIGUSR1', 'SIGUSR2'] as const)
  test(`10.26 ${signal} does not end the server, which logs that nothing was done`, async () => {
    const served = await serves({ cwd: dir, env })
    served.signal(signal)
    await served.prints(`"signal":"${signal}","msg":"nothing was done`)
    expect((await fetch(`${served.url}/health/ready`)).status).toBe(200)
    expect(await served.end('SIGTERM')).toBe(0)
  })

test('10.27 a changed secret in CHATROOMD_APPS is logged, without the secret', async () => {
  await (await serves({ cwd: dir, env })).end('SIGTERM')
  const same = await serves({ cwd: dir, env })
  await same.end('SIGTERM')
  expect(same.printed()).not.toContain('the credentials in')
  const other = await serves({ cwd: dir, env: { CHATROOMD_APPS: 'acme#lounge:id:hush-hush' } })
  await other.prints('"app":"acme#lounge","msg":"the credentials in CHATROOMD_APPS')
  await other.end('SIGTERM')
  expect(other.printed()).not.toContain('hush-hush')
})

for (const command of [
  ['app', 'list'],
  ['app', 'create', 'a#b'],
  ['token', 'a#b'],
  ['export', 'all'],
])
  test(`10.27 "chatroomd ${command.join(' ')}" in another directory creates no store, and names where it looked`, async () => {
    const { out, err, code } = await chatroomd(command, { cwd: dir })
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(`there is no data in ${join(dir, 'data')}`)
    expect(existsSync(join(dir, 'data'))).toBe(false)
  })

test('10.27 a command in another directory reaches the running server by its data directory', async () => {
  const served = await serves({ cwd: dir, env })
  mkdirSync(join(dir, 'elsewhere'))
  const { out } = await chatroomd(['app', 'list', '--data-dir', join(dir, 'data')], {
    cwd: join(dir, 'elsewhere'),
  })
  expect(out).toContain('\nacme#lounge ')
  await served.end('SIGTERM')
})

test('10.27 a bad value in the file is reported with file and line', async () => {
  writeFileSync(join(dir, 'chatroomd.toml'), 'host = "127.0.0.1"\nnode_lease = 0\n')
  const { err, code } = await chatroomd(['serve'], { cwd: dir })
  expect([code, err]).toEqual([
    1,
    'chatroomd: The configuration is wrong:\n  chatroomd.toml:2: node_lease "0" must be a whole number from 1 to 3600\n',
  ])
})

test('10.27 without a terminal no demo app is created; on request, it is printed on standard error alone', async () => {
  const plain = await serves({ cwd: dir })
  await plain.end('SIGTERM')
  expect(plain.printed()).not.toContain('demo#chat')
  const asked = await serves({ cwd: dir, env: { CHATROOMD_DEMO: 'true' } })
  await asked.prints('/docs\n')
  await asked.end('SIGTERM')
  expect(asked.errors()).toContain('demo#chat')
  for (const line of asked.out().trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level')
})

test('10.18 variables that Kubernetes sets for a service named chatroomd do not stop the start', async () => {
  const served = await serves({
    cwd: dir,
    env: { CHATROOMD_SERVICE_HOST: '10.0.0.1', CHATROOMD_PORT: 'tcp://10.0.0.1:8080' },
  })
  await served.prints('CHATROOMD_SERVICE_HOST, CHATROOMD_PORT')
  await served.end('SIGTERM')
})
