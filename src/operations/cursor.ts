import { timingSafeEqual } from 'node:crypto'
import { type AppRecord, isSignedBy } from '../domain/app.ts'
import { failure } from '../domain/failures.ts'

const macBytes = 12

export const badCursor = failure('invalid_parameter', 'cursor was not issued by this list', {
  en: '`cursor` is not from this list of this app',
  zh: '`cursor` 不是由该应用的这个列表签发的',
})

const mac = (tokenKey: string, list: string, position: string): Buffer =>
  new Bun.CryptoHasher('sha256', Buffer.from(tokenKey, 'hex'))
    .update(`cursor:${list}:${position}`)
    .digest()
    .subarray(0, macBytes)

/** A cursor for a position in one list of one app: opaque, and of no use anywhere else. */
export const sealCursor = (app: AppRecord, list: string, position: string): string =>
  Buffer.concat([mac(app.tokenKey, list, position), Buffer.from(position)]).toString('base64url')

/**
 * The position that a cursor stands for. Absent, empty, `undefined` and `null` (client SDKs send the words) are the
 * start of the list. Fails with `invalid_parameter` when the cursor was not issued for this app and list.
 */
export function openCursor(app: AppRecord, list: string, cursor: string | null): string | undefined {
  if (cursor === null || cursor === '' || cursor === 'undefined' || cursor === 'null') return undefined
  const bytes = Buffer.from(cursor.slice(0, 1024), 'base64url')
  const position = bytes.subarray(macBytes).toString()
  const sealed = bytes.length > macBytes && bytes.toString('base64url') === cursor
  const isOf = (tokenKey: string) =>
    timingSafeEqual(bytes.subarray(0, macBytes), mac(tokenKey, list, position))
  if (!sealed || !isSignedBy(app, isOf)) throw badCursor()
  return position
}
