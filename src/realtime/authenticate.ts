import { readToken, stands } from '../auth/tokens.ts'
import { limits } from '../domain/limits.ts'
import { foldUsername } from '../domain/user.ts'
import { failed, type Refusal } from './encode.ts'
import { type MSync, Provision } from './generated/protocol.ts'
import type { Parts } from './parts.ts'
import type { Login } from './session.ts'

const mismatch = failed('Sorry, token or password does not match login info')

/** Longest name of a device. */
const longestResource = limits.deviceName.value

/** What a device says of itself, as it is stored with that of others: PostgreSQL takes no NUL in it, and no half of a character. */
const storable = (text = ''): string => text.replaceAll('\0', '').slice(0, longestResource).toWellFormed()

/** A token as it stands in the first frame: `$t$` and the token, in `auth` or in the JSON of `auth_token`. */
function tokenIn(frame: MSync, provision: Provision): string {
  const text = frame.auth ?? readJsonToken(provision.authToken) ?? ''
  return text.startsWith('$t$') ? text.slice(3) : text
}

function readJsonToken(text: string | undefined): string | undefined {
  try {
    const { token } = JSON.parse(text ?? '{}')
    return typeof token === 'string' ? token : undefined
  } catch {
    // No JSON, no token: the login is refused for that.
    return undefined
  }
}

/** Checks the first frame of a connection (client protocol: handshake): the token must be this user's. */
export async function checkLogin(parts: Parts, frame: MSync): Promise<Login | Refusal> {
  const provision = Provision.decode(frame.payload ?? new Uint8Array())
  const [org = '', name = ''] = (frame.guid?.appKey ?? '').split('#')
  const app = parts.findApp(org, name)
  if (!app) return failed('Sorry, the app key is unknown')
  const given = provision.resource || frame.guid?.clientResource || provision.deviceUuid || ''
  const resource = given.replaceAll('\0', '') || 'unnamed'
  if (resource.length > longestResource) return failed('Sorry, the device name is too long')

  const token = tokenIn(frame, provision)
  const claims = readToken(app, token, parts.now())
  if (claims?.holder.kind !== 'user') return mismatch
  const expiresMs = claims.expiresSeconds * 1000
  if (expiresMs !== 0 && expiresMs <= parts.now()) return failed('Sorry, token expired')
  const username = await parts.login.userOf(app, token)
  if (username === undefined || username !== foldUsername(frame.guid?.name ?? '')) return mismatch
  const deviceUuid = storable(provision.deviceUuid)
  const deviceName = storable(provision.deviceName)
  const { osType: system } = provision
  const version = storable(provision.version)
  const device = { resource, deviceUuid, deviceName, system, version }
  // The app may have changed meanwhile: a session is brought up to date only once it is there.
  const current = parts.findApp(org, name)
  const { tokenKey } = claims
  if (!current || !stands(current, tokenKey, parts.now())) return mismatch
  return { app: current, tokenKey, username, epoch: claims.holder.epoch, ...device, expiresMs }
}
