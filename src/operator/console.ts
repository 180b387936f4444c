import type { Logger } from 'pino'
import type { Passwords } from '../auth/passwords.ts'
import type { Config } from '../config.ts'
import type { Engine } from '../engine/engine-types.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { operatorsOn } from '../operations/operators/sign-in.ts'
import { overviewOf } from './overview.ts'

interface Parts {
  engine: Engine
  passwords: Passwords
  metrics: Metrics
  config: Config
  log: Logger
  recentLog(): string[]
}

/** What the console is served with, beside the calls of the API. */
export function consoleOn({ engine, passwords, metrics, config, log, recentLog }: Parts) {
  const { countApps, figures, stop } = overviewOf(engine, metrics, config.data_dir)
  const operators = operatorsOn({
    store: engine.store,
    commit: engine.commit,
    passwords,
    now: Date.now,
    elapsedMs: () => performance.now(),
    note: (what, who) => log.info(who, `an operator of the console: ${what}`),
  })
  return { metrics, operators, countApps, figures, recentLog, [Symbol.dispose]: stop }
}
