import { parseAppKey } from '../../domain/app.ts'
import { type CallRest, RestError, type Returned } from '../rest.ts'
import { TryAgain } from './steady.ts'

export interface HostedApp {
  /** `https://a1.easemob.com` */
  host: string
  /** `org#app` */
  key: string
  clientId: string
  clientSecret: string
  /** Calls a second, at most. */
  rate: number
  /** After which a call that has not been answered is repeated. */
  timeoutMs: number
}

/** Lets so many calls begin a second, evenly spread; `pause` holds all of them back. */
function pacer(rate: number) {
  let nextMs = 0
  return {
    async turn(): Promise<void> {
      const now = performance.now()
      const at = Math.max(now, nextMs)
      nextMs = at + 1000 / rate
      if (at > now) await Bun.sleep(at - now)
    },
    pause(ms: number): void {
      nextMs = Math.max(nextMs, performance.now() + ms)
    },
  }
}

/** When a refused call may be repeated, as the server says: seconds, or a date. */
function retryAfterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? headers.get('ratelimit-reset')
  if (text === null) return undefined
  const seconds = Number(text)
  const ms = Number.isNaN(seconds) ? Date.parse(text) - Date.now() : seconds * 1000
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** What is waited where a 429 does not say how long. */
const pauseMs = 1000

/** Calls the REST API of an app of the hosted service: within `rate`, with a token that is replaced when it ends. */
export function hostedCalls(app: HostedApp): CallRest {
  const { org, name } = parseAppKey(app.key)
  const base = `${app.host.replace(/\/+$/, '')}/${org}/${name}`
  const pace = pacer(app.rate)
  let token: Promise<string> | undefined

  async function send(method: string, path: string, body?: object, bearer?: string): Promise<Returned> {
    await pace.turn()
    const response = await fetch(base + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(app.timeoutMs),
      // The secret goes to the host that was named, and to no other.
      redirect: 'error',
    })
    const text = await response.text()
    let returned: Returned = {}
    try {
      returned = JSON.parse(text) as Returned
    } catch {
      if (response.ok) throw new TryAgain(`${method} ${path} was not answered with JSON`)
    }
    if (response.ok) return returned
    const why = String(returned.error_description ?? returned.error ?? `status ${response.status}`)
    if (response.status === 429 || response.status === 503) {
      const waitMs = retryAfterMs(response.headers)
      pace.pause(waitMs ?? pauseMs)
      throw new TryAgain(why, waitMs)
    }
    throw new RestError(`the hosted service refused ${method} ${path}: ${why}`, response.status)
  }

  async function newToken(): Promise<string> {
    const { access_token } = await send('POST', '/token', {
      grant_type: 'client_credentials',
      client_id: app.clientId,
      client_secret: app.clientSecret,
    })
    return String(access_token)
  }

  return async (method, path, body) => {
    token ??= newToken()
    const used = token
    const forget = () => {
      if (token === used) token = undefined
    }
    const bearer = await used.catch((error) => {
      forget()
      throw error
    })
    try {
      return await send(method, path, body, bearer)
    } catch (error) {
      if (!(error instanceof RestError) || error.status !== 401) throw error
      forget()
      token ??= newToken()
      return send(method, path, body, await token)
    }
  }
}
