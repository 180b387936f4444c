import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Admin } from './admin.ts'
import { firstStart } from './first-start.ts'
import { openLog } from './log.ts'

/** A server that runs, as far as the commands know it. */
interface Running {
  url: string
  admin: Admin
  stop(): Promise<void>
}

/** Starts a server; `lostLines` returns how many lines of its log were lost. */
export type StartServer = (
  config: Config,
  log: Logger,
  options: { lostLines: () => number },
) => Promise<Running>

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** A demo app is for who sits in front of the terminal, or asks for one. */
const wantsDemo = ({ demo }: Config): boolean =>
  demo === 'auto' ? Boolean(process.stdin.isTTY && process.stderr.isTTY) : demo === 'true'

/** Signals that would end the process, though whoever sends them means something else. */
const ignored = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

/** Runs a server until it is asked to stop; `warnings` are those of reading its configuration. */
export async function runServer(config: Config, warnings: string[], start: StartServer): Promise<void> {
  const { log, lost } = openLog(config)
  for (const warning of warnings) log.warn(warning)
  for (const signal of ignored)
    process.on(signal, () =>
      log.warn({ signal }, 'nothing was done: settings are read at the start; restart to change them'),
    )
  const starting = start(config, log, { lostLines: lost })

  let stopping = false
  const stop = (signal: string) => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping')
    starting
      .then((running) => running.stop())
      .then(
        () => process.exit(0),
        (error) => {
          log.error({ err: error }, 'the server did not stop cleanly')
          process.exit(1)
        },
      )
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))

  const { admin, url } = await starting
  if (stopping || !wantsDemo(config)) return
  // The server serves already; a demo that cannot be had does not end it.
  await firstStart(admin, url, say).catch((error) => log.warn({ err: error }, 'no demo app was created'))
}
