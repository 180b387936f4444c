import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { appSettings } from '../src/domain/app-settings.ts'
import { commandLine } from '../src/operator/cli.ts'
import { aDirectory, chatroomd, running, type Served, serves } from './support/process.ts'

setDefaultTimeout(60_000)

const { dir, remove } = aDirectory()
afterAll(remove)

const run = (...args: string[]) => chatroomd(args, { cwd: dir })

beforeAll(async () => {
  await (await serves({ cwd: dir })).end('SIGTERM')
})
const done = (out: unknown) => ({ out, err: '', code: 0 })
const refused = (err: unknown) => ({ out: '', err, code: 1 })

describe('the command line', () => {
  for (const command of [
    '',
    'serve',
    'app',
    'app create',
    'app list',
    'app show',
    'app set',
    'app rotate-secret',
    'app drop-secret',
    'user',
    'user create',
    'user list',
    'token',
    'backup',
    'doctor',
    'export',
    'import',
    'restore',
    'health',
    'room',
    'callback',
    'bulk run',
    'bulk confirm',
    'callback list',
    'callback add',
    'callback change',
    'callback deliveries',
    'callback secret',
    'callback secret rotate',
    'room list',
    'room send',
    'user password',
    'version',
  ])
    test(`"chatroomd ${command}" has help`, () => {
      const words = command.split(' ').filter(Boolean)
      const usage = `Usage: ${['chatroomd', ...words].join(' ')} `
      const named = (under: Command | undefined, word: string) =>
        under?.commands.find((each) => each.name() === word)
      const found = words.reduce<Command | undefined>(
        named,
        commandLine(() => Promise.reject(new Error())),
      )
      expect(found?.helpInformation()).toContain(usage)
    })

  test('help is printed, and ends with 0', async () => {
    expect<unknown>(await run('--help')).toEqual(done(expect.stringContaining('Usage: chatroomd ')))
  })

  test('its help names every setting of an app, and of the server only those that a command uses', async () => {
    const { out } = await run('app', 'set', '--help')
    for (const name of Object.keys(appSettings)) expect(out).toContain(`\n  ${name}=`)
    expect(out).toContain('--data-dir')
    expect(out).not.toContain('--port')
  })

  test('prints its version', async () => {
    const version = expect.stringMatching(/^chatroomd \d+\.\d+\.\d+ \(Bun \d+\.\d+\.\d+\)\n$/)
    for (const words of ['version', '--version']) expect<unknown>(await run(words)).toEqual(done(version))
  })

  for (const [command, text] of [
    ['nope', "unknown command 'nope'"],
    ['serve --nope', "unknown option '--nope'"],
    ['app create', "missing required argument 'org#app'"],
    ['app set a#b', "missing required argument 'name=value'"],
    ['serve --port x', '--port "x" must be a whole number from 0 to 65535'],
    ['token a#b soon', 'seconds must be a whole number'],
    ['app create demo', '"demo" is not an app key: it must be org#app'],
    ['app create a/b#c', '"a/b#c" is not an app key: it must be org#app'],
    ['app set a#b rooms=1', 'there is no app a#b'],
    ['app rotate-secret a#b', 'there is no app a#b'],
    ['app rotate-secret a#b --overlap soon', '"soon" is not a time such as 90s, 30m, 24h or 7d'],
    ['app drop-secret a#b', 'there is no app a#b'],
    ['user list a#b', 'there is no app a#b'],
    ['token a#b', 'there is no app a#b'],
    ['app set a#b color=red', 'color is not a setting of an app; there are: dialect, rooms, '],
    ['app set a#b rooms=many', 'rooms must be a whole number'],
    ['app set a#b rooms=1=2', 'rooms must be a whole number'],
    ['app set a#b dialect=latin', 'dialect must be one of auto, docs, sdk'],
  ] as const)
    test(`"chatroomd ${command}" is refused with what is wrong`, async () => {
      expect<unknown>(await run(...command.split(' '))).toEqual(refused(expect.stringContaining(text)))
    })
})

describe.each(['running', 'stopped'])('with the server %s', (state) => {
  const key = `acme#${state}`
  let served: Served | undefined
  let credentials: { id: string; secret: string }

  beforeAll(async () => {
    if (state === 'running') served = await serves({ cwd: dir })
  })
  afterAll(async () => {
    await served?.end('SIGTERM')
  })

  const credentialsIn = (out: string) => ({
    id: /client id +(\S+)/.exec(out)?.[1] ?? '',
    secret: /client secret +(\S+)/.exec(out)?.[1] ?? '',
  })
  /** Calls the app over HTTP, on the server that runs or on one for the purpose. */
  async function call(path: string, init: RequestInit) {
    const server = served ?? (await serves({ cwd: dir }))
    const response = await fetch(`${server.url}/${key.replace('#', '/')}${path}`, init)
    const reply = { status: response.status, body: await response.json() }
    if (!served) await server.end('SIGTERM')
    return reply
  }
  const askToken = ({ id, secret }: typeof credentials) =>
    call('/token', {
      method: 'POST',
      body: JSON.stringify({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
    })

  test('an app is created once, and its credentials work', async () => {
    const { out, code } = await run('app', 'create', key)
    expect(out).toMatch(
      /^client id {6}YXA6\S+\nclient secret {2}YXA6\S+\nThe secret is shown this once: keep it\.\n$/,
    )
    expect(code).toBe(0)
    credentials = credentialsIn(out)
    expect((await askToken(credentials)).status).toBe(200)
    expect<unknown>(await run('app', 'create', key)).toEqual(
      refused(`chatroomd: the app ${key} exists already\n`),
    )
  })

  test('apps are listed with client id and settings, and without secrets', async () => {
    const { out } = await run('app', 'list')
    const [heads = '', ...rows] = out.split('\n')
    const line = rows.find((each) => each.startsWith(`${key} `)) ?? ''
    expect(line).toMatch(/^\S+ +\S+ {2}[0-9a-f]{32} {2}dialect=auto rooms=none /)
    // Each column begins below its name.
    expect([heads.indexOf('CLIENT ID'), heads.indexOf('SETTINGS')]).toEqual([
      line.indexOf(credentials.id),
      line.indexOf('dialect='),
    ])
    expect(out).not.toContain(credentials.secret)
    const { out: text } = await run('app', 'list', '--json')
    expect(JSON.parse(text)).toContainEqual(
      expect.objectContaining({
        key,
        clientId: credentials.id,
        settings: expect.objectContaining({ rooms: null }),
      }),
    )
    expect(text).not.toContain(credentials.secret)
  })

  test('settings are changed, shown and in force', async () => {
    const { out } = await run('app', 'set', key, 'rooms=0', 'openRegistration=true')
    expect(out).toMatch(/^rooms +0$/m)
    expect(out).toMatch(/^openRegistration +true$/m)
    const open = { method: 'POST', body: JSON.stringify({ username: 'carol', password: 'c-1' }) }
    expect((await call('/users', open)).status).toBe(200)
    expect((await run('app', 'set', key, 'rooms=none')).out).toMatch(/^rooms +none$/m)
  })

  test('users are registered and listed', async () => {
    expect<unknown>(await run('user', 'create', key, 'Alice', 'alice-1')).toEqual(done('registered alice\n'))
    const again = `chatroomd: the user alice exists already in ${key}\n`
    expect<unknown>(await run('user', 'create', key, 'ALICE')).toEqual(refused(again))
    const illegal = 'chatroomd: username [a b] is not legal\n'
    expect<unknown>(await run('user', 'create', key, 'a b')).toEqual(refused(illegal))
    expect<unknown>(await run('user', 'list', key)).toEqual(done('carol\nalice\n'))
  })

  test('a token works, and ends with the secret', async () => {
    const { out } = await run('token', key, '3600', '--json')
    const { access_token, expires_in } = JSON.parse(out)
    expect(expires_in).toBe(3600)
    const headers = { authorization: `Bearer ${access_token}` }
    expect((await call('/chatrooms', { headers })).status).toBe(200)
    const renewed = credentialsIn((await run('app', 'rotate-secret', key)).out)
    expect(renewed).toEqual({ id: credentials.id, secret: expect.stringMatching(/^YXA6/) })
    expect((await call('/chatrooms', { headers })).status).toBe(401)
    expect((await askToken(credentials)).status).toBe(400)
    expect((await askToken(renewed)).status).toBe(200)
  })

  // Each call starts a server where none runs.
  test.skipIf(state === 'stopped')(
    '15 an old secret stays good for as long as is said, or until it is dropped',
    async () => {
      const renewed = credentialsIn((await run('app', 'rotate-secret', key)).out)
      const { out: overlapping } = await run('app', 'rotate-secret', key, '--overlap', '2h')
      expect(overlapping).toContain('The previous secret and its tokens are good until 20')
      expect((await run('app', 'show', key)).out).toContain('previous secret')
      for (const each of [renewed, credentialsIn(overlapping)])
        expect((await askToken(each)).status).toBe(200)
      await run('app', 'drop-secret', key)
      expect((await askToken(renewed)).status).toBe(400)
    },
  )
})

test('17.4 a command whose output nobody reads any more, as of "| head", ends without a word', async () => {
  const child = running(['app', 'list', '--json'], { cwd: dir })
  await child.stdout.cancel()
  expect([await new Response(child.stderr).text(), await child.exited]).toEqual(['', 141])
})

describe('a start', () => {
  test('the first one creates an app to try and prints a line that works when pasted', async () => {
    const { dir: fresh, remove: removeFresh } = aDirectory()
    const served = await serves({ cwd: fresh, env: { CHATROOMD_DEMO: 'true' } })
    await served.prints('/docs\n')
    const line = /^ +curl (?:.*\\\n)*.*$/m.exec(served.printed())?.[0] ?? ''
    const pasted = Bun.spawn(['sh', '-c', line], { stdout: 'pipe', stderr: 'ignore' })
    expect(JSON.parse(await new Response(pasted.stdout).text())).toMatchObject({
      action: 'post',
      data: { id: expect.any(String) },
    })
    expect(await served.end('SIGTERM')).toBe(0)
    const second = await serves({ cwd: fresh })
    expect(await second.end('SIGTERM')).toBe(0)
    expect(second.printed()).not.toContain('demo#chat')
    removeFresh()
  })

  test('apps that the configuration names are created, and those that exist are left alone', async () => {
    const { dir: fresh, remove: removeFresh } = aDirectory()
    writeFileSync(join(fresh, 'chatroomd.toml'), 'apps = "a#one:id:first"\n')
    const start = async (env: Record<string, string> = {}) => {
      const served = await serves({ cwd: fresh, env })
      const grant = async (app: string, client_secret: string) => {
        const body = JSON.stringify({ grant_type: 'client_credentials', client_id: 'id', client_secret })
        return (await fetch(`${served.url}/${app}/token`, { method: 'POST', body })).status
      }
      return { served, grant }
    }
    const first = await start()
    expect(await first.grant('a/one', 'first')).toBe(200)
    expect(first.served.printed()).not.toContain('demo#chat')
    await first.served.end('SIGTERM')

    const second = await start({ CHATROOMD_APPS: 'a#one:id:second,a#two:id:second' })
    await second.served.prints('the credentials in CHATROOMD_APPS')
    expect([await second.grant('a/one', 'first'), await second.grant('a/one', 'second')]).toEqual([200, 400])
    expect(await second.grant('a/two', 'second')).toBe(200)
    await second.served.end('SIGTERM')
    expect(second.served.printed()).not.toContain('second"')
    removeFresh()
  })

  test('logs are JSON lines, and hold no token and no secret', async () => {
    const { dir: fresh, remove: removeFresh } = aDirectory()
    const env = { CHATROOMD_APPS: 'acme#lounge:id:hush-hush', CHATROOMD_LOG_LEVEL: 'debug' }
    const served = await serves({ cwd: fresh, env })
    const body = JSON.stringify({
      grant_type: 'client_credentials',
      client_id: 'id',
      client_secret: 'hush-hush',
    })
    const app = `${served.url}/acme/lounge`
    const { access_token } = (await (await fetch(`${app}/token`, { method: 'POST', body })).json()) as {
      access_token: string
    }
    const headers = { authorization: `Bearer ${access_token}` }
    for (const path of ['/chatrooms', '/chatrooms/%zz', `/chatrooms/1?token=x`, '/nope'])
      await fetch(app + path, { headers })
    await served.end('SIGTERM')
    const lines = served
      .printed()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['listening', 'stopping', 'stopped']))
    for (const secret of ['hush-hush', access_token]) expect(served.printed()).not.toContain(secret)
    removeFresh()
  })
})
