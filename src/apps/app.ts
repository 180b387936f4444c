import { Failure } from '../failure.ts'

/** What an operator can set per app; `null` means no limit. */
export interface AppSettings {
  /** `docs` answers as the reference's pages show, `sdk` as server SDKs read it. */
  dialect: 'docs' | 'sdk'
  /** Chat rooms the app may have. */
  rooms: number | null
  /** Chat rooms one user may be in. */
  roomsPerUser: number | null
  /** Users the app may have. */
  users: number | null
  /** Highest `maxusers` a chat room may have. */
  maxusers: number
  /** Longest room name, in Unicode code points. */
  nameLength: number
  /** Longest room description, in Unicode code points. */
  descriptionLength: number
  /** Lifetime of a token when the request names none, in seconds; 0 = for ever. */
  tokenTtl: number
  /** Whether anyone may register a user without a token. */
  openRegistration: boolean
}

export const defaultSettings: AppSettings = {
  dialect: 'docs',
  rooms: null,
  roomsPerUser: null,
  users: null,
  maxusers: 10_000,
  nameLength: 128,
  descriptionLength: 512,
  tokenTtl: 5_184_000,
  openRegistration: false,
}

/** A customer's application, addressed as `org#name` and in paths as `/{org}/{name}`. */
export interface App {
  id: number
  org: string
  name: string
  /** The wire's `application`. */
  uuid: string
  settings: AppSettings
}

/** An app with what its tokens are signed and its credentials are checked with. Never leaves the server. */
export interface AppRecord extends App {
  clientId: string
  secretSalt: string
  secretHash: string
  /** Hex key of the app's tokens and cursors; a new one ends them all. */
  tokenKey: string
  created: number
}

export const appKey = (app: Pick<App, 'org' | 'name'>): string => `${app.org}#${app.name}`

const segment = /^[a-z0-9][a-z0-9_.-]{0,63}$/i

/** Splits `org#app`. Fails with `illegal_argument` unless both parts can stand in a path. */
export function parseAppKey(key: string): { org: string; name: string } {
  const [org = '', name = '', ...rest] = key.split('#')
  if (rest.length > 0 || !segment.test(org) || !segment.test(name)) {
    throw new Failure(
      'illegal_argument',
      `"${key}" is not an app key: it must be org#app, each of letters, digits, "-", "_" or ".", at most 64`,
    )
  }
  return { org, name }
}

/** SHA-256 of salt and secret: the secret is random and long, so a slow hash would add nothing. */
export const hashSecret = (salt: string, secret: string): string =>
  new Bun.CryptoHasher('sha256').update(`${salt}:${secret}`).digest('hex')
