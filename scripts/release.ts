/**
 * Makes what an operator downloads, in `dist/release`: executables, packages for Debian and RPM systems, the unit for systemd, a list of what is in them (CycloneDX)
 * and checksums. `npm run release` makes all platforms, `npm run release -- linux-x64` one of them.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pkg from '../package.json' with { type: 'json' }
import { build } from './build.ts'
import { packages, run } from './packages.ts'
import { listOfComponents } from './sbom.ts'

const root = join(import.meta.dir, '..')
const out = join(root, 'dist/release')
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']
// Whoever downloads it gets console and guide as they are now.
for (const site of ['console', 'guide']) run([process.execPath, `${site}/build.ts`])
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const wanted = process.argv.slice(2)
for (const platform of wanted.length > 0 ? wanted : platforms) {
  if (!platforms.includes(platform)) throw new Error(`${platform} is none of ${platforms.join(', ')}`)
  console.log(`building for ${platform}`)
  const binary = join(out, `chatroomd-${pkg.version}-${platform}`)
  build(binary, platform)
  packages(binary, platform, out)
}
// For those who take the executable alone.
for (const name of ['chatroomd.service', 'chatroomd.toml'])
  copyFileSync(join(root, 'deploy', name), join(out, name))
writeFileSync(join(out, `chatroomd-${pkg.version}.cdx.json`), listOfComponents())
const sums = readdirSync(out).map(
  (name) =>
    `${new Bun.CryptoHasher('sha256').update(readFileSync(join(out, name))).digest('hex')}  ${name}\n`,
)
writeFileSync(join(out, 'SHA256SUMS'), sums.sort().join(''))
console.log(`made in dist/release:\n${readdirSync(out).join('\n')}`)
