import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { aDirectory, chatroomd } from '../support/process.ts'
import { aServer, type TestServer } from '../support/server.ts'

const deploy = join(import.meta.dir, '../../deploy')
const text = (name: string): string => readFileSync(join(deploy, name), 'utf8')
const { dir, remove } = aDirectory()
let server: TestServer
beforeAll(async () => {
  server = await aServer()
})
afterAll(async () => {
  await server.stop()
  remove()
})

test.each(['alerts.yml', 'grafana-dashboard.json'])(
  '17.5 %s names only metrics that the server has',
  async (file) => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    const known = new Set([...metrics.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))
    const named = [...text(file).matchAll(/\b(?:chatroomd|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name)
    expect(named.length).toBeGreaterThan(5)
    expect([...new Set(named)].filter((name) => !known.has(name.replace(/_bucket$/, '')))).toEqual([])
  },
)

interface Compose {
  services: Record<string, { environment?: Record<string, string>; secrets?: string[]; volumes?: string[] }>
  secrets: Record<string, { file: string }>
}

test.each(['compose.yml', 'compose.cluster.yml'])(
  '17.2 the server accepts the settings of %s',
  async (file) => {
    const { services, secrets } = Bun.YAML.parse(text(file)) as Compose
    const values: Record<string, string> = {
      apps: 'acme#lounge:id:secret\n',
      database_url: 'postgres://chatroomd:secret@postgres/chatroomd\n',
      database_password: 'secret\n',
    }
    const own = Object.values(services).filter(({ environment }) => environment?.CHATROOMD_APPS_FILE)
    expect(own.length).toBeGreaterThan(0)
    for (const { environment = {}, secrets: used = [] } of own) {
      const env: Record<string, string> = {}
      for (const [name, value] of Object.entries(environment))
        env[name] = String(value)
          .replace('/run/secrets', dir)
          .replace(/\$\{CHAT_HOST[^}]*\}/, 'chat.example.com')
      for (const name of used) {
        expect(Object.keys(secrets)).toContain(name)
        writeFileSync(join(dir, name), values[name] ?? '')
      }
      const { out, err, code } = await chatroomd(['serve', '--check'], { cwd: dir, env })
      expect({ err, code }).toEqual({ err: '', code: 0 })
      for (const name of Object.keys(env)) expect(out).toContain(`(${name})`)
    }
  },
  30_000,
)

test('17.2 the image is built from files that its context has', () => {
  const root = join(deploy, '..')
  const allowed = text('Dockerfile.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1))
  for (const path of allowed) expect([path, existsSync(join(root, path))]).toEqual([path, true])
  // What the build reads is in the context: it succeeds there, in a directory that has nothing else.
  const context = join(dir, 'context')
  for (const path of allowed)
    cpSync(join(root, path), join(context, path), {
      recursive: true,
      filter: (from) => !/console\/(dist|node_modules)/.test(from),
    })
  mkdirSync(join(context, 'dist'), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(context, 'node_modules'))
  const built = Bun.spawnSync([process.execPath, 'scripts/build.ts', 'dist/chatroomd'], {
    cwd: context,
    stderr: 'pipe',
  })
  expect([built.exitCode, built.stderr.toString()]).toEqual([0, expect.not.stringContaining('error:')])
  expect(readdirSync(join(context, 'dist'))).toEqual(['chatroomd'])
}, 60_000)

const canChangeRoot =
  process.platform === 'linux' &&
  Bun.spawnSync(['unshare', '--mount', '/usr/sbin/chroot', '/', 'true']).success
if (!canChangeRoot)
  console.warn('17.2 the built file was not run in a root of its own: only root on Linux can')
/** Gives a root the /proc and /dev that a container has, and writes nowhere but in /data, for the server alone, which is nobody there. */
const contained = `mount --bind "$0" "$0" && mount --bind "$0/data" "$0/data" && mount -o remount,bind,ro "$0" &&
mount --bind /proc "$0/proc" && mount --bind /dev "$0/dev" && ! touch "$0/written" 2>&- &&
exec /usr/sbin/chroot --userspec=65532:65532 "$0" /chatroomd "$@"`
/** What the Dockerfile sets, and compose.yml for its service. */
function settingsOfImage(): Record<string, string> {
  const [, set = ''] = /^ENV (.*)$/m.exec(text('Dockerfile')) ?? []
  const { services } = Bun.YAML.parse(text('compose.yml')) as Compose
  return {
    ...Object.fromEntries(set.split(' ').map((each) => each.split('=') as [string, string])),
    ...services.chatroomd?.environment,
    // Not on all addresses of this machine.
    CHATROOMD_HOST: '127.0.0.1',
    PATH: process.env.PATH ?? '',
  }
}
test.skipIf(!canChangeRoot)(
  '17.2 the built file serves in a read-only root that has only it, its libraries, a directory of data and what compose.yml gives',
  async () => {
    const root = join(dir, 'root')
    const binary = join(dir, 'context/dist/chatroomd')
    const libraries =
      Bun.spawnSync(['ldd', binary])
        .stdout.toString()
        .match(/\/\S+\.so\S*/g) ?? []
    for (const path of libraries) cpSync(path, join(root, path), { dereference: true })
    for (const name of ['data', 'proc', 'dev']) mkdirSync(join(root, name), { mode: 0o700 })
    chownSync(join(root, 'data'), 65532, 65532)
    cpSync(binary, join(root, 'chatroomd'))
    mkdirSync(join(root, 'run/secrets'), { recursive: true })
    writeFileSync(join(root, 'run/secrets/apps'), 'acme#lounge:id:secret\n')
    const run = (...args: string[]) =>
      Bun.spawn(['unshare', '--mount', 'sh', '-c', contained, root, ...args], {
        env: settingsOfImage(),
        stdout: 'pipe',
        stderr: 'inherit',
      })
    const child = run('serve', '--port', '0')
    const { value } = await child.stdout.getReader().read()
    const [line = ''] = Buffer.from(value ?? '')
      .toString()
      .split('\n')
    const { url } = JSON.parse(line) as { url: string }
    expect(await run('health', '--port', new URL(url).port).exited).toBe(0)
    const login = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
    const token = await fetch(`${url}/acme/lounge/token`, { method: 'POST', body: JSON.stringify(login) })
    expect(token.status).toBe(200)
    child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
  },
  60_000,
)

const analyze = Bun.which('systemd-analyze')
if (!analyze) console.warn('17.2 the unit is not rated here: systemd-analyze is not installed')
test.skipIf(!analyze)('17.2 systemd rates the exposure of the unit below 4', () => {
  const { stdout } = Bun.spawnSync([
    analyze as string,
    'security',
    '--offline=true',
    join(deploy, 'chatroomd.service'),
  ])
  const [, rating] = /Overall exposure level for chatroomd\.service: ([\d.]+)/.exec(stdout.toString()) ?? []
  expect(Number(rating)).toBeLessThan(4)
})

test.skipIf(!analyze)('17.2 systemd knows every line of the unit', () => {
  const unit = join(dir, 'chatroomd.service')
  writeFileSync(unit, text('chatroomd.service').replaceAll('/usr/local/bin/chatroomd', process.execPath))
  const { stderr } = Bun.spawnSync([analyze as string, 'verify', '--man=no', unit], { stderr: 'pipe' })
  const said = stderr.toString().split('\n')
  expect(said.filter((line) => line.includes('chatroomd.service'))).toEqual([])
})
