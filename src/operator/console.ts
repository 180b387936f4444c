import type { Logger } from 'pino'
import type { Passwords } from '../auth/passwords.ts'
import type { Config } from '../config.ts'
import type { AppSettings } from '../domain/app-settings.ts'
import type { Engine } from '../engine/engine-types.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { operatorsOn } from '../operations/operators/sign-in.ts'
import { adminOn } from './admin.ts'
import { overviewOf } from './overview.ts'

/** What operators of the console do to apps: the log says who did it, as no app's audit trail does. */
function appAdminOn(engine: Engine, log: Logger) {
  const admin = adminOn(engine)
  const noted = <T>(operator: string, app: string, what: string, run: Promise<T>): Promise<T> =>
    run.then((done) => {
      log.info({ operator, app }, `an operator of the console ${what}`)
      return done
    })
  return {
    createApp: (operator: string, key: string) =>
      noted(operator, key, 'created an app', admin.createApp({ key })),
    changeApp: (operator: string, key: string, change: Partial<AppSettings>) =>
      noted(
        operator,
        key,
        `changed ${Object.keys(change).join(', ')} of an app`,
        admin.changeApp(key, change),
      ),
  }
}

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
  return {
    metrics,
    operators,
    appAdmin: appAdminOn(engine, log),
    countApps,
    figures,
    recentLog,
    [Symbol.dispose]: stop,
  }
}
