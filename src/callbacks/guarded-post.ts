import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Tracer } from '../domain/tracing.ts'

interface Terms {
  timeoutMs: number
  /** Most of the response that is read. */
  bytes: number
  headers?: Record<string, string>
  signal?: AbortSignal
}

interface Answer {
  status: number
  /** Undefined where it was longer than may be read, or broke off. */
  text: string | undefined
  /** As much of it as was read. */
  begin: string
  retryAfterMs: number
}

/** Posts JSON. Fails where no response came in time, or the address must not be called. Follows no redirect. */
export type Post = (url: string, body: string, terms: Terms) => Promise<Answer>

/** The addresses of a name. */
type Resolve = (host: string) => Promise<{ address: string }[]>

const byDns: Resolve = (host) => lookup(host, { all: true })

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

/** Resolves a host. Fails unless all of its addresses may be called: one would be enough for a name that changes. */
async function addressOf(
  host: string,
  mayCall: (address: string) => boolean,
  resolve: Resolve,
): Promise<string> {
  const found = isIP(host) === 0 ? await resolve(host) : [{ address: host }]
  for (const { address } of found) if (!mayCall(address)) throw new Error('the address is not allowed')
  const [first] = found
  if (!first) throw new Error('the name has no address')
  return first.address
}

/** Waits for a promise no longer than until a signal. */
function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort))
}

/** Reads a response, to its end where that may be, so that the connection can be reused. */
async function textOf(response: Response, most: number): Promise<Pick<Answer, 'text' | 'begin'>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  const read = () => Buffer.concat(chunks).toString()
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > most) return { text: undefined, begin: read().slice(0, most) }
    }
  } catch {
    return { text: undefined, begin: read() }
  }
  return { text: read(), begin: read() }
}

const retryAfterOf = (headers: Headers): number => {
  const seconds = Number(headers.get('retry-after') ?? 0)
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
}

/**
 * Posts to addresses that were checked: the connection goes there, whatever DNS returns a moment later, and the host stays that of the
 * URL, for TLS too.
 */
export const guardedPost =
  (mayCall: (address: string) => boolean, resolve = byDns): Post =>
  async (url, body, { timeoutMs, bytes, headers, signal }) => {
    const to = new URL(url)
    const host = bare(to.hostname)
    const late = AbortSignal.timeout(timeoutMs)
    const limit = signal ? AbortSignal.any([signal, late]) : late
    const address = await unlessAborted(addressOf(host, mayCall, resolve), limit)
    const pinned = new URL(to)
    pinned.hostname = isIP(address) === 6 ? `[${address}]` : address
    const isNamed = to.protocol === 'https:' && isIP(host) === 0
    const response = await fetch(pinned, {
      method: 'POST',
      headers: { ...headers, host: to.host, 'content-type': 'application/json', 'user-agent': 'chatroomd' },
      body,
      redirect: 'manual',
      signal: limit,
      ...(isNamed ? { tls: { serverName: host } } : {}),
    })
    const read = await textOf(response, bytes)
    return { status: response.status, ...read, retryAfterMs: retryAfterOf(response.headers) }
  }

/** Posts as spans, of which the receiver is told. A delivery is part of the call that caused it where that still runs. */
export function tracedPost(post: Post, tracer: Tracer | undefined): Post {
  if (!tracer) return post
  return (url, body, terms) => {
    const { origin, pathname, hostname } = new URL(url)
    const about = {
      'http.request.method': 'POST',
      'url.full': origin + pathname,
      'server.address': hostname,
    }
    const send = () => {
      const traceparent = tracer.traceparent()
      return post(url, body, { ...terms, headers: { ...terms.headers, ...(traceparent && { traceparent }) } })
    }
    const done = ({ status }: Answer) => ({ 'http.response.status_code': status })
    return tracer.root('client', 'callback', tracer.traceparent(), about, send, done)
  }
}
