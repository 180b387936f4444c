import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A directory that is the root of what runs in it. */
export interface Root {
  dir: string
  /** Runs a command to its end, as root; returns its exit code and all that it printed. */
  run(...command: string[]): { code: number; said: string }
  /** Starts a program as a user. */
  start(
    command: string[],
    user: string,
    env: Record<string, string>,
  ): Bun.Subprocess<'ignore', 'pipe', 'pipe'>
  write(path: string, text: string, mode?: number): void
  remove(): void
}

/** What is mounted for a command is gone with it. */
const inside = `user=$1; shift; mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" &&
exec /usr/sbin/chroot --userspec="$user" "$0" "$@"`

const ofRoot = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/',
  LC_ALL: 'C',
  DEBIAN_FRONTEND: 'noninteractive',
}

/** Why no Debian can be put into a directory here; undefined where one can. */
export const noBookworm = (): string | undefined => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux can'
  if (!Bun.which('debootstrap')) return 'debootstrap is not installed'
  return undefined
}

/** Puts a small Debian 12 into a new directory, with some packages more. */
export function aBookworm(env: Record<string, string> = {}, packages: string[] = []): Root {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-bookworm-'))
  chmodSync(dir, 0o755)
  const made = Bun.spawnSync([
    'debootstrap',
    '--variant=minbase',
    ...(packages.length > 0 ? [`--include=${packages.join()}`] : []),
    'bookworm',
    dir,
  ])
  if (!made.success) throw new Error(`debootstrap: ${made.stdout}`)
  // It reaches what this machine reaches.
  for (const path of ['/etc/resolv.conf', '/etc/ssl/certs/ca-certificates.crt'])
    if (existsSync(path)) cpSync(path, join(dir, path), { dereference: true, recursive: true })
  const command = (user: string, args: string[]) => [
    ...['unshare', '--mount', 'sh', '-c', inside, dir, user],
    ...args,
  ]
  return {
    dir,
    run(...args) {
      const { exitCode, stdout, stderr } = Bun.spawnSync(command('0:0', args), {
        env: { ...ofRoot, ...env },
        stderr: 'pipe',
      })
      return { code: exitCode, said: `${stdout}${stderr}` }
    },
    start: (args, user, own) =>
      Bun.spawn(command(user, args), {
        env: { PATH: ofRoot.PATH, ...own },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    write(path, text, mode = 0o644) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), text)
      chmodSync(join(dir, path), mode)
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}
