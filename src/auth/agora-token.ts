import { createHmac, timingSafeEqual } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { limits } from '../domain/limits.ts'
import { clockToleranceS, type ForeignClaims } from './foreign-claims.ts'

/** A token has a few hundred bytes; what inflates to more than this is none. */
const mostBytes = 4096
/** The service of tokens for chat, and its two privileges. */
const chatService = 5
const privileges = { user: 1, app: 2 }

const isId = /^[0-9a-f]{32}$/i

/** Reads little-endian numbers and texts, one after another; fails at the end of the bytes. */
function reader(bytes: Buffer) {
  let at = 0
  const step = (size: number): number => {
    at += size
    return at - size
  }
  const u16 = (): number => bytes.readUInt16LE(step(2))
  const u32 = (): number => bytes.readUInt32LE(step(4))
  const text = (): Buffer => {
    const length = u16()
    const from = step(length)
    if (at > bytes.length) throw new RangeError('the text ends early')
    return bytes.subarray(from, at)
  }
  return { u16, u32, text, rest: (): Buffer => bytes.subarray(at) }
}

type Reader = ReturnType<typeof reader>

/** What follows the privileges of each service, which stands before the chat's in a token of several. */
const skipPayload: Record<number, (read: Reader) => void> = {
  1: (read) => [read.text(), read.text()],
  2: (read) => read.text(),
  3: (read) => [read.text(), read.text()],
  4: () => undefined,
  6: (read) => [read.text(), read.text()],
  7: (read) => [read.text(), read.text(), read.u16()],
  9: () => undefined,
  10: () => undefined,
}

const le32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const hmac = (key: Buffer, message: Buffer | string): Buffer =>
  createHmac('sha256', key).update(message).digest()

interface Info {
  appId: string
  issuedSeconds: number
  lifetimeSeconds: number
  salt: number
  userId: string
  rights: Map<number, number>
}

/** The claims for chat; undefined where there are none, or behind a service of unknown form. */
function readInfo(bytes: Buffer): Info | undefined {
  const read = reader(bytes)
  const [appId, issuedSeconds, lifetimeSeconds, salt] = [
    read.text().toString(),
    read.u32(),
    read.u32(),
    read.u32(),
  ]
  for (let services = read.u16(); services > 0; services -= 1) {
    const type = read.u16()
    const rights = new Map<number, number>()
    for (let count = read.u16(); count > 0; count -= 1) rights.set(read.u16(), read.u32())
    if (type === chatService)
      return { appId, issuedSeconds, lifetimeSeconds, salt, userId: read.text().toString(), rights }
    const skip = skipPayload[type]
    if (!skip) return undefined
    skip(read)
  }
  return undefined
}

/** When a lifetime ends, in Unix seconds: some builders write the moment itself. */
const endOf = (issued: number, lifetime: number): number => (lifetime > issued ? lifetime : issued + lifetime)

function claimsOf(
  { issuedSeconds, lifetimeSeconds, userId, rights }: Info,
  nowS: number,
): ForeignClaims | undefined {
  const isApp = rights.has(privileges.app) && userId === ''
  const right = rights.get(isApp ? privileges.app : privileges.user)
  if (right === undefined || (!isApp && userId === '') || issuedSeconds > nowS + clockToleranceS)
    return undefined
  const expiresSeconds = Math.min(
    endOf(issuedSeconds, lifetimeSeconds),
    endOf(issuedSeconds, right),
    issuedSeconds + limits.agoraTokenTtl.value,
  )
  return { userId, expiresSeconds }
}

/**
 * Reads an AccessToken2 of Agora for one app id and certificate: signed over the bytes as they came. Undefined for
 * anything else; the caller checks whether it has expired.
 */
export function readAgoraToken(
  token: string,
  appId: string,
  certificate: string,
  nowS: number,
): ForeignClaims | undefined {
  if (!token.startsWith('007') || !isId.test(certificate) || token.length > 2 * mostBytes) return undefined
  try {
    const content = inflateSync(Buffer.from(token.slice(3), 'base64'), { maxOutputLength: mostBytes })
    const read = reader(content)
    const signature = read.text()
    const bytes = read.rest()
    const info = readInfo(bytes)
    if (!info || info.appId.toLowerCase() !== appId.toLowerCase()) return undefined
    const key = hmac(le32(info.salt), hmac(le32(info.issuedSeconds), certificate))
    const expected = hmac(key, bytes)
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return undefined
    return claimsOf(info, nowS)
  } catch {
    // Anybody can send a text that is no token; the caller refuses it.
    return undefined
  }
}
