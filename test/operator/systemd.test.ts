import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { aBookworm, noBookworm, type Root } from '../support/bookworm.ts'
import { type Booted, booted, cannotBoot } from '../support/booted.ts'
import { freePort } from '../support/ports.ts'
import { callsOn } from '../support/served-app.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(300_000)

const release = join(import.meta.dir, '../../dist/release')
const reason = process.env.TEST_PACKAGES ? (noBookworm() ?? cannotBoot()) : 'npm run test:packages does'
if (reason) console.log(`17.1 no systemd started the unit: ${reason}`)

let root: Root
let system: Booted
let url: string
beforeAll(async () => {
  if (reason) return
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  root = aBookworm({}, ['systemd', 'systemd-sysv'])
  const name = readdirSync(release).find((each) =>
    each.endsWith(process.arch === 'x64' ? 'amd64.deb' : 'arm64.deb'),
  )
  cpSync(join(release, name ?? ''), join(root.dir, 'chatroomd.deb'))
  system = await booted(root)
  root.write('/etc/chatroomd/environment', `CHATROOMD_PORT=${port}\nCHATROOMD_APPS=acme#lounge:id:secret\n`)
})
afterAll(async () => {
  await system?.stop()
  root?.remove()
})

function must(...command: string[]): string {
  const { code, said } = system.run(...command)
  if (code !== 0) throw new Error(`${command.join(' ')}: ${said}`)
  return said.trim()
}
const install = () => must('apt-get', 'install', '--yes', '--reinstall', '/chatroomd.deb')
const mainProcess = () => must('systemctl', 'show', '--property=MainPID', '--value', 'chatroomd')
/** Resolves once somebody serves there, and calls the app. */
async function calls() {
  await until(() =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  return (await callsOn(url)).call
}
async function roomNames(): Promise<string[]> {
  const { body } = await (await calls())<{ data: { name: string }[] }>('GET', '/chatrooms')
  return body.data.map(({ name }) => name)
}

test.skipIf(Boolean(reason))(
  '17.1 systemd starts the unit as it is hardened, and hands data of the dynamic user of 0.1.0 to its own',
  async () => {
    install()
    const unit = readFileSync(join(root.dir, 'usr/lib/systemd/system/chatroomd.service'), 'utf8')
    root.write(
      '/etc/systemd/system/chatroomd.service',
      unit.replace(/User=.*\nGroup=.*/, 'DynamicUser=yes\nUser=other'),
    )
    must('systemctl', 'daemon-reload')
    must('systemctl', 'start', 'chatroomd')
    const call = await calls()
    await call('POST', '/users', { username: 'alice' })
    await call('POST', '/chatrooms', { name: 'kept', description: 'd', owner: 'alice' })
    expect(existsSync(join(root.dir, 'var/lib/private/chatroomd'))).toBe(true)
    must('systemctl', 'stop', 'chatroomd')
    rmSync(join(root.dir, 'etc/systemd/system/chatroomd.service'))
    must('systemctl', 'daemon-reload')
    must('systemctl', 'enable', '--now', 'chatroomd')
    expect(await roomNames()).toEqual(['kept'])
    expect(
      must('stat', '-c', '%a %U %F', '/var/lib/chatroomd', '/var/lib/chatroomd/chatroomd.db').split('\n'),
    ).toEqual(['700 chatroomd directory', '600 chatroomd regular file'])
    const status = must('cat', `/proc/${mainProcess()}/status`)
    expect(status).toMatch(/^CapEff:\t0+$/m)
    expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    expect(status).toMatch(/^Seccomp:\t2$/m)
    // Commands find it, as root and as its user.
    expect(must('chatroomd', 'app', 'list')).toContain('acme#lounge')
    expect(
      must('setpriv', '--reuid=chatroomd', '--regid=chatroomd', '--clear-groups', 'chatroomd', 'app', 'list'),
    ).toContain('acme#lounge')
  },
)

test.skipIf(Boolean(reason))(
  '17.1 systemd reloads it, starts it again when it has crashed, and an upgrade restarts it',
  async () => {
    const first = mainProcess()
    must('systemctl', 'reload', 'chatroomd')
    expect(mainProcess()).toBe(first)
    must('systemctl', 'kill', '--signal=KILL', 'chatroomd')
    await until(() => !['0', first].includes(mainProcess()))
    expect(await roomNames()).toEqual(['kept'])
    const second = mainProcess()
    install()
    expect([first, second]).not.toContain(mainProcess())
    expect(await roomNames()).toEqual(['kept'])
  },
)

test.skipIf(Boolean(reason))(
  '17.1 systemd stops it when the package is removed, and knows nothing of it when that is purged',
  async () => {
    must('apt-get', 'remove', '--yes', 'chatroomd')
    expect(
      await fetch(url).then(
        () => 'serves',
        () => 'is gone',
      ),
    ).toBe('is gone')
    expect(existsSync(join(root.dir, 'var/lib/chatroomd/chatroomd.db'))).toBe(true)
    must('apt-get', 'purge', '--yes', 'chatroomd')
    expect(existsSync(join(root.dir, 'var/lib/chatroomd'))).toBe(false)
    expect(must('systemctl', 'list-unit-files')).not.toContain('chatroomd')
  },
)
