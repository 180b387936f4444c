import { join } from 'node:path'
import type { Server } from 'bun'
import type { Logger } from 'pino'
import { login } from './auth/login.ts'
import { passwords } from './auth/passwords.ts'
import { tokenChecker } from './auth/tokens.ts'
import { noBus, openBus } from './cluster/bus.ts'
import { ownRates, sharedRates } from './cluster/rate-limiter.ts'
import { metered } from './cluster/user-rates.ts'
import type { Config } from './config.ts'
import { type AppRecord, agoraAppId } from './domain/app.ts'
import type { Event } from './domain/event.ts'
import { limits } from './domain/limits.ts'
import { openEngine } from './engine/engine.ts'
import { responseCache } from './engine/response-cache.ts'
import { listenOn, servePages, urlOn } from './http/listen.ts'
import { originOf } from './http/origin.ts'
import { httpServer } from './http/server.ts'
import type { Counters } from './metrics/counters.ts'
import { measure } from './metrics/measures.ts'
import { metrics } from './metrics/metrics.ts'
import { seldom } from './metrics/seldom.ts'
import { all } from './operations/index.ts'
import { type Admin, adminOn, startAdmin } from './operator/admin.ts'
import { createMissingApps } from './operator/first-start.ts'
import { startPruning } from './operator/prune.ts'
import { type Realtime, startRealtime } from './realtime/realtime.ts'
import type { Connection } from './realtime/session.ts'
import { openAttachments } from './store/attachments.ts'
import { isReadByOthers } from './store/sqlite-file.ts'

/** Milliseconds within which a node notices what another one, or a command, has changed about apps. */
const appsReload = 250

/** Where clients connect for real time: web SDKs at `/websocket`, native ones at `/ws`. */
const isForSocket = (request: Request): boolean =>
  /\/(websocket|ws)(\?|$)/.test(request.url) && request.headers.get('upgrade')?.toLowerCase() === 'websocket'

/** A server that listens. */
export interface Chatroomd {
  url: string
  /** Where the metrics and the API description are. */
  pagesUrl: string
  /** What an operator can do, without a socket between. */
  admin: Admin
  /** What real time has done so far. */
  counters: Counters
  /** Stops accepting, finishes what is in flight (at most `grace` ms), closes the store. */
  stop(grace?: number): Promise<void>
}

interface StartOptions {
  /** The most operations that share a commit; for benches. */
  batch?: number
  /** How many lines of the log were lost. */
  lostLines?(): number
}

/**
 * Puts the parts together and listens. Fails, with what to do about it, when it cannot.
 */
export async function startChatroomd(
  config: Config,
  log: Logger,
  { batch, lostLines = () => 0 }: StartOptions = {},
): Promise<Chatroomd> {
  // Several nodes write to PostgreSQL: what one of them remembers, another may have changed.
  const responses = responseCache(config.database_url === '' ? undefined : 0)
  let apps = new Map<string, AppRecord>()
  let appsById = new Map<string, AppRecord>()
  let rates = new Map<number, number | null>()
  let appsVersion = ''
  let realtime: Realtime | undefined
  const loadApps = async () => {
    const version = await engine.store.apps.appsVersion()
    if (version === appsVersion) return
    const records = await engine.store.apps.listApps()
    apps = new Map(records.map((app) => [`${app.org}/${app.name}`, app]))
    appsById = new Map(records.map((app) => [agoraAppId(app), app]))
    rates = new Map(records.map(({ id, settings }) => [id, settings.userMessageRate]))
    appsVersion = version
    realtime?.appsChanged()
  }

  const findApp = (org: string, name: string) =>
    org === 'app-id' ? appsById.get(name) : apps.get(`${org}/${name}`)

  /** Brings this node up to date with what was written, here or on another node. */
  function hearAll(events: Event[]): undefined | Promise<void> {
    for (const event of events) {
      responses.hear(event)
      users.hear(event)
      realtime?.hear(event)
    }
    return events.some(({ type }) => type === 'app.changed') ? loadApps() : undefined
  }

  let bus = noBus
  const engine = await openEngine(
    config,
    (events) => {
      if (events.length > 0) bus.send({ events })
      return hearAll(events)
    },
    batch,
  )
  const work = passwords()
  const users = login({
    store: engine.store,
    checkToken: tokenChecker(),
    passwords: work,
    now: Date.now,
    elapsed: () => performance.now(),
  })
  await loadApps()
  const reloadFailed = seldom((error: unknown, times) =>
    log.warn({ err: error, times }, 'apps could not be reloaded; it is tried again'),
  )
  const reloading =
    engine.kind === 'postgres' ? setInterval(() => loadApps().catch(reloadFailed), appsReload) : undefined
  let server: Server<Connection> | undefined
  const commitOfUsers = metered(engine.commit, (app) => rates.get(app) ?? null)
  const measured = metrics()
  const admin = adminOn(engine)
  await createMissingApps(admin, config.apps, findApp, log)
  const adminSocket = await startAdmin(engine, config, log)

  realtime = await startRealtime(
    {
      store: engine.store,
      commit: engine.commit,
      commitOfUsers,
      login: users,
      findApp,
      publish: (topic, bytes) => void server?.publish(topic, bytes),
      others: (message) => bus.send({ message }),
      now: Date.now,
      log,
    },
    {
      lease: config.node_lease * 1000,
      grace: config.presence_grace * 1000,
      alone: engine.kind === 'sqlite',
    },
    {
      ping: config.ping_interval * 1000,
      connections: config.max_connections,
      perAddress: config.address_connections,
      buffered: config.send_buffers * 1024 * 1024,
    },
  )
  const { presence, post, recalls, relayed, missed } = realtime
  bus = await openBus(
    config,
    await engine.store.presence.deployment(),
    {
      hear: (item) => ('message' in item ? relayed(item.message) : void hearAll(item.events)),
      missed,
    },
    log,
  )

  if (isReadByOthers(config.data_dir))
    log.warn(
      { dir: config.data_dir },
      'other users can look into the data directory, which holds secrets: chmod 700',
    )
  const attachments = await openAttachments(
    join(config.data_dir, 'files'),
    config.file_space * 1024 * 1024,
    Date.now,
  )

  const http = httpServer(
    {
      store: engine.store,
      commit: commitOfUsers,
      login: users,
      passwords: work,
      presence,
      post,
      recalls,
      attachments,
      responses,
      rates:
        engine.kind === 'postgres'
          ? sharedRates(engine.commit, () => performance.now())
          : ownRates(() => performance.now()),
      metrics: measured,
      pages: { apart: config.metrics_port !== undefined, token: config.metrics_token },
      findApp,
      check: engine.check,
      ...originOf(config.public_url, config.trusted_proxies, () => urlOn(config.host, server?.port)),
      now: Date.now,
    },
    all,
    log,
  )

  const pruning = startPruning(engine.commit, () => apps.values(), log)
  measure(measured, engine, realtime.counters)
  measured.counter('chatroomd_log_lines_lost_total', 'Log lines that could not be written.', lostLines)
  const closeStore = async () => {
    clearInterval(reloading)
    pruning.stop()
    attachments.stop()
    await adminSocket.stop()
    await bus.stop()
    await engine.close()
  }
  const listen = () =>
    Bun.serve({
      hostname: config.host,
      port: config.port,
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      routes: http.main.routes as Bun.Serve.Routes<Connection, string>,
      fetch: (request, self) =>
        isForSocket(request) ? realtime.upgrade(request, self) : http.main.fetch(request),
      websocket: realtime.websocket,
      idleTimeout: limits.idleTime.value,
    })
  let pages: Server<undefined> | undefined
  try {
    pages = servePages(config, http.pages)
    server = listenOn(config.host, config.port, 'CHATROOMD_PORT or CHATROOMD_HOST', listen)
  } catch (error) {
    await pages?.stop(true)
    await realtime.stop()
    await closeStore()
    throw error
  }
  const url = urlOn(config.host, server.port)
  const pagesUrl = pages ? urlOn(config.metrics_host, pages.port) : url
  log.info({ url, ...(pages ? { pages: pagesUrl } : {}), store: engine.kind }, 'listening')

  return {
    url,
    pagesUrl,
    admin,
    counters: realtime.counters,
    async stop(grace = 10_000) {
      const deadline = performance.now() + grace
      await realtime.stop()
      const stopped = server.stop()
      while (server.pendingRequests > 0 && performance.now() < deadline) await Bun.sleep(10)
      // A socket that goes while it is closed can leave Bun waiting for it.
      await pages?.stop(true)
      await Promise.race([stopped, server.stop(true), Bun.sleep(1000)])
      await closeStore()
      log.info('stopped')
    },
  }
}
