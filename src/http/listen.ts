import type { Server } from 'bun'
import type { Config } from '../config.ts'
import type { Http } from './server.ts'

/** The URL of a server on a host, which can be an IPv6 address. */
export const urlOn = (host: string, port: number | undefined): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`

/** Begins to listen. Fails with what to do about it when the address cannot be had. */
export function listenOn<S>(host: string, port: number, settings: string, listen: () => S): S {
  try {
    return listen()
  } catch (cause) {
    throw new Error(
      `${host}:${port} cannot be listened on: is something else there, or is it no address of this machine? Choose another with ${settings}.`,
      { cause },
    )
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
