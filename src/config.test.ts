import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from './config.ts'

const dir = mkdtempSync(join(tmpdir(), 'chatroomd-config-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const file = (text: string): string => {
  const path = join(dir, `${Math.random()}.toml`)
  writeFileSync(path, text)
  return path
}
const refusalOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing'
}

describe('the configuration', () => {
  test('without any value is the default', () => {
    expect(readConfig({}, { HOME: '/' }, join(dir, 'none.toml'))).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      data_dir: './data',
      database_url: '',
      log_level: 'info',
      apps: [],
    })
  })

  test('takes a flag before the environment, that before the file, that before the default', () => {
    const path = file('port = 1\nhost = "file"\nlog_level = "warn"\n')
    const env = { CHATROOMD_PORT: '2', CHATROOMD_HOST: 'env' }
    expect(readConfig({ port: '3' }, env, path)).toMatchObject({ port: 3, host: 'env', log_level: 'warn' })
    expect(readConfig({}, env, path)).toMatchObject({ port: 2, host: 'env', data_dir: './data' })
    expect(readConfig({}, {}, path)).toMatchObject({ port: 1, host: 'file' })
  })

  test('reads apps to create at start, several of them', () => {
    const { apps } = readConfig({}, { CHATROOMD_APPS: 'a#b:id:secret, c#d:id2:secret2,' }, '')
    expect(apps).toEqual([
      { key: 'a#b', clientId: 'id', clientSecret: 'secret' },
      { key: 'c#d', clientId: 'id2', clientSecret: 'secret2' },
    ])
  })

  test('reports everything that is wrong at once, by name, and no secret', () => {
    const path = file('prot = 1\ndatabase_url = "mysql://root:hush@db"\n')
    const env = { CHATROOMD_PROT: '1', CHATROOMD_PORT: '65536', CHATROOMD_APPS: 'a#b:id:hush:x' }
    const message = refusalOf(() => readConfig({ log_level: 'loud' }, env, path))
    expect(message.split('\n  ')).toEqual([
      'The configuration is wrong:',
      `${path}:1: prot is not a setting`,
      'CHATROOMD_PROT is not a setting',
      'CHATROOMD_PORT "65536" must be a whole number from 0 to 65535',
      `${path}:2: database_url must begin with postgres://`,
      '--log-level "loud" must be one of debug, info, warn, error, silent',
      'CHATROOMD_APPS must be "org#app:client_id:client_secret", several separated by commas',
    ])
    expect(message).not.toContain('hush')
  })

  test('reports a file that is no TOML', () => {
    const path = file('port = = 1')
    expect(refusalOf(() => readConfig({}, {}, path))).toStartWith(
      `The configuration is wrong:\n  ${path}:1: `,
    )
  })

  test('10.27 names the line of a file that is wrong, in its middle too', () => {
    const broken = file('port = 1\nhost = "a"\nlog_level = \n')
    expect(refusalOf(() => readConfig({}, {}, broken))).toContain(`\n  ${broken}:3: `)
    const bad = file('# ours\n\nport = "x"\napps = ["a"]\n')
    expect(refusalOf(() => readConfig({}, {}, bad))).toBe(
      `The configuration is wrong:\n  ${bad}:4: apps must be a text, a number, true or false\n  ${bad}:3: port "x" must be a whole number from 0 to 65535`,
    )
  })

  test('10.18 ignores what Kubernetes sets for services with its name, and reports it', () => {
    const said: string[] = []
    const env = {
      CHATROOMD_SERVICE_HOST: '10.0.0.1',
      CHATROOMD_SERVICE_PORT: '8080',
      CHATROOMD_SERVICE_PORT_HTTP: '8080',
      CHATROOMD_PORT: 'tcp://10.0.0.1:8080',
      CHATROOMD_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
      CHATROOMD_PORT_8080_TCP_PROTO: 'tcp',
      CHATROOMD_PORT_8080_TCP_PORT: '8080',
      CHATROOMD_PORT_8080_TCP_ADDR: '10.0.0.1',
      CHATROOMD_METRICS_SERVICE_HOST: '10.0.0.1',
      CHATROOMD_METRICS_PORT: 'tcp://10.0.0.1:9090',
    }
    const config = readConfig({}, env, '', (text) => said.push(text))
    expect([config.port, config.metrics_port]).toEqual([8080, undefined])
    expect(said).toHaveLength(1)
    for (const name of Object.keys(env)) expect(said[0]).toContain(name)
    expect(refusalOf(() => readConfig({}, { CHATROOMD_SERVICE_HOTS: '1', CHATROOMD_PRT: '1' }, ''))).toBe(
      'The configuration is wrong:\n  CHATROOMD_SERVICE_HOTS is not a setting\n  CHATROOMD_PRT is not a setting',
    )
  })

  for (const port of ['-1', '8080.5', '80 80', '', 'x', '0x50', '1e3'])
    test(`refuses the port "${port}"`, () => {
      expect(refusalOf(() => readConfig({}, { CHATROOMD_PORT: port }, ''))).toContain(
        `CHATROOMD_PORT "${port}" must be`,
      )
    })

  for (const apps of ['demo', 'a#b', 'a#b:id', 'a#b:id:', 'a#b::x', 'a#b:id:x:y'])
    test(`refuses the apps "${apps}"`, () => {
      expect(refusalOf(() => readConfig({}, { CHATROOMD_APPS: apps }, ''))).toContain(
        'CHATROOMD_APPS must be',
      )
    })

  for (const key of ['demo', '#b', 'a#', 'a#b#c', 'a b#c', '.a#b', 'a/b#c', 'é#b', `a#${'b'.repeat(65)}`])
    test(`refuses an app with the key "${key}"`, () => {
      const message = refusalOf(() => readConfig({}, { CHATROOMD_APPS: `${key}:id:hush` }, ''))
      expect(message).toContain(`CHATROOMD_APPS "${key}" is not an app key`)
      expect(message).not.toContain('hush')
    })

  test('refuses an address of PostgreSQL that is none, and repeats nothing of it', () => {
    const message = refusalOf(() =>
      readConfig({}, { CHATROOMD_DATABASE_URL: 'postgres://a:hush@db:99999/x' }, ''),
    )
    expect(message).toContain('CHATROOMD_DATABASE_URL must be an address')
    expect(message).not.toContain('hush')
  })
})
