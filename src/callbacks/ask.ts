import { type LookupAddress, lookup as lookUp } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'

interface Terms {
  timeoutMs: number
  /** Most of the answer that is read. */
  bytes: number
  headers?: Record<string, string>
}

/** `text` is undefined where it was longer than may be read. */
interface Answer {
  status: number
  text: string | undefined
}

/** Posts JSON. Fails where no answer came in time, or the address must not be called. Follows no redirect. */
export type Post = (url: string, body: string, terms: Terms) => Promise<Answer>

const notCallable = (host: string) => new Error(`${host} must not be called`)

/** Resolves names to addresses that may be called, all of them: the connection goes to one that was looked at. */
const guardedLookup =
  (mayCall: (address: string) => boolean): LookupFunction =>
  (host, options, found) => {
    lookUp(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return found(error, '', 0)
      const [first] = addresses
      if (!first || addresses.some(({ address }) => !mayCall(address))) return found(notCallable(host), '', 0)
      if (options.all)
        return (found as unknown as (error: null, all: LookupAddress[]) => void)(null, addresses)
      found(null, first.address, first.family)
    })
  }

function readAnswer(response: http.IncomingMessage, bytes: number): Promise<Answer> {
  const status = response.statusCode ?? 0
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > bytes) {
        resolve({ status, text: undefined })
        response.destroy()
        return
      }
      chunks.push(chunk)
    })
    response.on('end', () => resolve({ status, text: Buffer.concat(chunks).toString() }))
    response.on('error', reject)
    response.on('close', () => reject(new Error('the answer broke off')))
  })
}

/** Posts to addresses that may be called; connections are kept for the next. */
export function guardedPost(mayCall: (address: string) => boolean): { post: Post; close(): void } {
  const lookup = guardedLookup(mayCall)
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxFreeSockets: 16 }),
    'https:': new https.Agent({ keepAlive: true, maxFreeSockets: 16 }),
  }

  const post: Post = (url, body, { timeoutMs, bytes, headers }) => {
    const to = new URL(url)
    const host = to.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0 && !mayCall(host)) return Promise.reject(notCallable(host))
    const isSecure = to.protocol === 'https:'
    const options = {
      method: 'POST',
      lookup,
      agent: isSecure ? agents['https:'] : agents['http:'],
      signal: AbortSignal.timeout(timeoutMs),
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
    }
    return new Promise((resolve, reject) => {
      const request = (isSecure ? https : http).request(to, options, (response) => {
        readAnswer(response, bytes).then(resolve, reject)
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  return {
    post,
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}
