import type { Server } from 'bun'
import { pathOf } from './url.ts'

/** Where requests come from, and what they were sent to, as the outside sees it. */
export interface Origin {
  /** The address of the client; never empty. */
  addressOf(request: Request, server: Server<unknown>): string
  /** The absolute URL of a request, without the query. */
  urlOf(request: Request, server: Server<unknown>): string
  /** What names a request in a cache of responses: the URL that they show, with the query. */
  cacheKeyOf(request: Request, server: Server<unknown>): string
}

const listOf = (header: string | null): string[] =>
  (header ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')

const host = /^[A-Za-z0-9.:[\]_-]+$/

/**
 * Reads the origin of requests. `X-Forwarded-For`, `-Proto` and `-Host` count only from trusted proxies; `publicUrl`
 * stands in every URL, wherever a request was sent.
 */
export function originOf(
  publicUrl: string,
  isTrusted: ((address: string) => boolean) | undefined,
  listening: () => string,
): Origin {
  const peerOf = (request: Request, server: Server<unknown>): string =>
    server.requestIP(request)?.address.replace(/^::ffff:/, '') ?? 'unknown'

  function forwarded(request: Request, name: 'proto' | 'host', legal: RegExp): string | undefined {
    const [first] = listOf(request.headers.get(`x-forwarded-${name}`))
    return first !== undefined && legal.test(first) ? first : undefined
  }

  function sentTo(request: Request, server: Server<unknown>): string {
    const { url } = request
    if (!isTrusted?.(peerOf(request, server))) {
      if (url.startsWith('/')) return listening()
      return url.slice(0, url.indexOf('/', url.indexOf('//') + 2))
    }
    const proto = forwarded(request, 'proto', /^https?$/) ?? 'http'
    const to = forwarded(request, 'host', host) ?? request.headers.get('host') ?? ''
    return to === '' ? listening() : `${proto}://${to}`
  }

  const urlOf = (request: Request, server: Server<unknown>): string =>
    (publicUrl === '' ? sentTo(request, server) : publicUrl) + pathOf(request.url)

  return {
    addressOf(request, server) {
      const peer = peerOf(request, server)
      if (!isTrusted?.(peer)) return peer
      // The last address that no trusted proxy has: what stands before it can be made up.
      const hops = listOf(request.headers.get('x-forwarded-for'))
      return hops.findLast((hop) => !isTrusted(hop)) ?? hops[0] ?? peer
    },

    urlOf,

    cacheKeyOf(request, server) {
      const { url } = request
      if (!isTrusted || publicUrl !== '') return url
      const query = url.indexOf('?')
      return urlOf(request, server) + (query < 0 ? '' : url.slice(query))
    },
  }
}
