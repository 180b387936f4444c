import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { limits } from '../domain/limits.ts'

/** What came of one attempt. */
export interface Posted {
  isDone: boolean
  /** That of the answer; 0 without one. */
  status: number
  error: string
  ms: number
  retryAfterMs: number
}

/** Hands a body to a URL. */
export type Post = (
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
) => Promise<Posted>

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

/** Resolves a host. Fails unless all of its addresses may be called: one would be enough for a name that changes. */
async function addressOf(host: string, mayCall: (address: string) => boolean): Promise<string> {
  const found = isIP(host) === 0 ? await lookup(host, { all: true }) : [{ address: host }]
  for (const { address } of found) if (!mayCall(address)) throw new Error('the address is not allowed')
  const [first] = found
  if (!first) throw new Error('the name has no address')
  return first.address
}

/** Reads as much of an answer as is needed to use the connection again. */
async function drain(response: Response): Promise<void> {
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > limits.callbackAnswer.value) return
  }
}

const retryAfterOf = (headers: Headers): number => {
  const seconds = Number(headers.get('retry-after') ?? 0)
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
}

/**
 * Posts to an address that was checked: the connection goes there, whatever DNS says a moment later, and the host stays that of the
 * URL, for TLS too. Redirects are not followed.
 */
export function poster(mayCall: (address: string) => boolean): Post {
  async function send(url: URL, headers: Record<string, string>, body: string, signal: AbortSignal) {
    const host = bare(url.hostname)
    const address = await addressOf(host, mayCall)
    const pinned = new URL(url)
    pinned.hostname = isIP(address) === 6 ? `[${address}]` : address
    const tls = url.protocol === 'https:' && isIP(host) === 0 ? { tls: { serverName: host } } : {}
    return fetch(pinned, {
      method: 'POST',
      headers: { ...headers, host: url.host, 'content-type': 'application/json', 'user-agent': 'chatroomd' },
      body,
      redirect: 'manual',
      signal,
      ...tls,
    })
  }

  return async (url, headers, body, signal) => {
    const begun = performance.now()
    const passed = () => Math.round(performance.now() - begun)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(limits.callbackTime.value)])
    try {
      const response = await send(new URL(url), headers, body, limit)
      const { status, ok } = response
      await drain(response).catch(() => undefined)
      const error = ok ? '' : `answered with status ${status}`
      return { isDone: ok, status, error, ms: passed(), retryAfterMs: retryAfterOf(response.headers) }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { isDone: false, status: 0, error: reason.slice(0, 200), ms: passed(), retryAfterMs: 0 }
    }
  }
}
