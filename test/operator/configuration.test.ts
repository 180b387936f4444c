import { expect, setDefaultTimeout, test } from 'bun:test'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chatroomd, directoryPerTest, serves } from '../support/process.ts'

setDefaultTimeout(60_000)

let dir: string
directoryPerTest((made) => {
  dir = made
})

const file = (name: string, text: string): string => {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}

test('17.3 "serve --check" shows which settings are given, where, and no secret', async () => {
  const path = file('own.toml', 'port = 1\nhost = "127.0.0.1"\n')
  const secret = file('secret', 'acme#lounge:id:hush-hush\n')
  const { out, err, code } = await chatroomd(['serve', '--check', '--port', '2'], {
    cwd: dir,
    env: { CHATROOMD_CONFIG: path, CHATROOMD_LOG_LEVEL: 'warn', CHATROOMD_APPS_FILE: secret },
  })
  expect({ err, code }).toEqual({ err: '', code: 0 })
  expect(out.split('\n').map((line) => line.trim().replace(/ +/g, ' '))).toEqual([
    `The configuration is right. Its file: ${path}`,
    `host 127.0.0.1 (${path}:2: host)`,
    'port 2 (--port)',
    'log_level warn (CHATROOMD_LOG_LEVEL)',
    'apps (set) (CHATROOMD_APPS_FILE)',
    '',
  ])
})

test('17.3 "serve --check" names each setting that is wrong, and ends with 1', async () => {
  const path = file('own.toml', '# ours\nport = "no"\ncolour = 1\n')
  const { out, err, code } = await chatroomd(['serve', '--check', '--config', path], { cwd: dir })
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain(`\n  ${path}:3: colour is not a setting`)
  expect(err).toContain(`\n  ${path}:2: port "no" must be a whole number`)
})

for (const [how, args, env] of [
  ['--config', ['--config', 'none.toml'], {}],
  ['CHATROOMD_CONFIG', [], { CHATROOMD_CONFIG: 'none.toml' }],
] as const)
  test(`17.3 a file that ${how} names has to be there`, async () => {
    const { err, code } = await chatroomd(['serve', ...args], { cwd: dir, env })
    expect([code, err]).toEqual([1, `chatroomd: ${how}: there is no file none.toml\n`])
  })

test('17.3 a secret comes from a variable or from a file, not from both, and the file has to be there', async () => {
  const check = (env: Record<string, string>) => chatroomd(['serve', '--check'], { cwd: dir, env })
  const both = await check({ CHATROOMD_METRICS_TOKEN: 'a', CHATROOMD_METRICS_TOKEN_FILE: 'b' })
  expect(both.err).toContain('CHATROOMD_METRICS_TOKEN_FILE and CHATROOMD_METRICS_TOKEN are both set')
  const none = await check({ CHATROOMD_METRICS_TOKEN_FILE: 'none' })
  expect(none.err).toContain('CHATROOMD_METRICS_TOKEN_FILE: none cannot be read')
  const other = await check({ CHATROOMD_PORT_FILE: 'none' })
  expect(other.err).toContain('CHATROOMD_PORT_FILE is not a setting')
})

test('17.3 SIGHUP takes over the level of the log and new apps, says what needs a restart, and ends nothing', async () => {
  const path = file('chatroomd.toml', 'log_level = "info"\napps = "acme#one:id1:secret-one"\n')
  const served = await serves({ cwd: dir, env: { CHATROOMD_DEMO: 'false' } })

  writeFileSync(
    path,
    'log_level = "debug"\nnode_lease = 40\napps = "acme#one:id1:secret-one,acme#two:id2:secret-two"\n',
  )
  served.signal('SIGHUP')
  await served.prints('"changed":["log_level","apps"],"msg":"the configuration was read again"')
  await served.prints('"changed":["node_lease"],"msg":"these settings are read at the start')
  const token = await fetch(`${served.url}/acme/two/token`, {
    method: 'POST',
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: 'id2',
      client_secret: 'secret-two',
    }),
  })
  expect(token.status).toBe(200)
  await served.prints('"path":"/acme/two/token"')

  writeFileSync(path, 'log_level = "loud"\n')
  served.signal('SIGHUP')
  await served.prints('the configuration could not be read again: nothing was changed')
  rmSync(path)
  served.signal('SIGHUP')
  await served.prints('the file chatroomd.toml, which was read before, is gone')
  expect((await fetch(`${served.url}/health/ready`)).status).toBe(200)
  expect(await served.end('SIGTERM')).toBe(0)
})
