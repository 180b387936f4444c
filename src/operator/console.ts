import type { Logger } from 'pino'
import type { Lockout } from '../auth/lockout.ts'
import type { Passwords } from '../auth/passwords.ts'
import type { Bus } from '../cluster/bus.ts'
import type { NodeNews } from '../cluster/bus-codec.ts'
import { sharedFigures } from '../cluster/node-figures.ts'
import type { Config } from '../config.ts'
import type { AppSettings } from '../domain/app-settings.ts'
import { operatorActor } from '../domain/operator.ts'
import type { Copy } from '../domain/upkeep.ts'
import type { Engine } from '../engine/engine-types.ts'
import type { Publisher } from '../engine/publisher.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { rateLimited } from '../metrics/rate-limited-log.ts'
import { operatorsOn } from '../operations/operators/sign-in.ts'
import { adminOn } from './admin.ts'
import { overviewOf } from './overview.ts'
import { recordingCommands } from './recorded-admin.ts'
import { readCopy, upkeepOn } from './upkeep/upkeep.ts'

type Record = ReturnType<typeof recordingCommands>

/** What operators of the console do to apps: the log and the record of commands say who did it, as no app's audit trail does. */
function appAdminOn(engine: Engine, log: Logger, record: Record) {
  const admin = adminOn(engine)
  return {
    async createApp(operator: string, key: string) {
      const created = await admin.createApp({ key })
      log.info({ operator, app: key }, 'an operator of the console created an app')
      await record('createApp', [key], operatorActor(operator))
      return created
    },

    async changeApp(operator: string, key: string, change: Partial<AppSettings>) {
      const settings = await admin.changeApp(key, change)
      const names = Object.keys(change).join(', ')
      log.info({ operator, app: key }, `an operator of the console changed ${names} of an app`)
      await record('changeApp', [key], operatorActor(operator))
      return settings
    },
  }
}

interface Parts {
  engine: Engine
  passwords: Passwords
  lockout: Lockout
  log: Logger
}

/** Operators of the console, and what they may do to apps. */
export function consoleOn({ engine, passwords, lockout, log }: Parts) {
  const record = recordingCommands(engine.commit, {
    notRecorded: (error) => log.error({ err: error }, 'what an operator of the console did is not recorded'),
  })
  const operators = operatorsOn({
    record,
    store: engine.store,
    commit: engine.commit,
    passwords,
    now: Date.now,
    lockout,
    note: (what, who) => log.info(who, `an operator of the console: ${what}`),
  })
  return { operators, appAdmin: appAdminOn(engine, log, record) }
}

interface OverviewParts {
  engine: Engine
  bus: Pick<Bus, 'send'>
  nodes: Publisher<NodeNews>
  /** Where this node is reached. */
  listener: { url(): string }
  metrics: Metrics
  config: Config
  log: Logger
  recentLog(): string[]
}

/** What the console shows of this node, and of others. */
export function consoleOverview({
  engine,
  bus,
  nodes,
  listener,
  metrics,
  config,
  log,
  recentLog,
}: OverviewParts) {
  const { countApps, figures: own, stop } = overviewOf(engine, metrics, config.data_dir, listener.url)
  const failed = rateLimited((error: unknown, times) =>
    log.warn({ err: error, times }, 'the figures of this node could not be published; it is retried'),
  )
  const shared = sharedFigures({
    bus,
    own,
    subscribe: (heard) => nodes.subscribe(({ id, figures }) => heard(id, figures)),
    failed,
  })
  const upkeep = upkeepOn(config, log)
  return {
    countApps,
    figures: shared.all,
    /** Of this node alone. */
    ownFigures: own,
    recentLog,
    upkeep: { ...upkeep, read: (copy: Copy) => readCopy(config, copy) },
    [Symbol.dispose]() {
      shared.stop()
      stop()
      upkeep.stop()
    },
  }
}
