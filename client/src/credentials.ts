import { ChatroomdError } from './error.js'
import type { Send } from './retry.js'

/** How the client gets the token of its calls. */
export type Credentials =
  /** Of the app: for servers. It may do everything in the app; never give it to a browser. */
  | { clientId: string; clientSecret: string }
  /** Of a user. */
  | { username: string; password: string }
  /** A token that you have, or a function that gets one; it is asked again when the server refuses the token. */
  | { token: string | (() => string | Promise<string>) }

interface Issued {
  access_token: string
  /** Seconds. */
  expires_in: number
}

/** Tokens are asked for anew this long before they end. */
const marginMs = 60_000

function grantOf(credentials: Exclude<Credentials, { token: unknown }>) {
  if ('clientId' in credentials) {
    const { clientId, clientSecret } = credentials
    return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  }
  return { grant_type: 'password', ...credentials }
}

export interface Tokens {
  get(): Promise<string>
  /** Forgets the token, which the server has refused. Returns whether there may be another. */
  forget(token: string): boolean
}

/** Hands out the token for calls; calls at the same time share one request for it. */
export function tokensFor(appUrl: string, credentials: Credentials, send: Send): Tokens {
  let current: Promise<{ token: string; endsMs: number }> | undefined

  async function issue() {
    if ('token' in credentials) {
      const { token } = credentials
      return { token: typeof token === 'string' ? token : await token(), endsMs: Number.POSITIVE_INFINITY }
    }
    const response = await send(`${appUrl}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(grantOf(credentials)),
    })
    if (!response.ok) throw new ChatroomdError(response, await response.text())
    const { access_token, expires_in } = (await response.json()) as Issued
    return { token: access_token, endsMs: Date.now() + expires_in * 1000 }
  }

  async function get(): Promise<string> {
    current ??= issue().catch((error: unknown) => {
      current = undefined
      throw error
    })
    const asked = current
    const { token, endsMs } = await asked
    if (Date.now() < endsMs - marginMs) return token
    if (current === asked) current = undefined
    return get()
  }

  let last = ''
  return {
    async get() {
      last = await get()
      return last
    },
    forget(token) {
      if (token === last) current = undefined
      return !('token' in credentials && typeof credentials.token === 'string')
    },
  }
}
