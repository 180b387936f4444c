import { statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import pkg from '../../package.json' with { type: 'json' }
import type { NodeFigures } from '../domain/node-figures.ts'
import type { Engine } from '../engine/engine-types.ts'
import { figuresOf } from '../metrics/figures.ts'
import type { Metrics } from '../metrics/metrics.ts'

/** Counting every room and user reads them all: no more often than this. */
const countedMs = 30_000

/** Space of the file system of a directory, in bytes; null where it does not say. */
export async function spaceOf(dir: string) {
  try {
    const { bavail, blocks, bsize } = await statfs(dir)
    return { free_bytes: bavail * bsize, total_bytes: blocks * bsize }
  } catch {
    return null
  }
}

/** What the console shows of this process. */
export function overviewOf({ kind, store, check }: Engine, metrics: Metrics, dir: string, url: () => string) {
  const id = crypto.randomUUID()
  const lately = figuresOf(metrics)
  let counted: { atMs: number; counts: Promise<Map<number, { rooms: number; users: number }>> } | undefined

  const count = async () => new Map((await store.apps.countApps()).map(({ id, ...counts }) => [id, counts]))

  return {
    countApps: () => {
      const atMs = performance.now()
      if (!counted || atMs - counted.atMs > countedMs) {
        const made = { atMs, counts: count() }
        counted = made
        made.counts.catch(() => {
          if (counted === made) counted = undefined
        })
      }
      return counted.counts
    },
    figures: async (): Promise<NodeFigures> => ({
      id,
      node: `${hostname()}:${new URL(url()).port}`,
      version: pkg.version,
      store: kind,
      store_up: await check().then(
        () => true,
        () => false,
      ),
      uptime_seconds: Math.floor(process.uptime()),
      ...(await lately.read()),
      disk: await spaceOf(dir),
    }),
    stop: lately.stop,
  }
}
