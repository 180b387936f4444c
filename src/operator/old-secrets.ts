import type { Logger } from 'pino'
import type { AppRecord } from '../domain/app.ts'
import { theApp } from '../domain/event.ts'
import type { Engine } from '../engine/engine-types.ts'
import { rateLimited } from '../metrics/rate-limited-log.ts'
import { removeSecretThatIsOver } from '../operations/apps/app-secrets.ts'

/** Sessions of a previous secret end within this time after it; its tokens end at once. */
const periodMs = 1000

/** Removes previous secrets of apps when their time is over; of several nodes the first does. Returns how to stop. */
export function startEndingSecrets(
  { commit }: Pick<Engine, 'commit'>,
  apps: () => Iterable<AppRecord>,
  log: Logger,
): () => void {
  const failed = rateLimited((error: unknown, times) =>
    log.warn({ err: error, times }, 'a previous secret of an app could not be removed; it is retried'),
  )
  let isBusy = false
  async function round(): Promise<void> {
    if (isBusy) return
    isBusy = true
    try {
      for (const { id, previous } of apps())
        if (previous && previous.untilMs <= Date.now()) await commit(id, theApp, removeSecretThatIsOver, {})
    } catch (error) {
      failed(error)
    }
    isBusy = false
  }
  const timer = setInterval(round, periodMs)
  return () => clearInterval(timer)
}
