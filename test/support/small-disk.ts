const run = (...command: string[]): boolean => Bun.spawnSync(command, { stderr: 'ignore' }).success

/** A small file system at `dir`; undefined where this user may not mount one. */
export function smallDisk(dir: string, size: string): { remove(): void } | undefined {
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir)) return undefined
  return { remove: () => void run('umount', '-l', dir) }
}
