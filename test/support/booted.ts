import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Root } from './bookworm.ts'
import { until } from './until.ts'

/** A root whose own systemd runs, in namespaces of its own. */
export interface Booted {
  run(...command: string[]): { code: number; said: string }
  stop(): Promise<void>
}

/** PrivateUsers= works in no chroot: the root is changed as a container's is. */
const boot = `echo $$ >"$1/cgroup.procs" && exec unshare --pid --fork --kill-child --mount --cgroup --uts --ipc sh -c '
mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && mount -t sysfs -o ro sysfs "$0/sys" &&
mount -t cgroup2 cgroup2 "$0/sys/fs/cgroup" && mount -t tmpfs tmpfs "$0/run" && mount --rbind /dev "$0/dev" &&
cd "$0" && pivot_root . . && umount -l . &&
exec env -i container=chroot PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system' "$0"`

/** Where control groups are made; undefined where nobody may make one. */
function controlGroups(): string | undefined {
  const found = /^\S+ (\S+) cgroup2 (\S+)/m.exec(readFileSync('/proc/mounts', 'utf8'))
  return found?.[2]?.startsWith('rw') ? found[1] : undefined
}

export const cannotBoot = (): string | undefined =>
  controlGroups() ? undefined : 'there are no control groups to boot a systemd in'

function removeGroup(path: string): void {
  for (const each of readdirSync(path, { withFileTypes: true }))
    if (each.isDirectory()) removeGroup(join(path, each.name))
  rmdirSync(path)
}

const childOf = (pid: number): string => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()

/** Boots the systemd that a root has, and waits until it has started its units. */
export async function booted({ dir }: Root): Promise<Booted> {
  const group = join(controlGroups() ?? '', `chatroomd-${process.pid}`)
  mkdirSync(group)
  const child = Bun.spawn(['sh', '-c', boot, dir, group], { stdio: ['ignore', 'ignore', 'inherit'] })
  await until(() => childOf(child.pid) !== '')
  const init = childOf(child.pid)
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
  const entered = ['nsenter', '-t', init, '-m', '-p', '-C', '-u', '-i', '-r', '-w']
  const run: Booted['run'] = (...command) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync([...entered, ...command], { env, stderr: 'pipe' })
    return { code: exitCode, said: `${stdout}${stderr}` }
  }
  await until(() => /running|degraded/.test(run('systemctl', 'is-system-running').said), 60)
  return {
    run,
    async stop() {
      child.kill('SIGKILL')
      await child.exited
      await until(() => readFileSync(join(group, 'cgroup.events'), 'utf8').includes('populated 0'))
      removeGroup(group)
    },
  }
}
