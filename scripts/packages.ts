import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pkg from '../package.json' with { type: 'json' }

const root = join(import.meta.dir, '..')

/** What Debian and RPM call the processors. */
const architectures: Record<string, { debian: string; rpm: string }> = {
  'linux-x64': { debian: 'amd64', rpm: 'x86_64' },
  'linux-arm64': { debian: 'arm64', rpm: 'aarch64' },
}

/** Runs a command to its end; returns what it printed. */
export function run(command: string[], cwd = root): string {
  const { success, stdout, stderr } = Bun.spawnSync(command, { cwd })
  if (!success) throw new Error(`${command.join(' ')} failed: ${stderr}`)
  return stdout.toString()
}

function place(dir: string, path: string, text: string, mode = 0o644): void {
  mkdirSync(join(dir, path, '..'), { recursive: true, mode: 0o755 })
  writeFileSync(join(dir, path), text)
  chmodSync(join(dir, path), mode)
}

/** Puts what a package installs below a directory. Only root and the service read the settings: they can hold secrets. */
function stage(dir: string, binary: string, license: string): void {
  const settings = readFileSync(join(root, 'deploy/chatroomd.toml'), 'utf8')
  place(dir, 'etc/chatroomd/chatroomd.toml', settings, 0o640)
  chmodSync(join(dir, 'etc/chatroomd'), 0o750)
  const unit = readFileSync(join(root, 'deploy/chatroomd.service'), 'utf8')
  place(dir, 'usr/lib/systemd/system/chatroomd.service', unit.replaceAll('/usr/local/bin/', '/usr/bin/'))
  place(dir, license, readFileSync(join(root, 'LICENSE'), 'utf8'))
  mkdirSync(join(dir, 'usr/bin'))
  copyFileSync(binary, join(dir, 'usr/bin/chatroomd'))
  chmodSync(join(dir, 'usr/bin/chatroomd'), 0o755)
  chmodSync(dir, 0o755)
}

/** The user of the unit stays when the package goes, as its files may. */
const makeUser = `getent group chatroomd >/dev/null || groupadd --system chatroomd
getent passwd chatroomd >/dev/null || useradd --system --gid chatroomd --no-create-home \\
  --home-dir /var/lib/chatroomd --shell /usr/sbin/nologin chatroomd
`

/** The package restarts a server that runs, and leaves the first start to the operator. */
const afterInstall = `if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  if systemctl is-active --quiet chatroomd; then
    systemctl restart chatroomd || echo "chatroomd: it did not start again, see: journalctl -u chatroomd" >&2
  else echo "chatroomd: look at /etc/chatroomd/chatroomd.toml, then: systemctl enable --now chatroomd"; fi
fi
`

const script = (text: string): string => `#!/bin/sh\nset -e\n${text}`

/** The first installation alone sets who reads the settings: what an operator changed afterwards stays. */
const configure = `if [ "$1" = configure ]; then
${makeUser}if [ -z "$2" ]; then
  for each in /etc/chatroomd /etc/chatroomd/chatroomd.toml; do chgrp chatroomd $each; chmod g+rX,o-rwx $each; done
fi
${afterInstall}fi
`

const beforeRemove = `if [ "$1" = remove ] && [ -d /run/systemd/system ]; then systemctl disable --now chatroomd; fi
`

/** Purging takes settings and data away; data in PostgreSQL are not ours to remove. */
const afterRemove = `if [ "$1" = purge ]; then rm -rf /etc/chatroomd /var/lib/chatroomd; fi
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
`

const control = (architecture: string) => `Package: chatroomd
Version: ${pkg.version}
Architecture: ${architecture}
Maintainer: the chatroomd project
Section: net
Priority: optional
Depends: libc6 (>= 2.31), passwd
Description: ${pkg.description}
`

function debianPackage(dir: string, binary: string, architecture: string, out: string): void {
  place(dir, 'DEBIAN/control', control(architecture))
  place(dir, 'DEBIAN/conffiles', '/etc/chatroomd/chatroomd.toml\n')
  place(dir, 'DEBIAN/postinst', script(configure), 0o755)
  place(dir, 'DEBIAN/prerm', script(beforeRemove), 0o755)
  place(dir, 'DEBIAN/postrm', script(afterRemove), 0o755)
  stage(dir, binary, 'usr/share/doc/chatroomd/copyright')
  const file = join(out, `chatroomd_${pkg.version}_${architecture}.deb`)
  run(['dpkg-deb', '--root-owner-group', '-Zxz', '-z1', '--build', dir, file])
}

/** The executable holds its program behind the machine code: it must not be stripped. */
const spec = (staged: string) => `%global __os_install_post %{nil}
%global debug_package %{nil}
%global _build_id_links none
Name: chatroomd
Version: ${pkg.version}
Release: 1
Summary: ${pkg.description}
License: ${pkg.license}
AutoReqProv: no
Requires: glibc >= 2.31
Requires(pre): shadow-utils
Provides: user(chatroomd)
Provides: group(chatroomd)
%description
${pkg.description}
%install
cp -a ${staged}/. %{buildroot}/
%pre
${makeUser}%post
${afterInstall}%preun
if [ "$1" = 0 ] && [ -d /run/systemd/system ]; then systemctl disable --now chatroomd; fi
%postun
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
%files
%defattr(-,root,root)
/usr/bin/chatroomd
/usr/lib/systemd/system/chatroomd.service
%dir %attr(0750,root,chatroomd) /etc/chatroomd
%config(noreplace) %attr(0640,root,chatroomd) /etc/chatroomd/chatroomd.toml
%license /usr/share/licenses/chatroomd/LICENSE
`

function rpmPackage(dir: string, binary: string, architecture: string, out: string): void {
  const staged = join(dir, 'staged')
  stage(staged, binary, 'usr/share/licenses/chatroomd/LICENSE')
  place(dir, 'chatroomd.spec', spec(staged))
  const defined = {
    _topdir: join(dir, 'build'),
    _rpmdir: out,
    _rpmfilename: `%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm`,
  }
  run([
    'rpmbuild',
    '-bb',
    `--target=${architecture}`,
    ...Object.entries(defined).map(([name, value]) => `--define=${name} ${value}`),
    join(dir, 'chatroomd.spec'),
  ])
}

/** Makes the packages of a platform's executable in `out`, with the tools that the machine has. */
export function packages(binary: string, platform: string, out: string): void {
  const architecture = architectures[platform]
  if (!architecture) return
  // The modes of what is staged are those of what will be installed.
  process.umask(0o022)
  for (const { kind, tool, make } of [
    { kind: 'debian', tool: 'dpkg-deb', make: debianPackage },
    { kind: 'rpm', tool: 'rpmbuild', make: rpmPackage },
  ] as const) {
    if (!Bun.which(tool)) {
      console.warn(`no ${kind} package for ${platform}: ${tool} is not installed`)
      continue
    }
    const dir = mkdtempSync(join(tmpdir(), 'chatroomd-package-'))
    try {
      make(dir, binary, architecture[kind], out)
    } finally {
      rmSync(dir, { recursive: true })
    }
  }
}
