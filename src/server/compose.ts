import { join } from 'node:path'
import type { Logger } from 'pino'
import type { AppDirectory } from '../auth/app-directory.ts'
import { callable, checkingTargets } from '../callbacks/address.ts'
import type { startOutbox } from '../callbacks/outbox.ts'
import { startBefore } from '../callbacks/start-before.ts'
import { ratesOf } from '../cluster/rate-limiter.ts'
import { sharedConnections } from '../cluster/shared-memory.ts'
import { threadRates } from '../cluster/thread-rates.ts'
import type { Seat, Threads } from '../cluster/threads.ts'
import { metered } from '../cluster/user-rates.ts'
import type { Config } from '../config.ts'
import type { Tally } from '../domain/tally.ts'
import { eventFeed } from '../engine/event-feed.ts'
import { Listener } from '../http/listen.ts'
import { type Origin, originOf } from '../http/origin.ts'
import { httpServer } from '../http/server.ts'
import { countBodies } from '../http/waiting-bodies.ts'
import { measured } from '../metrics/measures.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { metricsOfThread } from '../metrics/of-thread.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import type { SentMetric } from '../metrics/readings.ts'
import { overSockets } from '../operations/explain/over-sockets.ts'
import { lineOf } from '../operations/history/line.ts'
import { all } from '../operations/index.ts'
import { retriesOn } from '../operations/retries/retries.ts'
import type { startBulkJobs } from '../operator/bulk/bulk-jobs.ts'
import { consoleOn, consoleOverview } from '../operator/console.ts'
import { counting } from '../operator/counting.ts'
import { letOperate } from '../operator/let-operate.ts'
import type { startLifecycle } from '../operator/lifecycle.ts'
import { metricsOfFirst, overviewOfFirst, upkeepOfFirst } from '../operator/of-first-thread.ts'
import { connectionsWithin } from '../operator/open-files.ts'
import { openFiles, openStore, remember } from '../operator/open-store.ts'
import { spaceOf } from '../operator/overview.ts'
import type { startQuotaWarnings } from '../operator/quota-warnings.ts'
import { startReloading } from '../operator/reload-apps.ts'
import { topOf } from '../operator/top-figures.ts'
import type { startUserDeletions } from '../operator/user-deletions.ts'
import { socketTerms } from '../realtime/gateway.ts'
import { type Realtime, startRealtime } from '../realtime/realtime.ts'
import type { Connection } from '../realtime/session.ts'
import { shownMessage } from '../realtime/shown-message.ts'
import { subscribeRealtime } from '../realtime/subscriptions.ts'
import type { Attachments } from '../store/attachments.ts'
import { hourlyFiles } from '../store/history/hourly-files.ts'
import type { StartOptions } from './start-options.ts'

/** Tells that callbacks before sending are not those of now. */
const unread = (log: Logger) =>
  rateLimitedLog(log, 'callbacks before sending could not be read; it is retried')

/** The parts of a server, put together; nothing listens yet. With several threads each has its own: `threads` are the others. */
export async function compose(
  config: Config,
  log: Logger,
  options: StartOptions,
  closing: AsyncDisposableStack,
  seat?: Seat,
  threads?: Threads,
) {
  const { engine, bus, events, deployment, ...sources } = await openStore(config, log, options, closing, seat)
  // They write until they have stopped.
  if (threads) closing.defer(() => threads.stop(0))
  const { responses, work, users, apps } = await remember(engine, events, seat?.threads)
  if (engine.kind !== 'sqlite') closing.defer(startReloading(apps.reload, log))

  const listener = closing.adopt(new Listener<Connection>(config, seat !== undefined), (each) => each.stop())
  const first = seat?.first
  const admin = await letOperate({ engine, apps, log, listener, first, options }, config, closing)

  // Real time.
  const origin = originOf(config.public_url, config.trusted_proxies, listener.url)
  const { tally, lockout, polls } = counting(seat)
  if (seat) countBodies(tally)
  const ofUsers = metered(engine, tally, (app) => apps.ofId(app)?.settings.userMessageRate ?? null)
  const mayCall = callable(config.callback_networks)
  const before = closing.use(await startBefore(engine, apps, mayCall, unread(log), tally, options.tracer))
  const connections = first ? config.max_connections : connectionsWithin(config, log)
  const forRealtime = { engine, bus, listener, origin, users, apps, before, tally, seat }
  const realtime = await openRealtime({ ...config, max_connections: connections }, log, {
    ...forRealtime,
    batchTerms: options.batchTerms,
    commitOfUsers: ofUsers.commit,
    activityStored(app) {
      wake(app)
      if (seat) bus.send({ activity: app })
    },
  })
  closing.defer(() => realtime.stop())
  subscribeRealtime(realtime, { ...sources, events, apps, isOrdered: engine.kind === 'sqlite' })

  // What one thread does for all.
  const attachments = await openFiles(config, log, closing, !first, (space) => seat && bus.send({ space }))
  sources.space.subscribe(attachments.takenElsewhere)
  const heard = { events, committed: seat ? events : sources.committed }
  const forJobs = { engine, apps, attachments, mayCall, ...heard, log, leaseMs: config.node_lease * 1000 }
  const jobs = first ? undefined : await startJobs(forJobs, options, closing)
  const feed = closing.use(eventFeed(engine, deployment, { ...sources, events, apps }, tally))
  function wake(app: number): void {
    for (const each of [jobs, feed]) each?.wake(app)
  }
  sources.activity.subscribe(wake)

  // HTTP.
  const counted = { realtime: realtime.counters, live: realtime.here.counts, askedBefore: before.counts }
  const served = { eventStreams: feed.count, files: spaceOfFiles(config, apps, attachments) }
  const watching = { ...counted, ...served, ...sources, engine, bus, listener, jobs, seat, threads }
  const { overview, ownFigures, ...watched } = await watch(watching, config, log, options, closing)
  if (ownFigures) admin.top = topOf(ownFigures, realtime.busy, apps, threads)
  const http = httpServer(
    {
      store: engine.store,
      ...ofUsers,
      retries: retriesOn(engine.commit),
      login: users,
      passwords: work,
      presence: realtime.presence,
      ...realtime.messenger,
      rehearsedMessenger: realtime.rehearsedMessenger,
      overSockets,
      keywordsOf: realtime.keywordsOf,
      checkTarget: checkingTargets(mayCall),
      attachments,
      history: realtime.history,
      readMessage: shownMessage,
      hourlyFiles: filesOf(config, realtime),
      feed,
      responses,
      rates: seat ? threadRates(seat.memory.rates, seat.rateCell) : ratesOf(engine),
      ...consoleOn({ engine, passwords: work, lockout, log }),
      ...overview,
      ...watched,
      pages: { apart: config.metrics_port !== undefined, token: config.metrics_token },
      findApp: apps.find,
      appOf: apps.ofId,
      check: engine.check,
      isStopping: () => listener.isStopping,
      polls,
      tracer: options.tracer,
      accessLog: config.access_log,
      ...origin,
      now: Date.now,
    },
    all,
    log,
  )
  return { engine, apps, admin, listener, realtime, http, overview, connections, lockout, polls, ...watched }
}

type Watched = Omit<Parameters<typeof measured>[0], 'metrics' | 'lostLines'> &
  Pick<Parameters<typeof consoleOverview>[0], 'bus' | 'nodes' | 'listener'> & {
    jobs: Awaited<ReturnType<typeof startJobs>> | undefined
    seat: Seat | undefined
    threads: Threads | undefined
  }

/** The metrics, and what the console shows: of all threads, which the first one knows. */
async function watch(
  { jobs, seat, threads, ...parts }: Watched,
  config: Config,
  log: Logger,
  { lostLines = () => 0, recentLog = () => [] }: StartOptions,
  closing: AsyncDisposableStack,
) {
  const first = seat?.first
  const others = threads && (async () => (await threads.callAll('metrics')) as SentMetric[][])
  // Whatever only one thread needs is loaded by that one: what is loaded takes memory in each.
  const own = first ? metricsOfThread() : (await import('../metrics/metrics.ts')).metrics(others)
  measured({ ...parts, metrics: own, lostLines: first ? undefined : lostLines })
  if (first)
    return {
      metrics: metricsOfFirst(own, first.calls),
      overview: { ...overviewOfFirst(first.calls), upkeep: upkeepOfFirst(config, first.calls) },
      ownFigures: undefined,
    }
  const all = jobs?.measured(own) ?? own
  const overview = closing.use(consoleOverview({ ...parts, metrics: all, config, log, recentLog }))
  return { metrics: all, overview, ownFigures: overview.ownFigures }
}

/** The parts of one thread. */
export type Composed = Awaited<ReturnType<typeof compose>>

type JobParts = Parameters<typeof startQuotaWarnings>[0] &
  Omit<Parameters<typeof startOutbox>[0], 'failed'> &
  Parameters<typeof startLifecycle>[0] &
  Parameters<typeof startUserDeletions>[0] &
  Parameters<typeof startBulkJobs>[0]

type RealtimeParts = Pick<Awaited<ReturnType<typeof openStore>>, 'engine' | 'bus'> &
  Pick<Awaited<ReturnType<typeof remember>>, 'users' | 'apps'> &
  Pick<Parameters<typeof startRealtime>[0], 'before' | 'activityStored' | 'commitOfUsers'> & {
    listener: Listener<Connection>
    origin: Origin
    tally: Tally
    seat: Seat | undefined
    batchTerms: StartOptions['batchTerms']
  }

/** Real time, on the parts that it needs. */
const openRealtime = (
  config: Config,
  log: Logger,
  { engine, bus, listener, origin, users, apps, seat, batchTerms, ...parts }: RealtimeParts,
): Promise<Realtime> =>
  startRealtime(
    {
      ...engine,
      ...parts,
      login: users,
      findApp: apps.find,
      publish: listener.publish,
      elsewhere:
        seat || engine.kind === 'postgres'
          ? { tell: (login) => bus.send({ login }), ...(seat && { ask: seat.askThreads }) }
          : undefined,
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
      alone: engine.kind === 'sqlite' && !seat?.first,
    },
    { ...socketTerms(config, batchTerms, seat?.threads), ...(seat && sharedConnections(seat)) },
  )

/** What one thread of a process does for all: quotas, callbacks, the lives of rooms, bulk jobs. */
async function startJobs(
  parts: Omit<JobParts, 'terms' | 'tracer'>,
  options: StartOptions,
  closing: AsyncDisposableStack,
) {
  const [
    { startQuotaWarnings },
    { startOutbox },
    { startLifecycle },
    { startUserDeletions },
    { startBulkJobs },
  ] = await Promise.all([
    import('../operator/quota-warnings.ts'),
    import('../callbacks/outbox.ts'),
    import('../operator/lifecycle.ts'),
    import('../operator/user-deletions.ts'),
    import('../operator/bulk/bulk-jobs.ts'),
  ])
  closing.use(startQuotaWarnings({ ...parts, everyMs: options.quotaEveryMs }))
  const failed = rateLimitedLog(parts.log, 'callbacks could not be delivered; it is retried')
  const outbox = closing.use(
    startOutbox({ ...parts, failed, terms: options.callbackTerms, tracer: options.tracer }),
  )
  const lifecycle = closing.use(startLifecycle({ ...parts, terms: options.lifecycleTerms }))
  closing.use(startUserDeletions(parts))
  const bulk = closing.use(startBulkJobs(parts))
  return {
    wake: outbox.wake,
    measured: (metrics: Metrics) => bulk.measured(lifecycle.measured(outbox.measured(metrics))),
  }
}

/** Bytes of attachments, and those that the disk has left. */
const spaceOfFiles =
  ({ data_dir }: Config, apps: Pick<AppDirectory, 'all'>, attachments: Pick<Attachments, 'usedBy'>) =>
  async () => ({
    attachmentBytes: [...apps.all()].reduce((sum, { id }) => sum + attachments.usedBy(id), 0),
    freeBytes: (await spaceOf(data_dir))?.free_bytes ?? null,
  })

/** Messages of an hour, as files. */
const filesOf = ({ data_dir }: Config, { history }: Realtime) =>
  hourlyFiles(
    join(data_dir, 'history'),
    history,
    (message) => JSON.stringify(lineOf(message, shownMessage)),
    Date.now,
  )
