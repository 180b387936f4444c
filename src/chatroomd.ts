import { availableParallelism } from 'node:os'
import type { Logger } from 'pino'
import { type AskedHere, replyOf, type Seat, threadsOf } from './cluster/threads.ts'
import type { Config } from './config.ts'
import { limits } from './domain/limits.ts'
import type { Tracer } from './domain/tracing.ts'
import { afterCatchingUp } from './http/caught-up.ts'
import { servePages, urlOn } from './http/listen.ts'
import type { Counters } from './metrics/counters.ts'
import type { Admin } from './operator/admin.ts'
import { createMissingApps } from './operator/first-start.ts'
import { framesAfterCatchingUp } from './realtime/caught-up.ts'
import { isForSocket } from './realtime/is-for-socket.ts'
import type { Connection } from './realtime/session.ts'
import { type Composed, compose } from './server/compose.ts'
import type { StartOptions } from './server/start-options.ts'
import { startThreads } from './server/start-threads.ts'

/** A server that listens. */
export interface Chatroomd {
  url: string
  /** Where the metrics and the API description are. */
  pagesUrl: string
  /** What an operator can do, without a socket between. */
  admin: Admin
  /** What real time has done so far, in each thread. */
  counters(): Promise<Counters[]>
  /** Takes over what can be changed while it runs: creates apps that the configuration names and that are missing. */
  reload(config: Config): Promise<void>
  /** Is not ready any more; for `ms`, still answers calls, and closes the connections of clients, of which it makes no more. */
  drain(ms: number): Promise<void>
  /** Stops accepting, finishes what is in flight (at most `graceMs`), closes the store. */
  stop(graceMs?: number): Promise<void>
}

/** Runs `start`; whatever it has opened is closed in the opposite order when it fails. */
async function opening<T>(start: (closing: AsyncDisposableStack) => Promise<T>): Promise<T> {
  const closing = new AsyncDisposableStack()
  try {
    return await start(closing)
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}

/** Puts the parts together and listens. Fails, with what to do about it, when it cannot; then nothing is left open. */
export const startChatroomd = (config: Config, log: Logger, options: StartOptions = {}): Promise<Chatroomd> =>
  opening((closing) => start(config, log, options, closing))

async function start(
  config: Config,
  log: Logger,
  options: StartOptions,
  closing: AsyncDisposableStack,
): Promise<Chatroomd> {
  const count = threadsFor(config, log)
  const threads = count > 1 ? threadsOf(count) : undefined
  const parts = await compose(config, log, options, closing, threads?.seat, threads)
  const { engine, apps, admin, listener, realtime, http } = parts
  if (threads) await startThreads(threads, config, log, parts)

  // Listening.
  const pages = servePages(config, http.pages)
  closing.defer(async () => pages?.stop(true))
  listen(parts)
  await threads?.callAll('listen', listener.port)
  const url = listener.url()
  const pagesUrl = pages ? urlOn(config.metrics_host, pages.port) : url
  const also = { ...(pages ? { pages: pagesUrl } : {}), ...(threads ? { threads: count } : {}) }
  log.info({ url, ...also, store: engine.kind }, 'listening')

  return {
    url,
    pagesUrl,
    admin,
    async counters() {
      const others = await threads?.callAll('counters')
      return [realtime.counters, ...((others ?? []) as Counters[])]
    },
    reload: (changed) => createMissingApps(admin, changed.apps, apps.find, log),
    async drain(ms) {
      await Promise.all([drain(parts, ms), threads?.callAll('drain', ms)])
    },
    async stop(graceMs = 10_000) {
      listener.isStopping = true
      listener.graceMs = graceMs
      // All threads at once; whoever closes the store waits for the others.
      void threads?.stop(graceMs)
      await closing.disposeAsync()
      log.info('stopped')
    },
  }
}

/**
 * Is not ready any more, and closes the connections of clients over some time. Where load balancers ask whether this is
 * ready, calls are answered for all of it: one that has not asked yet would find a port on which nobody listens.
 */
async function drain({ listener, realtime, polls }: Composed, ms: number): Promise<void> {
  listener.isStopping = true
  await Promise.all([realtime.drain(ms), polls.goOn() ? Bun.sleep(ms) : undefined])
}

/** How many threads serve. */
function threadsFor({ threads, database_url }: Config, log: Logger): number {
  const wanted = Math.min(threads === 0 ? availableParallelism() : threads, limits.nodes.value)
  if (wanted === 1 || (database_url === '' && process.platform === 'linux')) return wanted
  if (threads > 1)
    log.warn(
      database_url === ''
        ? 'one thread serves: several can share an address on Linux only'
        : 'one thread serves: on PostgreSQL, start a process for each core',
    )
  return 1
}

/** Serves HTTP and sockets, on the port of the configuration or on that of the first thread. */
function listen({ engine: { catchUp }, listener, http, realtime }: Composed, port?: number): void {
  const { isShared } = listener
  const main = isShared && catchUp ? afterCatchingUp(http.main, catchUp) : http.main
  const websocket =
    isShared && catchUp ? framesAfterCatchingUp(realtime.websocket, catchUp) : realtime.websocket
  listener.listen(
    (address) =>
      Bun.serve({
        ...address,
        maxRequestBodySize: Number.MAX_SAFE_INTEGER,
        routes: main.routes as Bun.Serve.Routes<Connection, string>,
        fetch: (request, self) =>
          isForSocket(request)
            ? http.connecting(request, () => realtime.upgrade(request, self))
            : main.fetch(request),
        websocket,
        idleTimeout: limits.idleTime.value,
      }),
    port,
  )
}

/** Puts the parts of another thread than the first together; it listens when it is told to. */
export const startThread = (config: Config, log: Logger, tracer: Tracer | undefined, seat: Seat) =>
  opening(async (closing) => {
    const parts = await compose(config, log, { tracer }, closing, seat)
    return {
      listen: (port: number): void => listen(parts, port),
      metrics: parts.metrics.own,
      busy: parts.realtime.busy,
      counters: parts.realtime.counters,
      here: (asked: AskedHere): unknown => replyOf(parts.realtime.here, asked),
      writerDied: (error: unknown): void => parts.engine.died?.(error),
      drain: (ms: number): Promise<void> => drain(parts, ms),
      async stop(graceMs: number): Promise<void> {
        parts.listener.isStopping = true
        parts.listener.graceMs = graceMs
        await closing.disposeAsync()
        await tracer?.stop()
      },
    }
  })
