import { contentMissing, contentNotNumber } from '../domain/message-failures.ts'
import type { PostedContent } from '../domain/posted-message.ts'
import { userDomain } from './encode.ts'
import {
  type KeyValue,
  KeyValue_ValueType as Kind,
  type MessageBody,
  type MessageBody_Content,
  type MessageBody_Type,
  MessageBody_Content_Type as Type,
} from './generated/protocol.ts'

/** A number, or the text of one; fails with `illegal_argument` on anything else. Nothing there is undefined. */
function numberOf(field: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const isText = typeof value === 'string' && value.trim() !== ''
  const number = typeof value === 'number' || isText ? Number(value) : Number.NaN
  if (!Number.isFinite(number)) throw contentNotNumber({ field })
  return number
}

/** An attribute of a message, of any JSON value. */
export function attributeOf(key: string, value: unknown): KeyValue {
  switch (typeof value) {
    case 'string':
      return { key, type: Kind.STRING, stringValue: value }
    case 'boolean':
      return { key, type: Kind.BOOL, varintValue: value ? 1n : 0n }
    case 'number':
      return Number.isSafeInteger(value)
        ? { key, type: Kind.LLINT, varintValue: BigInt(value) }
        : { key, type: Kind.DOUBLE, doubleValue: value }
    default:
      return { key, type: Kind.JSON_STRING, stringValue: JSON.stringify(value) }
  }
}

/** What clients call the content of a message; fails with `illegal_argument` when its kind needs more. */
function contentOf({ type, body }: PostedContent): MessageBody_Content {
  const text = (field: string): string | undefined => {
    const value = body[field]
    return typeof value === 'string' ? value : undefined
  }
  const needed = (field: string): string => {
    const value = text(field)
    if (value === undefined) throw contentMissing({ field })
    return value
  }
  const number = (field: string): number | undefined => numberOf(field, body[field])
  const whole = (field: string): number | undefined => {
    const value = number(field)
    return value === undefined ? undefined : Math.trunc(Math.min(Math.max(value, 0), 2 ** 31 - 1))
  }
  const file = () => ({
    displayName: text('filename'),
    remotePath: needed('url'),
    secretKey: text('secret'),
    fileLength: whole('file_length'),
  })
  switch (type) {
    case 'txt':
      return { type: Type.TEXT, text: needed('msg') }
    case 'img': {
      const size = body.size as { width?: unknown; height?: unknown } | undefined | null
      const side = (name: 'width' | 'height') => numberOf(`size.${name}`, size?.[name]) ?? 0
      return {
        ...file(),
        type: Type.IMAGE,
        ...(size ? { size: { width: side('width'), height: side('height') } } : {}),
      }
    }
    case 'audio':
      return { ...file(), type: Type.VOICE, duration: whole('length') }
    case 'video':
      return {
        ...file(),
        type: Type.VIDEO,
        duration: whole('length'),
        thumbnailRemotePath: text('thumb'),
        thumbnailSecretKey: text('thumb_secret'),
      }
    case 'file':
      return { ...file(), type: Type.FILE }
    case 'loc': {
      const [latitude, longitude] = [number('lat'), number('lng')]
      if (latitude === undefined) throw contentMissing({ field: 'lat' })
      if (longitude === undefined) throw contentMissing({ field: 'lng' })
      return { type: Type.LOCATION, latitude, longitude, address: needed('addr') }
    }
    case 'cmd':
      return { type: Type.COMMAND, action: needed('action') }
    case 'custom': {
      const given = body.customExts
      const exts = given !== null && typeof given === 'object' ? Object.entries(given) : []
      const customExts = exts.map(([key, value]) => ({
        key,
        type: Kind.STRING,
        stringValue: typeof value === 'string' ? value : JSON.stringify(value),
      }))
      return { type: Type.CUSTOM, customEvent: needed('customEvent'), customExts }
    }
  }
}

/** The body of a message that the app's own server sends; fails with `illegal_argument` when its kind needs more. */
export const bodyOf = (type: MessageBody_Type, sender: string, posted: PostedContent): MessageBody => ({
  type,
  from: { name: sender, domain: userDomain },
  contents: [contentOf(posted)],
  ext: Object.entries(posted.ext ?? {}).map(([key, value]) => attributeOf(key, value)),
})
