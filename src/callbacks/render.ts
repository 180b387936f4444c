import { type App, appKey } from '../domain/app.ts'
import type { Callback } from '../domain/callbacks/callback.ts'
import { appOperator } from '../domain/event.ts'
import { isOperatorActor } from '../domain/operator.ts'
import type { EventPosition } from '../store/event-position.ts'
import type { EventRow } from '../store/events.ts'
import { roomBodies } from './room-bodies.ts'

type Row = EventRow & EventPosition

const host = 'chatroomd'

/** Names of events in the log, and in callbacks. */
const names: Record<string, Callback['event']> = {
  'room.created': 'chatroom.created',
  'room.changed': 'chatroom.updated',
  'room.transferred': 'chatroom.owner_changed',
  'room.dissolved': 'chatroom.destroyed',
  'room.restored': 'chatroom.restored',
  'room.muted': 'chatroom.all_muted',
  'room.unmuted': 'chatroom.all_unmuted',
  'announcement.changed': 'chatroom.announcement_changed',
  'attributes.set': 'chatroom.attributes_changed',
  'attributes.removed': 'chatroom.attributes_changed',
  'member.joined': 'chatroom.member_joined',
  'member.left': 'chatroom.member_left',
  'member.removed': 'chatroom.member_left',
  'member.blocked': 'chatroom.member_blocked',
  'member.unblocked': 'chatroom.member_unblocked',
  'member.muted': 'chatroom.member_muted',
  'member.unmuted': 'chatroom.member_unmuted',
  'member.allowed': 'chatroom.member_allowed',
  'member.disallowed': 'chatroom.member_disallowed',
  'admin.added': 'chatroom.admin_added',
  'admin.removed': 'chatroom.admin_removed',
  'superAdmin.added': 'chatroom.super_admin_added',
  'superAdmin.removed': 'chatroom.super_admin_removed',
  'quota.warning': 'app.quota_warning',
  'message.sent': 'message.sent',
  'message.recalled': 'message.recalled',
  'message.moderated': 'message.moderated',
  'user.online': 'user.online',
  'user.offline': 'user.offline',
}

/** Kinds of content as `content_type` has them. */
const contentTypes: Record<string, string> = {
  txt: 'text',
  img: 'image',
  audio: 'voice',
  file: 'file',
  video: 'video',
  loc: 'location',
  cmd: 'command',
  custom: 'custom',
  combine: 'txt',
}

/** A UUID that is the same whenever the same part of the same event is delivered. */
function uuidOf(app: App, { xid, at, room, number }: Row, part: number): string {
  const text = `${app.uuid}/${xid}/${at}/${room}/${number}/${part}`
  const hash = new Bun.CryptoHasher('sha256').update(text).digest('hex')
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-')
}

/** A message, or the recall of one, as the log has it. */
interface MessageData {
  id: string
  /** The message that is taken back. */
  recalled?: string
  source: Callback['source']
  kind: string
  timestamp: number
  payload: object
}

function messageBody(type: string, room: string, from: string, { id, recalled, kind, payload }: MessageData) {
  const shared = {
    eventType: 'chat',
    group_id: room,
    from,
    to: room,
    msg_id: id,
    host,
    securityVersion: '1.0.0',
  }
  if (type === 'message.sent')
    return {
      ...shared,
      chat_type: 'groupchat',
      payload,
      content_type: `chat:room:${contentTypes[kind] ?? 'unknown'}`,
    }
  return {
    ...shared,
    chat_type: 'recall',
    recall_id: recalled,
    payload: { ext: {}, ack_message_id: recalled, bodies: [] },
  }
}

/** Who came or went, as the log has it. */
interface StatusData {
  reason: 'login' | 'logout' | 'replaced'
  os: string
  resource: string
  address: string
  version: string
}

const statusBody = (
  key: string,
  type: string,
  user: string,
  { reason, os, resource, address, version }: StatusData,
) => ({
  reason,
  status: type === 'user.online' ? 'online' : 'offline',
  // Devices of web SDKs have the name of their system in front already.
  user: `${key}_${user}@easemob.com/${resource.startsWith(`${os}_`) ? '' : `${os}_`}${resource}`,
  os,
  ip: address,
  version,
  host,
})

interface Moderated {
  message: string
  sender: string
  to?: string
  status: 'pass' | 'replace' | 'refuse'
  words: string[]
}

const alertReasons = { pass: 'through', replace: 'replaced', refuse: 'intercepted' } as const

function alertBody(key: string, room: string, { message, sender, to, status, words }: Moderated) {
  const address = (id: string) => `${key}_${id}@easemob.com`
  return {
    eventType: 'keyword_alert',
    alertReason: alertReasons[status],
    status,
    sensitiveWords: words,
    contentOwner: address(sender),
    contentReceiver: address(to ?? room),
    contentUri: `msync:${message}`,
    contentType: 'message',
    chatType: to === undefined ? 'chat:room:text' : 'chat:user:text',
    host,
  }
}

/** Attributes have a body in the older family alone, which names no values. */
function attributesBody(key: string, type: string, row: Row, attributes: object | undefined, keys: string[]) {
  const isSet = type === 'attributes.set'
  return {
    chat_type: 'muc',
    eventType: 'chat',
    group_id: row.room,
    from: row.operator || appOperator,
    to: row.room,
    host,
    payload: {
      muc_id: `${key}_${row.room}@conference.easemob.com`,
      is_chatroom: true,
      operation: isSet ? 'set_metadata' : 'delete_metadata',
      status: { description: '', error_code: 'ok' },
      ...(isSet ? { metadata: attributes ?? {} } : { keys }),
    },
  }
}

/** The callbacks of an event of the log; none for most that are about users and settings. */
export function render(app: App, logged: Row): Callback[] {
  // Servers of apps know users and the app itself: an operator of the console acts in its place.
  const row = isOperatorActor(logged.operator) ? { ...logged, operator: '' } : logged
  const event = names[row.type]
  if (event === undefined) return []
  const key = appKey(app)
  const data = JSON.parse(row.data)
  const { type, room, operator: user } = row
  const at = Math.floor(row.at / 1000)
  const shared = { event, room, at: row.at, user, source: user === '' ? 'rest' : 'client' } as const
  const uuid = (part = 0) => `${key}_${uuidOf(app, row, part)}`
  const made = (callId: string, body: object, timestamp = at, more: Partial<Callback> = {}): Callback => ({
    ...shared,
    callId,
    body: JSON.stringify({ callId, ...body, appkey: key, timestamp }),
    ...more,
  })

  if (type === 'message.sent' || type === 'message.recalled') {
    const message: MessageData = data
    const body = messageBody(type, room, user, message)
    const kind = type === 'message.sent' ? { kind: message.kind } : {}
    return [made(`${key}_${message.id}`, body, message.timestamp, { source: message.source, ...kind })]
  }
  if (type === 'user.online' || type === 'user.offline')
    return [made(uuid(), statusBody(key, type, user, data), at, { room: `@${user}`, source: 'client' })]
  if (type === 'message.moderated') {
    const more = {
      user: data.sender,
      source: 'client',
      ...(room === '' ? { room: `@${data.sender}` } : {}),
    } as const
    return [made(uuid(), alertBody(key, room, data), at, more)]
  }
  if (type === 'quota.warning') return [made(uuid(), { eventType: 'quota_warning', ...data, host })]
  const extra = JSON.parse(row.extra ?? '{}')
  if (type === 'attributes.set' || type === 'attributes.removed') {
    const callId = uuid()
    const body = attributesBody(key, type, row, extra.attributes, data.keys)
    return [made(callId, { ...body, msg_id: callId.slice(key.length + 1) })]
  }
  return roomBodies(type, { app, operation: row.operation, data, extra }).map(
    ({ operation, ...body }, part) => {
      const leaves = operation === 'LEAVE' && type !== 'room.dissolved'
      const who = { operator: user || appOperator }
      const full = { id: room, type: 'CHATROOM', event: 'group_op_event', operation, ...who, ...body }
      return made(uuid(part), full, at, leaves ? { event: 'chatroom.member_left' } : {})
    },
  )
}
