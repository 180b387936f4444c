import { createHash } from 'node:crypto'
import { type AppRecord, appKey } from '../domain/app.ts'
import { clockToleranceS, type ForeignClaims } from './foreign-claims.ts'
import { sameText } from './same-text.ts'

/** `dt-{` in base64. */
const prefix = 'ZHQt'

const isSeconds = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

/**
 * Reads a dynamic user token, which a backend signs with a client secret of the app and issues without a call. Undefined
 * for anything else; the caller checks whether it has expired.
 */
export function readDynamicToken(
  app: AppRecord,
  secret: string | null,
  token: string,
  nowS: number,
): ForeignClaims | undefined {
  if (!token.startsWith(prefix) || secret === null || token.length > 4096) return undefined
  const text = Buffer.from(token, 'base64').toString()
  try {
    const { signature, appkey, userId, curTime, ttl } = JSON.parse(text.slice('dt-'.length))
    if (typeof signature !== 'string' || typeof userId !== 'string' || appkey !== appKey(app))
      return undefined
    if (!isSeconds(curTime) || !isSeconds(ttl) || curTime > nowS + clockToleranceS) return undefined
    const signed = `${app.clientId}${appkey}${userId}${curTime}${ttl}${secret}`
    const expected = createHash('sha256').update(signed).digest('hex')
    return sameText(signature, expected) ? { userId, expiresSeconds: curTime + ttl } : undefined
  } catch {
    // Anybody can send a text that is no token; the caller refuses it.
    return undefined
  }
}
