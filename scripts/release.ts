/**
 * Makes what an operator downloads, in `dist/release`: executables, Debian packages, a list of what is in them (CycloneDX)
 * and checksums. `npm run release` makes all platforms, `npm run release -- linux-x64` one of them.
 */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pkg from '../package.json' with { type: 'json' }
import { build } from './build.ts'

const root = join(import.meta.dir, '..')
const out = join(root, 'dist/release')
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']
/** What Debian calls the processors. */
const debian: Record<string, string> = { 'linux-x64': 'amd64', 'linux-arm64': 'arm64' }

function run(command: string[], cwd = root): string {
  const { success, stdout, stderr } = Bun.spawnSync(command, { cwd })
  if (!success) throw new Error(`${command.join(' ')} failed: ${stderr}`)
  return stdout.toString()
}

const control = (architecture: string) => `Package: chatroomd
Version: ${pkg.version}
Architecture: ${architecture}
Maintainer: the chatroomd project
Section: net
Priority: optional
Depends: libc6 (>= 2.31)
Description: ${pkg.description}
`

/** The unit runs as a user that systemd makes; the package enables it, and leaves starting to the operator. */
const afterInstall = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  if systemctl is-active --quiet chatroomd; then systemctl restart chatroomd
  else echo "chatroomd: look at /etc/chatroomd/chatroomd.toml, then: systemctl enable --now chatroomd"; fi
fi
`

const beforeRemove = `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then systemctl disable --now chatroomd; fi
`

function debianPackage(binary: string, architecture: string): void {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-deb-'))
  const place = (path: string, text: string, mode = 0o644) => {
    mkdirSync(join(dir, path, '..'), { recursive: true, mode: 0o755 })
    writeFileSync(join(dir, path), text)
    chmodSync(join(dir, path), mode)
  }
  try {
    place('DEBIAN/control', control(architecture))
    place('DEBIAN/conffiles', '/etc/chatroomd/chatroomd.toml\n')
    place('DEBIAN/postinst', afterInstall, 0o755)
    place('DEBIAN/prerm', beforeRemove, 0o755)
    place('etc/chatroomd/chatroomd.toml', readFileSync(join(root, 'deploy/chatroomd.toml'), 'utf8'))
    const unit = readFileSync(join(root, 'deploy/chatroomd.service'), 'utf8')
    place('usr/lib/systemd/system/chatroomd.service', unit.replaceAll('/usr/local/bin/', '/usr/bin/'))
    place('usr/share/doc/chatroomd/copyright', readFileSync(join(root, 'LICENSE'), 'utf8'))
    mkdirSync(join(dir, 'usr/bin'))
    copyFileSync(binary, join(dir, 'usr/bin/chatroomd'))
    chmodSync(join(dir, 'usr/bin/chatroomd'), 0o755)
    chmodSync(dir, 0o755)
    const file = join(out, `chatroomd_${pkg.version}_${architecture}.deb`)
    run(['dpkg-deb', '--root-owner-group', '-Zxz', '-z1', '--build', dir, file])
  } finally {
    rmSync(dir, { recursive: true })
  }
}

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const wanted = process.argv.slice(2)
for (const platform of wanted.length > 0 ? wanted : platforms) {
  if (!platforms.includes(platform)) throw new Error(`${platform} is none of ${platforms.join(', ')}`)
  console.log(`building for ${platform}`)
  const binary = join(out, `chatroomd-${pkg.version}-${platform}`)
  build(binary, platform)
  const architecture = debian[platform]
  if (architecture === undefined) continue
  if (Bun.which('dpkg-deb')) debianPackage(binary, architecture)
  else console.warn(`no Debian package for ${platform}: dpkg-deb is not installed`)
}
writeFileSync(
  join(out, `chatroomd-${pkg.version}.cdx.json`),
  run(['npm', 'sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--legacy-peer-deps']),
)
const sums = readdirSync(out).map(
  (name) =>
    `${new Bun.CryptoHasher('sha256').update(readFileSync(join(out, name))).digest('hex')}  ${name}\n`,
)
writeFileSync(join(out, 'SHA256SUMS'), sums.sort().join(''))
console.log(`made in dist/release:\n${readdirSync(out).join('\n')}`)
