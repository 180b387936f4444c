import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pkg from '../../package.json' with { type: 'json' }
import { aBookworm, noBookworm, type Root } from '../support/bookworm.ts'
import { blocksOf } from '../support/commands.ts'
import { startUnit } from '../support/installed-unit.ts'
import { freePort } from '../support/ports.ts'
import { aDirectory } from '../support/process.ts'
import { callsOn } from '../support/served-app.ts'

setDefaultTimeout(300_000)

const home = join(import.meta.dir, '../..')
const release = join(home, 'dist/release')
const platform = `linux-${process.arch === 'arm64' ? 'arm64' : 'x64'}`
const settings = '/etc/chatroomd/chatroomd.toml'

/** How an operator of such a system goes about it; each returns what was printed, and fails where the command does. */
interface Packager {
  kind: string
  file: RegExp
  install(root: Root, file: string): string
  remove(root: Root): string
  /** Where the settings of the new version lie, and those of the operator once the package is gone. */
  offered: string
  kept: string
}

function must({ code, said }: { code: number; said: string }): string {
  if (code !== 0) throw new Error(said)
  return said
}

const rpm = (root: Root, ...args: string[]): string => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    // That root has no RPM packages: nothing tells of its glibc.
    ['rpm', '--root', root.dir, '--dbpath', '/var/lib/rpm', '--nodeps', ...args],
    { stderr: 'pipe' },
  )
  return must({ code: exitCode, said: `${stdout}${stderr}` })
}

const apt = (root: Root, ...args: string[]): string =>
  // Nobody is there to be asked: the answer is "no, keep mine".
  must(root.run('apt-get', '--yes', '--option=Dpkg::Options::=--force-confold', ...args))

const packagers: Packager[] = [
  {
    kind: 'Debian',
    file: new RegExp(`_${platform === 'linux-x64' ? 'amd64' : 'arm64'}\\.deb$`),
    install(root, file) {
      cpSync(file, join(root.dir, 'tmp/chatroomd.deb'))
      return apt(root, 'install', '/tmp/chatroomd.deb')
    },
    remove: (root) => apt(root, 'remove', 'chatroomd'),
    offered: `${settings}.dpkg-dist`,
    kept: settings,
  },
  {
    kind: 'RPM',
    file: new RegExp(`\\.${platform === 'linux-x64' ? 'x86_64' : 'aarch64'}\\.rpm$`),
    install: (root, file) => rpm(root, '--upgrade', file),
    remove: (root) => rpm(root, '--erase', 'chatroomd'),
    offered: `${settings}.rpmnew`,
    kept: `${settings}.rpmsave`,
  },
]

const packageIn = (dir: string, { file }: Packager): string => {
  const name = readdirSync(dir).find((each) => file.test(each))
  if (!name) throw new Error(`${dir} has no package: npm run release -- ${platform}`)
  return join(dir, name)
}

/** Packages the released program as an earlier version, whose settings were other ones. */
function anEarlierVersion(dir: string): string {
  const out = join(dir, 'packages')
  for (const path of ['scripts/packages.ts', 'deploy/chatroomd.service', 'deploy/chatroomd.toml', 'LICENSE'])
    cpSync(join(home, path), join(dir, path))
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ ...pkg, version: '0.1.9' }))
  writeFileSync(join(dir, 'deploy/chatroomd.toml'), 'log_level = "warn"\n')
  mkdirSync(out)
  const binary = join(release, `chatroomd-${pkg.version}-${platform}`)
  const call = `packages(${[binary, platform, out].map((each) => JSON.stringify(each)).join(', ')})`
  const program = `import { packages } from './scripts/packages.ts'; ${call}`
  const { success, stderr } = Bun.spawnSync([process.execPath, '-e', program], { cwd: dir, stderr: 'pipe' })
  if (!success) throw new Error(`packaging failed: ${stderr}`)
  return out
}

const reason =
  noBookworm() ??
  ['dpkg-deb', 'rpmbuild'].filter((tool) => !Bun.which(tool)).map((tool) => `${tool} is not installed`)[0] ??
  (process.env.TEST_PACKAGES ? undefined : 'npm run test:packages does')
if (reason) console.log(`17.1 the packages were not installed: ${reason}`)

/** A systemctl that writes down what it is asked; the unit runs where /running is, and does not start again. */
const systemctl = `#!/bin/sh
echo "$*" >>/asked
case "$1" in is-active) test -e /running;; restart) exit 1;; esac
`

const { dir, remove } = aDirectory()
let root: Root
let port: number
beforeAll(async () => {
  if (reason) return
  root = aBookworm()
  port = await freePort()
  anEarlierVersion(dir)
})
afterAll(() => {
  root?.remove()
  remove()
})
const at = (path: string): string => join(root.dir, path)
const owned = (path: string): string => must(root.run('stat', '-c', '%a %U %G', path)).trim()
/** What an operator would write. */
const own = () => `port = ${port}\napps = "acme#lounge:id:secret"\nlog_level = "info"\n`
async function roomsOf(url: string): Promise<string[]> {
  const { call } = await callsOn(url)
  const { body } = await call<{ data: { name: string }[] }>('GET', '/chatrooms')
  return body.data.map(({ name }) => name)
}
/** Takes away what was there before. */
const clear = () =>
  root.run(
    'sh',
    '-c',
    'dpkg --purge chatroomd; userdel chatroomd; rm -rf /etc/chatroomd /var/lib/chatroomd /usr/bin/systemctl /run/systemd /running /asked',
  )

for (const packager of reason ? [] : packagers)
  describe(`17.1 the ${packager.kind} package`, () => {
    beforeAll(clear)
    const install = () => packager.install(root, packageIn(release, packager))
    test('installs a user without a login, the unit, and settings that only root and the service read', () => {
      // An operator may have made it for files of their own.
      mkdirSync(at('/etc/chatroomd'))
      packager.install(root, packageIn(join(dir, 'packages'), packager))
      expect(must(root.run('getent', 'passwd', 'chatroomd'))).toMatch(
        /:\/var\/lib\/chatroomd:\/usr\/sbin\/nologin\n$/,
      )
      expect(owned('/etc/chatroomd')).toBe('750 root chatroomd')
      expect(owned(settings)).toBe('640 root chatroomd')
      expect(owned('/usr/bin/chatroomd')).toBe('755 root root')
      expect(owned('/usr/lib/systemd/system/chatroomd.service')).toBe('644 root root')
      expect(must(root.run('chatroomd', '--version'))).toStartWith(`chatroomd ${pkg.version} (commit `)
      expect(root.run('setpriv', '--reuid=nobody', '--clear-groups', 'cat', settings).code).toBe(1)
      if (Bun.which('systemctl'))
        expect(Bun.spawnSync(['systemctl', `--root=${root.dir}`, 'enable', 'chatroomd']).success).toBe(true)
    })

    test('replaces settings that nobody changed, and serves by those that the operator changes', async () => {
      install()
      expect(readFileSync(at(settings), 'utf8')).toBe(readFileSync(join(release, 'chatroomd.toml'), 'utf8'))
      writeFileSync(at(settings), own())
      const served = await startUnit(root)
      expect(served.url).toBe(`http://127.0.0.1:${port}`)
      const { call } = await callsOn(served.url)
      await call('POST', '/users', [{ username: 'alice' }])
      await call('POST', '/chatrooms', { name: 'kept', description: 'd', owner: 'alice' })
      expect(must(root.run('chatroomd', 'health'))).toContain(served.url)
      expect(must(root.run('chatroomd', 'app', 'list', '--data-dir', '/var/lib/chatroomd'))).toContain(
        'acme#lounge',
      )
      expect(await served.reload()).toBe(0)
      expect(await served.stop()).toBe(0)
      expect(owned('/var/lib/chatroomd')).toBe('700 chatroomd chatroomd')
      const rest = readdirSync(at('/var/lib/chatroomd')).map((name) => owned(`/var/lib/chatroomd/${name}`))
      expect(rest.filter((each) => !/^[67]00 chatroomd chatroomd$/.test(each))).toEqual([])
    })

    test('stops the server and leaves data and settings when it is removed, and goes on with them afterwards', async () => {
      root.write('/usr/bin/systemctl', systemctl, 0o755)
      mkdirSync(at('/run/systemd/system'), { recursive: true })
      packager.remove(root)
      expect(readFileSync(at('/asked'), 'utf8').split('\n')).toEqual(
        expect.arrayContaining(['disable --now chatroomd', 'daemon-reload']),
      )
      expect(
        ['/usr/bin/chatroomd', '/usr/lib/systemd/system/chatroomd.service'].map((path) =>
          existsSync(at(path)),
        ),
      ).toEqual([false, false])
      expect(readFileSync(at(packager.kept), 'utf8')).toBe(own())
      // RPM puts them aside, as its operators know.
      cpSync(at(packager.kept), at('/tmp/own'))
      packager.install(root, packageIn(join(dir, 'packages'), packager))
      cpSync(at('/tmp/own'), at(settings))
      const served = await startUnit(root)
      expect(await roomsOf(served.url)).toEqual(['kept'])
      expect(await served.stop()).toBe(0)
    })

    test('keeps what the operator changed when it is upgraded, and the data, and restarts a server that runs', async () => {
      root.write('/running', '')
      root.write('/asked', '')
      // One that does not come back is said, and leaves no half-installed package.
      expect(install()).toContain('it did not start again')
      expect(readFileSync(at('/asked'), 'utf8')).toContain(
        'daemon-reload\nis-active --quiet chatroomd\nrestart chatroomd\n',
      )
      expect(readFileSync(at(settings), 'utf8')).toBe(own())
      expect(owned(settings)).toBe('640 root chatroomd')
      expect(readFileSync(at(packager.offered), 'utf8')).toContain('data_dir = "/var/lib/chatroomd"')
      const served = await startUnit(root)
      expect(await roomsOf(served.url)).toEqual(['kept'])
      expect(await served.stop()).toBe(0)
    })

    if (packager.kind === 'Debian')
      test('takes settings and data away when it is purged, and can be installed again', async () => {
        apt(root, 'purge', 'chatroomd')
        for (const path of ['/etc/chatroomd', '/var/lib/chatroomd', '/usr/share/doc/chatroomd'])
          expect([path, existsSync(at(path))]).toEqual([path, false])
        expect(must(root.run('dpkg', '--list'))).not.toContain('chatroomd')
        expect(must(root.run('getent', 'passwd', 'chatroomd'))).toContain('chatroomd')
        install()
        expect(owned(settings)).toBe('640 root chatroomd')
        writeFileSync(at(settings), own())
        const served = await startUnit(root)
        expect(await roomsOf(served.url)).toEqual([])
        expect(await served.stop()).toBe(0)
      })
  })

test.skipIf(Boolean(reason))('17.1 the packages ask for a glibc that the executable can do with', () => {
  const { stdout } = Bun.spawnSync(['objdump', '-T', join(release, `chatroomd-${pkg.version}-${platform}`)])
  const versions = [...stdout.toString().matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor))
  expect(versions.length).toBeGreaterThan(0)
  expect(Math.max(...versions)).toBeLessThanOrEqual(31)
})

test.skipIf(Boolean(reason))('17.1 the executable alone serves as the guide installs it', async () => {
  clear()
  for (const name of [`chatroomd-${pkg.version}-${platform}`, 'chatroomd.service', 'chatroomd.toml'])
    cpSync(join(release, name), at(`/tmp/${name}`))
  const block = blocksOf(join(home, 'docs/production.md')).find(({ lines }) => lines.startsWith('useradd '))
  // There is no systemd to start it.
  const lines = block?.lines.split('\n').filter((line) => !/^(systemctl|journalctl) /.test(line)) ?? []
  must(root.run('sh', '-ec', ['cd /tmp', ...lines].join('\n').replaceAll('linux-x64', platform)))
  expect(owned(settings)).toBe('640 root chatroomd')
  writeFileSync(at(settings), own())
  const served = await startUnit(root, '/etc/systemd/system/chatroomd.service')
  expect(await roomsOf(served.url)).toEqual([])
  expect(await served.stop()).toBe(0)
})
