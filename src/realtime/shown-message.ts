import type { ShownMessage } from '../domain/shown-message.ts'
import {
  type KeyValue,
  KeyValue_ValueType as Kind,
  MessageBody,
  type MessageBody_Content,
  Meta,
  MessageBody_Content_Type as Type,
} from './generated/protocol.ts'

/** JSON text of clients; as text where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function attributeValue({ type, varintValue, floatValue, doubleValue, stringValue }: KeyValue): unknown {
  switch (type) {
    case Kind.BOOL:
      return varintValue !== undefined && varintValue !== 0n
    case Kind.FLOAT:
      return floatValue ?? 0
    case Kind.DOUBLE:
      return doubleValue ?? 0
    case Kind.JSON_STRING:
      return parsed(stringValue ?? '')
    case Kind.STRING:
      return stringValue ?? ''
    default:
      return Number(varintValue ?? 0n)
  }
}

const objectOf = (pairs: KeyValue[] | undefined): Record<string, unknown> =>
  Object.fromEntries((pairs ?? []).map((pair) => [pair.key ?? '', attributeValue(pair)]))

const file = ({ displayName, remotePath, secretKey, fileLength }: MessageBody_Content) => ({
  filename: displayName ?? '',
  url: remotePath ?? '',
  secret: secretKey ?? '',
  file_length: fileLength ?? 0,
})

const sizeOf = (size: MessageBody_Content['size']) =>
  size ? { size: { width: size.width ?? 0, height: size.height ?? 0 } } : {}

function bodyOf(content: MessageBody_Content): Record<string, unknown> {
  switch (content.type ?? Type.TEXT) {
    case Type.IMAGE:
      return { type: 'img', ...file(content), ...sizeOf(content.size) }
    case Type.VOICE:
      return { type: 'audio', ...file(content), length: content.duration ?? 0 }
    case Type.VIDEO:
      return {
        type: 'video',
        ...file(content),
        length: content.duration ?? 0,
        thumb: content.thumbnailRemotePath ?? '',
        thumb_secret: content.thumbnailSecretKey ?? '',
        ...sizeOf(content.thumbnailSize ?? content.size),
      }
    case Type.FILE:
      return { type: 'file', ...file(content) }
    case Type.LOCATION:
      return {
        type: 'loc',
        lat: content.latitude ?? 0,
        lng: content.longitude ?? 0,
        addr: content.address ?? '',
      }
    case Type.COMMAND:
      return { type: 'cmd', action: content.action ?? '' }
    case Type.CUSTOM: {
      const exts = objectOf(content.customExts)
      return {
        type: 'custom',
        customEvent: content.customEvent ?? '',
        // Older receivers read one object for each key, newer ones a map.
        customExts: Object.entries(exts).map(([key, value]) => ({ [key]: value })),
        'v2:customExts': exts,
      }
    }
    case Type.COMBINE:
      return {
        type: 'txt',
        subType: 'sub_combine',
        title: content.title ?? '',
        summary: content.summary ?? '',
        combineLevel: content.combineLevel ?? 0,
        msg: content.text ?? '',
        ...file(content),
      }
    default:
      return { type: 'txt', msg: content.text ?? '' }
  }
}

/** Attributes and contents of a message. */
export const payloadOf = ({ ext, contents }: MessageBody) => ({
  ext: objectOf(ext),
  bodies: (contents ?? []).map(bodyOf),
})

/** The content of a message, as callbacks, files of the history and pins show it. */
export function shownMessage(bytes: Uint8Array): ShownMessage {
  const meta = Meta.decode(bytes)
  const body = MessageBody.decode(meta.payload ?? new Uint8Array())
  return {
    timestamp: Number(meta.timestamp ?? 0n),
    payload: {
      from: body.from?.name ?? '',
      to: body.to?.name ?? '',
      type: 'chatroom',
      ...payloadOf(body),
    },
  }
}
