import type { Logger } from 'pino'
import { rateLimited } from '../metrics/rate-limited-log.ts'

/** A node notices changes of apps by another one, or a command, within this time. */
const periodMs = 250

/** Reloads apps again and again, as other nodes change them. Returns how to stop. */
export function startReloading(reload: () => Promise<void>, log: Logger): () => void {
  const failed = rateLimited((error: unknown, times) =>
    log.warn({ err: error, times }, 'apps could not be reloaded; it is retried'),
  )
  const timer = setInterval(() => reload().catch(failed), periodMs)
  return () => clearInterval(timer)
}
