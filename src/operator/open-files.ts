import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { limits } from '../domain/limits.ts'

/** Files that a process opens beside the connections of clients: the store, the log, calls, callbacks. */
const leastOthers = 100

/** How many files this process may have open; undefined where the system does not say. */
function openFilesLimit(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return found ? Number(found[1]) : undefined
  } catch {
    return undefined
  }
}

/**
 * How many connections of clients the limit of open files has room for, at most as many as the settings allow: those beyond
 * are refused, while calls and the store go on. Fails where there is no room for any. Fewer than the default is no reason for a
 * warning: nobody has asked for that many.
 */
export function connectionsWithin({ max_connections: wanted }: Pick<Config, 'max_connections'>, log: Logger) {
  const limit = openFilesLimit()
  if (limit === undefined) return wanted
  const raise = 'raise LimitNOFILE of the unit, or "ulimit -n"'
  const possible = limit - Math.max(leastOthers, Math.ceil(limit / 10))
  if (possible < 1) throw new Error(`this process may open ${limit} files, which is too few: ${raise}`)
  if (possible < wanted)
    log[wanted === limits.connections.value ? 'debug' : 'warn'](
      { openFiles: limit, connections: possible, max_connections: wanted },
      `more connections than the limit of open files allows are refused: ${raise}, or lower max_connections`,
    )
  return Math.min(wanted, possible)
}
