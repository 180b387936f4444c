import type { AppSettings } from './app-settings.ts'
import { Failure } from './failure.ts'
import type { RecordedRooms } from './recorded-rooms.ts'

/** A customer's application, addressed as `org#name` and in paths as `/{org}/{name}`. */
export interface App {
  id: number
  org: string
  name: string
  /** The wire's `application`. */
  uuid: string
  settings: AppSettings
  /** What its callback rules need: bits of `needs`, 0 for an app without. */
  callbacks: number
  /** Rooms whose messages its event streams ask for. */
  recorded?: RecordedRooms | undefined
}

/** A client secret, and the key of the tokens that go with it. */
export interface AppSecret {
  secretSalt: string
  secretHash: string
  /** The client secret, with which dynamic user tokens are signed; null for apps of a version that stored its hash alone. */
  secret: string | null
  /** Hex key of the app's tokens and cursors; a new one ends them all. */
  tokenKey: string
}

/** The secret before the last one: it and its tokens are good beside the new one until then. */
export interface PreviousSecret extends AppSecret {
  untilMs: number
}

/** An app with what its tokens are signed and its credentials are checked with. Never leaves the server. */
export interface AppRecord extends App, AppSecret {
  clientId: string
  /** It may be over: see `secretsOf`. */
  previous: PreviousSecret | null
  createdMs: number
}

/** The secrets that are good now, the latest first; a text or token of any other is refused. */
export const secretsOf = (app: AppRecord, nowMs: number): readonly (AppSecret | PreviousSecret)[] =>
  app.previous !== null && nowMs < app.previous.untilMs ? [app, app.previous] : [app]

/** Whether a text was signed with a key of the app. */
export const isSignedBy = (app: AppRecord, verify: (tokenKey: string) => boolean): boolean =>
  verify(app.tokenKey) || (app.previous !== null && verify(app.previous.tokenKey))

/** The id under which Agora's forms name an app: that of the setting, else its UUID without dashes. */
export const agoraAppId = ({ uuid, settings }: App): string =>
  settings.agoraAppId === '' ? uuid.replaceAll('-', '') : settings.agoraAppId

/** The key of an app: `org#app`. */
export const appKey = (app: Pick<App, 'org' | 'name'>): string => `${app.org}#${app.name}`

const segment = /^[a-z0-9][a-z0-9_.-]{0,63}$/i

/** Splits `org#app`. Fails with `illegal_argument` unless both parts can stand in a path. */
export function parseAppKey(key: string): { org: string; name: string } {
  const [org = '', name = '', ...rest] = key.split('#')
  if (rest.length > 0 || !segment.test(org) || !segment.test(name) || org === 'app-id') {
    throw new Failure(
      'illegal_argument',
      `"${key}" is not an app key: it must be org#app, each a letter or digit and up to 63 more, "-", "_" or "."`,
    )
  }
  return { org, name }
}

/** SHA-256 of salt and secret: the secret is random and long, so a slow hash would add nothing. */
export const hashSecret = (salt: string, secret: string): string =>
  new Bun.CryptoHasher('sha256').update(`${salt}:${secret}`).digest('hex')
