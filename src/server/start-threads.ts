import pino, { type Logger } from 'pino'
import type { Threads } from '../cluster/threads.ts'
import type { Config } from '../config.ts'
import { sentConfig } from '../operator/sent-config.ts'
import type { Composed } from './compose.ts'

/** Starts the other threads on what this one has opened. */
export async function startThreads(
  threads: Threads,
  config: Config,
  log: Logger,
  { engine, metrics, overview, realtime, connections, lockout }: Composed,
): Promise<void> {
  const { share, onDeath } = engine
  if (!share || !onDeath) throw new Error('only threads on the embedded store can share it')
  const lines = (log as unknown as Record<symbol, { write(line: string): void }>)[pino.symbols.streamSym]
  onDeath((error) => void threads.callAll('writerDied', String(error)).catch(() => undefined))
  log.on('level-change', (logLevel) => void threads.callAll('logLevel', logLevel).catch(() => undefined))
  await threads.start({
    entry: new URL('./thread.ts', import.meta.url),
    config: sentConfig({ ...config, max_connections: connections }),
    logLevel: log.level,
    share,
    here: realtime.here,
    served: {
      log: (line: string) => lines?.write(line),
      metricsText: metrics.text,
      countApps: overview.countApps,
      figures: overview.figures,
      recentLog: overview.recentLog,
      attemptSignIn: lockout.attempt,
      signedIn: lockout.succeeded,
      upkeepJob: overview.upkeep.job,
      beginUpkeep: overview.upkeep.begin,
      openCopy: overview.upkeep.open,
      closeCopy: overview.upkeep.close,
      removeCopy: overview.upkeep.remove,
    },
    // What it knew is gone, and its connections: the process ends, as it does when the only thread fails.
    died(error) {
      queueMicrotask(() => {
        throw error
      })
    },
  })
}
