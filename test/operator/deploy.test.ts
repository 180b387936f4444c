import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settings } from '../../src/operator/settings.ts'
import { blocksOf } from '../support/commands.ts'
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

test('17.6 whatever ends the server waits for longer than it serves on', () => {
  /** For calls that are in flight at the end. */
  const afterwards = 15
  const number = (file: string, pattern: RegExp) => Number(pattern.exec(text(file))?.[1])
  const ofImage = number('Dockerfile', /CHATROOMD_DRAIN_TIME=(\d+)/)
  expect(ofImage).toBeLessThan(10)
  expect(ofImage).toBeGreaterThan(number('Caddyfile', /health_interval (\d+)s/))
  for (const file of ['compose.yml', 'compose.cluster.yml'])
    expect(number(file, /stop_grace_period: (\d+)s/)).toBeGreaterThanOrEqual(ofImage + afterwards)
  const usual = Number(settings.drain_time.default)
  expect(number('chatroomd.service', /TimeoutStopSec=(\d+)/)).toBeGreaterThanOrEqual(usual + afterwards)
  const ofChart =
    /terminationGracePeriodSeconds: \{\{ add \(int \(.Values.settings.drain_time \| default "(\d+)"\)\) (\d+)/
  const [, otherwise, more] = ofChart.exec(text('helm/chatroomd/templates/_helpers.tpl')) ?? []
  expect([Number(otherwise) >= ofImage, Number(more) >= afterwards]).toEqual([true, true])
})

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

test('17.8 the nightly backup of backup.md removes what is older than two weeks, attachments too', () => {
  const backups = join(dir, 'backup')
  for (const day of ['2026-01-01', '2026-02-01']) {
    const path = join(backups, `chatroomd-${day}.db`)
    mkdirSync(`${path}.files/app`, { recursive: true })
    writeFileSync(path, '')
    writeFileSync(`${path}.files/app/attachment`, '')
  }
  const old = new Date(Date.now() - 16 * 86_400_000)
  for (const name of ['chatroomd-2026-01-01.db', 'chatroomd-2026-01-01.db.files'])
    utimesSync(join(backups, name), old, old)
  const [block] = blocksOf('docs/backup.md').filter(({ lines }) => lines.includes('ExecStartPost'))
  const command = /ExecStartPost=(.*)/.exec(block?.lines ?? '')?.[1]?.replace('/backup', backups) ?? 'false'
  const { exitCode, stderr } = Bun.spawnSync(['sh', '-c', command])
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: '' })
  expect(readdirSync(backups).sort()).toEqual(['chatroomd-2026-02-01.db', 'chatroomd-2026-02-01.db.files'])
})

test.skipIf(!analyze)('17.2 systemd knows every line of the unit, and of those of the nightly backup', () => {
  const unit = join(dir, 'chatroomd.service')
  writeFileSync(unit, text('chatroomd.service').replaceAll('/usr/local/bin/chatroomd', process.execPath))
  const [nightly = '', timer = ''] = blocksOf('docs/backup.md')
    .filter(({ language }) => language === 'ini')
    .map(({ lines }) => lines)
  writeFileSync(join(dir, 'chatroomd-backup.service'), nightly)
  writeFileSync(join(dir, 'chatroomd-backup.timer'), timer)
  const { stderr } = Bun.spawnSync(
    [analyze as string, 'verify', '--man=no', unit, join(dir, 'chatroomd-backup.timer')],
    { stderr: 'pipe' },
  )
  const said = stderr.toString().split('\n')
  expect(said.filter((line) => line.includes('chatroomd'))).toEqual([])
})
