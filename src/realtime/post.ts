import type { App } from '../domain/app.ts'
import { roomMissing } from '../domain/failures.ts'
import { limits as ceilings } from '../domain/limits.ts'
import {
  contentMissing,
  contentNotNumber,
  messageTooLarge,
  noRooms,
  noSender,
  tooManyReceivers,
  tooManyTargets,
} from '../domain/message-failures.ts'
import type { Post, Posted } from '../domain/posted-message.ts'
import { checkUsername, foldUsername } from '../domain/user.ts'
import type { ReadStore } from '../store/store.ts'
import { bytesOf } from './bytes.ts'
import { roomMessage, userDomain } from './encode.ts'
import type { FanOut } from './fan-out.ts'
import {
  type KeyValue,
  KeyValue_ValueType as Kind,
  MessageBody,
  type MessageBody_Content,
  MessageBody_Type,
  MessageBody_Content_Type as Type,
} from './generated/protocol.ts'
import type { Parts } from './parts.ts'

const limits = { rooms: ceilings.messageRooms.value, users: ceilings.messageUsers.value }

const levels = { high: 0n, normal: 1n, low: 2n }

/** A number, or the text of one; fails with `illegal_argument` on anything else. Nothing there is undefined. */
function numberOf(field: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const isText = typeof value === 'string' && value.trim() !== ''
  const number = typeof value === 'number' || isText ? Number(value) : Number.NaN
  if (!Number.isFinite(number)) throw contentNotNumber({ field })
  return number
}

function attributeOf(key: string, value: unknown): KeyValue {
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
function contentOf({ type, body }: Posted): MessageBody_Content {
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

/** A message ready for its rooms, once it is known to be sound and its rooms to exist. */
async function checkPosted(store: ReadStore, app: App, posted: Posted) {
  const { to, users = [], ext = {} } = posted
  if (to.length === 0) throw noRooms()
  if (to.length > limits.rooms) throw tooManyTargets()
  if (users.length > limits.users) throw tooManyReceivers()
  if (posted.from === '') throw noSender()
  const sender = checkUsername(posted.from ?? 'admin')
  const body: MessageBody = {
    type: MessageBody_Type.CHATROOM,
    from: { name: sender, domain: userDomain },
    contents: [contentOf(posted)],
    ext: Object.entries(ext).map(([key, value]) => attributeOf(key, value)),
  }
  if (bytesOf(MessageBody, body).length > ceilings.messageBytes.value) throw messageTooLarge()
  for (const id of to) {
    if (!(await store.rooms.findRoom(app.id, id))) throw roomMissing({ chatroom_id: id })
  }
  const level = levels[posted.chatroom_msg_level ?? 'normal']
  return {
    rooms: [...new Set(to)],
    sender,
    body,
    tags: [{ key: 'chatroom_msg_tag', type: Kind.INT, varintValue: level }],
    directed: users.length > 0 ? users.map(foldUsername) : undefined,
  }
}

/** Sends messages of an app's own server; they are neither muted nor held to a rate. */
export const posting =
  (
    { store, counters, now, newId }: Pick<Parts, 'store' | 'counters' | 'now' | 'newId'>,
    fanOut: FanOut,
  ): Post =>
  async (app, posted) => {
    const { rooms, sender, body, tags, directed } = await checkPosted(store, app, posted)
    const ids: Record<string, string> = {}
    for (const room of rooms) {
      const at = now()
      const id = newId(at)
      const frame = roomMessage({ id, room, sender, resource: undefined, at }, body, tags)
      counters.messages += 1
      fanOut.everywhere({
        app: app.id,
        room,
        id,
        sender,
        client: undefined,
        recalls: undefined,
        directed,
        frame,
      })
      ids[room] = String(id)
    }
    return ids
  }
