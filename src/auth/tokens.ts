import { timingSafeEqual } from 'node:crypto'
import { type AppRecord, type AppSecret, agoraAppId, type PreviousSecret, secretsOf } from '../domain/app.ts'
import { BoundedMap } from '../domain/bounded-map.ts'
import { failure } from '../domain/failures.ts'
import { limits } from '../domain/limits.ts'
import { foldUsername } from '../domain/user.ts'
import { readAgoraToken } from './agora-token.ts'
import { readDynamicToken } from './dynamic-token.ts'

/**
 * Whom a token stands for: the app itself, or one of its users under the epoch it was issued in. One that others have
 * signed (Agora's, dynamic ones) has no epoch: it stands for as long as the user is active.
 */
export type Holder = { kind: 'app' } | { kind: 'user'; username: string; epoch: number | undefined }

export interface Claims {
  holder: Holder
  /** 0 = never. */
  expiresSeconds: number
  /** Key of the secret under which the token was issued; the token ends with that secret. */
  tokenKey: string
}

/** The claims as a token has them. */
interface TokenText {
  holder: Holder
  expires: number
}

/** Prefix of the tokens that this server issues; the rest is URL-safe base64. */
const prefix = 'YWMt'
const macBytes = 32

/** The longest lifetime that server SDKs can read, in seconds; also what "for ever" is written as. */
export const longestTtl = limits.tokenTtl.value

const mac = ({ tokenKey }: Pick<AppSecret, 'tokenKey'>, payload: Uint8Array): Buffer =>
  new Bun.CryptoHasher('sha256', Buffer.from(tokenKey, 'hex')).update(payload).digest()

const isPrevious = (secret: AppSecret | PreviousSecret): secret is PreviousSecret => 'untilMs' in secret

/** Claims of a token issued under a secret; it ends with the secret at the latest. */
function within(secret: AppSecret | PreviousSecret, holder: Holder, expiresSeconds: number): Claims {
  const { tokenKey } = secret
  if (!isPrevious(secret)) return { holder, expiresSeconds, tokenKey }
  const untilSeconds = Math.floor(secret.untilMs / 1000)
  const isSooner = expiresSeconds !== 0 && expiresSeconds < untilSeconds
  return { holder, expiresSeconds: isSooner ? expiresSeconds : untilSeconds, tokenKey }
}

/** Lifetime in seconds of a token requested with a secret; under a previous secret it ends when that does. */
export function ttlWithin(secret: AppSecret | PreviousSecret, ttlSeconds: number, nowMs: number): number {
  if (!isPrevious(secret)) return ttlSeconds
  const left = Math.max(1, Math.floor((secret.untilMs - nowMs) / 1000))
  return ttlSeconds === 0 ? left : Math.min(ttlSeconds, left)
}

export const badTtl = failure('illegal_argument', 'ttl must be a whole number of seconds, 0 or more', {
  en: 'a negative `ttl`, or no number',
  zh: '`ttl` 为负数或不是数字',
})

/**
 * Reads the `ttl` of a token request: seconds, as a number or numeric text; 0 = for ever; absent or empty = the app's setting.
 * Fails with `illegal_argument` for anything else.
 */
export function checkTtl(app: AppRecord, ttl: string | number | undefined): number {
  if (ttl === undefined || ttl === '') return app.settings.tokenTtl
  const seconds = typeof ttl === 'number' ? ttl : /^\d{1,15}$/.test(ttl) ? Number(ttl) : Number.NaN
  if (!Number.isInteger(seconds) || seconds < 0) {
    throw badTtl()
  }
  return Math.min(seconds, longestTtl)
}

/** Issues a token with a secret that is valid for `ttlSeconds` (0 = for ever) from `now` (Unix ms) on. Nothing is stored. */
export function issueToken(
  secret: Pick<AppSecret, 'tokenKey'>,
  holder: Holder,
  ttlSeconds: number,
  now: number,
): string {
  const text: TokenText = { holder, expires: ttlSeconds === 0 ? 0 : Math.floor(now / 1000) + ttlSeconds }
  const nonce = crypto.getRandomValues(new Uint8Array(6))
  const payload = Buffer.concat([nonce, Buffer.from(JSON.stringify(text))])
  return prefix + Buffer.concat([mac(secret, payload), payload]).toString('base64url')
}

/** Whether a text has the form of a token, whoever issued it. */
export const isTokenShaped = (text: string): boolean => text.startsWith(prefix) && text.length > 60

const ofUser = (userId: string): Holder => ({
  kind: 'user',
  username: foldUsername(userId),
  epoch: undefined,
})

/** The claims of a token that somebody else has signed: with Agora's certificate, or with the client secret. */
function readSigned(app: AppRecord, token: string, nowS: number): Claims | undefined {
  const { agoraCertificate } = app.settings
  const agora = agoraCertificate && readAgoraToken(token, agoraAppId(app), agoraCertificate, nowS)
  if (agora)
    return {
      holder: agora.userId === '' ? { kind: 'app' } : ofUser(agora.userId),
      expiresSeconds: agora.expiresSeconds,
      tokenKey: app.tokenKey,
    }
  for (const secret of secretsOf(app, nowS * 1000)) {
    const dynamic = readDynamicToken(app, secret.secret, token, nowS)
    if (dynamic) return within(secret, ofUser(dynamic.userId), dynamic.expiresSeconds)
  }
  return undefined
}

/** The claims of a token that is good for this app, expired or not; undefined for any other text. */
export function readToken(app: AppRecord, token: string, nowMs = Date.now()): Claims | undefined {
  if (!token.startsWith(prefix)) return readSigned(app, token, Math.floor(nowMs / 1000))
  const text = token.slice(prefix.length)
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length <= macBytes + 6 || bytes.toString('base64url') !== text) return undefined
  const payload = bytes.subarray(macBytes)
  const signed = bytes.subarray(0, macBytes)
  const secret = secretsOf(app, nowMs).find((each) => timingSafeEqual(signed, mac(each, payload)))
  if (!secret) return undefined
  const { holder, expires }: TokenText = JSON.parse(payload.subarray(6).toString())
  return within(secret, holder, expires)
}

/** Whether tokens under a key of the app are valid at `nowMs`. */
export const stands = (app: AppRecord, tokenKey: string, nowMs: number): boolean =>
  tokenKey === app.tokenKey || secretsOf(app, nowMs).some((secret) => secret.tokenKey === tokenKey)

/** What the verification of a foreign token depends on beside a key; when it changes, such tokens are verified again. */
const basisOf = ({ settings }: AppRecord, token: string): string =>
  token.startsWith(prefix) ? '' : settings.agoraCertificate + settings.agoraAppId

/** Checks tokens, and remembers those it has verified, so that the signature is computed once. */
export function tokenChecker(most: number = limits.cachedTokens.value) {
  const remembered = new BoundedMap<string, { basis: string; claims: Claims }>(most)

  function verified(app: AppRecord, token: string, now: number): Claims | undefined {
    const known = remembered.get(token)
    if (known && known.basis === basisOf(app, token) && stands(app, known.claims.tokenKey, now))
      return known.claims
    const claims = readToken(app, token, now)
    if (!claims) return undefined
    remembered.set(token, { basis: basisOf(app, token), claims })
    return claims
  }

  /** Whom a token stands for at `now` (Unix ms); undefined when it is not this app's, was ended, or has expired. */
  return (app: AppRecord, token: string, now: number): Holder | undefined => {
    const claims = verified(app, token, now)
    if (!claims || (claims.expiresSeconds !== 0 && claims.expiresSeconds * 1000 <= now)) return undefined
    return claims.holder
  }
}

export type TokenChecker = ReturnType<typeof tokenChecker>
