import type { Server } from 'bun'
import type { Config } from '../config.ts'
import type { Http } from './server.ts'

/** The URL of a server on a host, which can be an IPv6 address. */
export const urlOn = (host: string, port: number | undefined): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`

/** Begins to listen. Fails with what to do about it when the address cannot be had. */
function listenOn<S>(host: string, port: number, settings: string, listen: () => S): S {
  try {
    return listen()
  } catch (cause) {
    throw new Error(
      `${host}:${port} cannot be listened on: is something else there, or is it no address of this machine? Choose another with ${settings}.`,
      { cause },
    )
  }
}

/** Where a server listens, and whether others may, too. */
export interface Address {
  hostname: string
  port: number
  reusePort: boolean
}

/** The port of the configuration, on which no other process listens: the system would let several share it. */
function freePort({ host, port }: Pick<Config, 'host' | 'port'>): number {
  const probe = Bun.serve({ hostname: host, port, fetch: () => new Response(null, { status: 503 }) })
  void probe.stop(true)
  return probe.port ?? port
}

/**
 * Where clients connect. It is made before the parts that need its address or its topics, and listens after them.
 */
export class Listener<Data> {
  private server: Server<Data> | undefined
  /** Whether it has been asked to stop, which may take a while. */
  isStopping = false
  /** For requests in flight when it stops. */
  graceMs = 0

  /** `isShared`: other threads of this process listen on the same address. */
  constructor(
    private readonly config: Pick<Config, 'host' | 'port'>,
    readonly isShared = false,
  ) {}

  /** The URL that clients have; a port that the machine chooses is known when it listens. */
  readonly url = (): string => urlOn(this.config.host, this.server?.port ?? this.config.port)

  /** Writes to every socket that subscribes to a topic. */
  readonly publish = (topic: string, bytes: Uint8Array): void => void this.server?.publish(topic, bytes)

  /** Listens on the port of the configuration, or on `port`, on which another thread of this process listens already. */
  listen(serve: (address: Address) => Server<Data>, port?: number): void {
    const { config, isShared } = this
    this.server = listenOn(config.host, config.port, 'CHATROOMD_PORT or CHATROOMD_HOST', () => {
      const free = port ?? (isShared ? freePort(config) : config.port)
      return serve({ hostname: config.host, port: free, reusePort: isShared })
    })
  }

  /** The port on which this listens. */
  get port(): number {
    return this.server?.port ?? this.config.port
  }

  /** Accepts nothing more, and waits for what is in flight. */
  async stop(): Promise<void> {
    const { server } = this
    if (!server) return
    const deadlineMs = performance.now() + this.graceMs
    const stopped = server.stop()
    while (server.pendingRequests > 0 && performance.now() < deadlineMs) await Bun.sleep(10)
    // A socket that goes while it is closed can leave Bun waiting for it.
    await Promise.race([stopped, server.stop(true), Bun.sleep(1000)])
  }
}

/** Serves the pages of the operator on an address of their own, where the configuration names one. */
export function servePages(
  { metrics_host, metrics_port }: Config,
  { routes, fetch }: Http,
): Server<undefined> | undefined {
  if (metrics_port === undefined) return undefined
  return listenOn(metrics_host, metrics_port, 'CHATROOMD_METRICS_PORT or CHATROOMD_METRICS_HOST', () =>
    Bun.serve({
      hostname: metrics_host,
      port: metrics_port,
      routes: routes as Bun.Serve.Routes<undefined, string>,
      fetch,
    }),
  )
}
