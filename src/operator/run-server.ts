import type { Logger } from 'pino'
import { type Config, type Read, type SettingName, settingNames } from '../config.ts'
import type { Tracer } from '../domain/tracing.ts'
import type { Admin } from './admin.ts'
import { firstStart, offerSetup } from './first-start.ts'
import { openLog } from './log.ts'
import { tracingOf } from './trace-settings.ts'

/** A server that runs, as far as the commands know it. */
interface Running {
  url: string
  admin: Admin
  /** Takes over what can be changed while it runs. */
  reload(config: Config): Promise<void>
  /** Is not ready any more, but serves on for some time, in which it closes the connections of clients. */
  drain(ms: number): Promise<void>
  stop(): Promise<void>
}

/** Settings that a server takes over on SIGHUP; the others need a restart. */
const reloaded = new Set<SettingName>(['log_level', 'apps'])

/** Starts a server; `lostLines` returns how many lines of its log were lost, `recentLog` the latest. */
export type StartServer = (
  config: Config,
  log: Logger,
  options: { lostLines: () => number; recentLog: () => string[]; tracer?: Tracer | undefined },
) => Promise<Running>

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** A demo app is created for somebody who sits at the terminal, or asks for one. */
const wantsDemo = ({ demo }: Config): boolean => (demo === 'auto' ? isAttended() : demo === 'true')

const isAttended = (): boolean => Boolean(process.stdin.isTTY && process.stderr.isTTY)

/** Signals that would end the process, though whoever sends them means something else. */
const ignored = ['SIGUSR1', 'SIGUSR2'] as const

/** Reads the configuration again and takes over what can be; a wrong one changes nothing and ends nothing. */
async function reload(running: Running, inForce: Read, read: ReadAgain, log: Logger): Promise<Read> {
  try {
    const wanted = read((text) => log.warn(text))
    if (wanted.file !== inForce.file && inForce.file !== '')
      throw new Error(`the file ${inForce.file}, which was read before, is gone`)
    const changed = settingNames.filter((name) => wanted.given[name].text !== inForce.given[name].text)
    await running.reload(wanted.config)
    log.level = wanted.config.log_level
    log.info({ changed: changed.filter((name) => reloaded.has(name)) }, 'the configuration was read again')
    const later = changed.filter((name) => !reloaded.has(name))
    if (later.length > 0)
      log.warn({ changed: later }, 'these settings are read at the start: restart to change them')
    return wanted
  } catch (error) {
    log.error({ err: error }, 'the configuration could not be read again: nothing was changed')
    return inForce
  }
}

type ReadAgain = (warn: (text: string) => void) => Read

/** Runs a server until it is asked to stop; `read` reads its configuration, at the start and again on SIGHUP. */
export async function runServer(read: ReadAgain, start: StartServer): Promise<void> {
  const warnings: string[] = []
  const first = read((text) => warnings.push(text))
  const { config } = first
  const { log, lost, recent, traceWith } = openLog(config)
  for (const warning of warnings) log.warn(warning)
  for (const signal of ignored)
    process.on(signal, () =>
      log.warn({ signal }, 'nothing was done: SIGHUP reads the configuration again, SIGTERM ends the server'),
    )
  // Until something listens to it, SIGHUP would end the process.
  const serving = Promise.withResolvers<Running>()
  // One after the other, so that the last one counts.
  let inForce = Promise.resolve(first)
  process.on('SIGHUP', () => {
    inForce = inForce.then(async (before) => reload(await serving.promise, before, read, log))
  })
  const tracer = await tracingOf(process.env, log)
  traceWith(tracer)
  const starting = start(config, log, { lostLines: lost, recentLog: recent, tracer })
  let isServing = false
  serving.resolve(starting)
  // Whoever waits for `starting` hears of a failure.
  serving.promise.catch(() => undefined)

  let stopping = false
  const askedAgain = Promise.withResolvers<void>()
  const stop = (signal: string) => {
    if (stopping) return askedAgain.resolve()
    stopping = true
    log.info({ signal }, 'stopping')
    // Whoever sits at the terminal, or asks once more, does not want to wait; of one that does not serve yet, nobody knows.
    const drainMs = signal === 'SIGTERM' && isServing ? config.drain_time * 1000 : 0
    starting
      .then(async (running) => {
        await Promise.race([running.drain(drainMs), askedAgain.promise])
        await running.stop()
      })
      .finally(() => tracer?.stop())
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
  isServing = true
  if (stopping) return
  // The server serves already; a demo that cannot be had does not end it.
  if (wantsDemo(config))
    await firstStart(admin, url, say).catch((error) => log.warn({ err: error }, 'no demo app was created'))
  const ownUrl = config.public_url === '' ? url : config.public_url
  // Where nobody looks, what is printed ends in a log, which must hold no secret.
  const offered = offerSetup(admin, isAttended() || config.demo === 'true' ? say : undefined, ownUrl, log)
  await offered.catch((error) => log.warn({ err: error }, 'no link to the console was made'))
}
