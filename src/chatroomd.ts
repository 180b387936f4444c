import { join } from 'node:path'
import type { Logger } from 'pino'
import { callable, checkingTargets } from './callbacks/address.ts'
import { startOutbox } from './callbacks/outbox.ts'
import { startBefore } from './callbacks/start-before.ts'
import type { CallbackTerms } from './callbacks/worker-types.ts'
import { ratesOf } from './cluster/rate-limiter.ts'
import { metered } from './cluster/user-rates.ts'
import type { Config } from './config.ts'
import { limits } from './domain/limits.ts'
import type { Tracer } from './domain/tracing.ts'
import { eventFeed } from './engine/event-feed.ts'
import { Listener, servePages, urlOn } from './http/listen.ts'
import { type Origin, originOf } from './http/origin.ts'
import { httpServer } from './http/server.ts'
import type { Counters } from './metrics/counters.ts'
import { measured } from './metrics/measures.ts'
import { lineOf } from './operations/history/line.ts'
import { all } from './operations/index.ts'
import { retriesOn } from './operations/retries/retries.ts'
import type { Admin } from './operator/admin.ts'
import { startBulkJobs } from './operator/bulk/bulk-jobs.ts'
import { consoleOn } from './operator/console.ts'
import { createMissingApps } from './operator/first-start.ts'
import { letOperate } from './operator/let-operate.ts'
import { type LifecycleTerms, startLifecycle } from './operator/lifecycle.ts'
import { connectionsWithin } from './operator/open-files.ts'
import { openStore, remember } from './operator/open-store.ts'
import { startQuotaWarnings } from './operator/quota-warnings.ts'
import { startReloading } from './operator/reload-apps.ts'
import { topOf } from './operator/top-figures.ts'
import { startUserDeletions } from './operator/user-deletions.ts'
import { socketTerms } from './realtime/gateway.ts'
import { isForSocket } from './realtime/is-for-socket.ts'
import { type Realtime, startRealtime } from './realtime/realtime.ts'
import type { BatchTerms } from './realtime/room-outbox.ts'
import type { Connection } from './realtime/session.ts'
import { shownMessage } from './realtime/shown-message.ts'
import { subscribeRealtime } from './realtime/subscriptions.ts'
import { openAttachments } from './store/attachments.ts'
import { hourlyFiles } from './store/history/hourly-files.ts'

/** A server that listens. */
export interface Chatroomd {
  url: string
  /** Where the metrics and the API description are. */
  pagesUrl: string
  /** What an operator can do, without a socket between. */
  admin: Admin
  /** What real time has done so far. */
  counters: Counters
  /** Takes over what can be changed while it runs: creates apps that the configuration names and that are missing. */
  reload(config: Config): Promise<void>
  /** Is not ready any more, makes no more connections of clients, and closes those there are over `ms`. */
  drain(ms: number): Promise<void>
  /** Stops accepting, finishes what is in flight (at most `graceMs`), closes the store. */
  stop(graceMs?: number): Promise<void>
}

interface StartOptions {
  /** The most operations that share a commit; for benches. */
  batch?: number
  /** How many lines of the log were lost. */
  lostLines?(): number
  /** The latest lines of the log, each JSON text. */
  recentLog?(): string[]
  /** How often quotas are looked at; for tests. */
  quotaEveryMs?: number
  /** How callbacks measure time; for tests. */
  callbackTerms?: Partial<CallbackTerms>
  lifecycleTerms?: Partial<LifecycleTerms>
  /** When deliveries to rooms wait for others; for tests. */
  batchTerms?: Partial<BatchTerms>
  /** None where nobody asked for traces. */
  tracer?: Tracer | undefined
}

type Stored = Awaited<ReturnType<typeof openStore>>

type RealtimeParts = Pick<Stored, 'engine' | 'bus'> &
  Pick<Awaited<ReturnType<typeof remember>>, 'users' | 'apps'> &
  Pick<Parameters<typeof startRealtime>[0], 'before' | 'activityStored' | 'commitOfUsers'> & {
    listener: Listener<Connection>
    origin: Origin
    batchTerms?: StartOptions['batchTerms']
  }

/** Puts the parts together and listens. Fails, with what to do about it, when it cannot; then nothing is left open. */
export async function startChatroomd(
  config: Config,
  log: Logger,
  options: StartOptions = {},
): Promise<Chatroomd> {
  // Whatever was opened is closed in the opposite order.
  const closing = new AsyncDisposableStack()
  try {
    return await start(config, log, options, closing)
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}

async function start(
  config: Config,
  log: Logger,
  { batch, tracer, lostLines = () => 0, recentLog = () => [], callbackTerms: terms, ...more }: StartOptions,
  closing: AsyncDisposableStack,
): Promise<Chatroomd> {
  const opened = await openStore(config, log, { batch, tracer }, closing)
  const { engine, bus, events, deployment, ...sources } = opened
  const { responses, work, users, apps } = await remember(engine, events)
  if (engine.kind !== 'sqlite') closing.defer(startReloading(apps.reload, log))
  const listener = closing.adopt(new Listener<Connection>(config), (each) => each.stop())
  const admin = await letOperate(engine, apps, config, log, listener.url, closing)

  // Real time.
  const origin = originOf(config.public_url, config.trusted_proxies, listener.url)
  const ofUsers = metered(engine, (app) => apps.ofId(app)?.settings.userMessageRate ?? null)
  const mayCall = callable(config.callback_networks)
  const before = closing.use(await startBefore(engine.store, apps, mayCall, log, tracer))
  const leaseMs = config.node_lease * 1000
  const activityStored = (app: number) => [outbox, feed].map(({ wake }) => wake(app))
  const parts = { engine, bus, listener, origin, users, apps, before, activityStored, ...more }
  const realtime = await openRealtime(config, log, { ...parts, commitOfUsers: ofUsers.commit })
  closing.defer(() => realtime.stop())
  subscribeRealtime(realtime, { ...sources, events, apps })

  // HTTP.
  const attachments = await openFiles(config, log, closing)
  closing.use(startQuotaWarnings({ engine, apps, attachments, log, everyMs: more.quotaEveryMs }))
  const outbox = closing.use(startOutbox({ engine, mayCall, apps, events, log, leaseMs, terms, tracer }))
  const feed = closing.use(eventFeed(engine, deployment, { ...sources, events, apps }))
  const lifecycle = closing.use(startLifecycle({ engine, apps, log, leaseMs, terms: more.lifecycleTerms }))
  closing.use(startUserDeletions({ engine, committed: sources.committed, log }))
  const counted = measured(engine, realtime.counters, lostLines, before.counts, feed.count)
  const jobs = closing.use(startBulkJobs({ engine, events, log, leaseMs }))
  const metrics = jobs.measured(lifecycle.measured(outbox.measured(counted)))
  const ui = closing.use(
    consoleOn({ ...parts, ...sources, passwords: work, metrics, config, log, recentLog }),
  )
  admin.top = topOf(ui.ownFigures, realtime.busy, apps)
  const http = httpServer(
    {
      store: engine.store,
      ...ofUsers,
      retries: retriesOn(engine.commit),
      login: users,
      passwords: work,
      presence: realtime.presence,
      ...realtime.messenger,
      keywordsOf: realtime.keywordsOf,
      checkTarget: checkingTargets(mayCall),
      attachments,
      history: realtime.history,
      readMessage: shownMessage,
      hourlyFiles: filesOf(config, realtime),
      feed,
      responses,
      rates: ratesOf(engine),
      ...ui,
      pages: { apart: config.metrics_port !== undefined, token: config.metrics_token },
      findApp: apps.find,
      appOf: apps.ofId,
      check: engine.check,
      isStopping: () => listener.isStopping,
      tracer,
      accessLog: config.access_log,
      ...origin,
      now: Date.now,
    },
    all,
    log,
  )

  // Listening.
  const pages = servePages(config, http.pages)
  closing.defer(async () => pages?.stop(true))
  listener.listen((address) => serve(address, http, realtime))
  const url = listener.url()
  const pagesUrl = pages ? urlOn(config.metrics_host, pages.port) : url
  log.info({ url, ...(pages ? { pages: pagesUrl } : {}), store: engine.kind }, 'listening')

  return {
    url,
    pagesUrl,
    admin,
    counters: realtime.counters,
    reload: (changed) => createMissingApps(admin, changed.apps, apps.find, log),
    async drain(ms) {
      listener.isStopping = true
      await realtime.drain(ms)
    },
    async stop(graceMs = 10_000) {
      listener.isStopping = true
      listener.graceMs = graceMs
      await closing.disposeAsync()
      log.info('stopped')
    },
  }
}

/** Real time, on the parts that it needs. */
const openRealtime = (
  config: Config,
  log: Logger,
  { engine, bus, listener, origin, users, apps, batchTerms, ...parts }: RealtimeParts,
): Promise<Realtime> =>
  startRealtime(
    {
      ...engine,
      ...parts,
      login: users,
      findApp: apps.find,
      publish: listener.publish,
      others: (message) => bus.send({ message }),
      heardRooms: bus,
      addressOf: origin.addressOf,
      othersOfUsers: (userMessage) => bus.send({ userMessage }),
      now: Date.now,
      log,
    },
    {
      leaseMs: config.node_lease * 1000,
      graceMs: config.presence_grace * 1000,
      alone: engine.kind === 'sqlite',
    },
    socketTerms({ ...config, max_connections: connectionsWithin(config, log) }, batchTerms),
  )

/** Attachments of messages and shared files. */
async function openFiles({ data_dir, file_space }: Config, log: Logger, closing: AsyncDisposableStack) {
  const attachments = await openAttachments(join(data_dir, 'files'), file_space * 1024 * 1024, Date.now, log)
  closing.defer(() => attachments.stop())
  return attachments
}

/** Messages of an hour, as files. */
const filesOf = ({ data_dir }: Config, { history }: Realtime) =>
  hourlyFiles(
    join(data_dir, 'history'),
    history,
    (message) => JSON.stringify(lineOf(message, shownMessage)),
    Date.now,
  )

/** Serves HTTP and sockets. */
const serve = (
  address: { hostname: string; port: number },
  { main, connecting }: ReturnType<typeof httpServer>,
  realtime: Realtime,
) =>
  Bun.serve({
    ...address,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    routes: main.routes as Bun.Serve.Routes<Connection, string>,
    fetch: (request, self) =>
      isForSocket(request) ? connecting(request, () => realtime.upgrade(request, self)) : main.fetch(request),
    websocket: realtime.websocket,
    idleTimeout: limits.idleTime.value,
  })
