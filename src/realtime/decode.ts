import { limits } from '../domain/limits.ts'
import { placeOfUser } from '../domain/relayed-message.ts'
import { foldUsername, isUsername } from '../domain/user.ts'
import { bytesOf, type FrameReader } from './bytes.ts'
import { denied, failed, type Refusal, roomDomain, userDomain } from './encode.ts'
import { MessageBody, MessageBody_Type, Meta } from './generated/protocol.ts'
import type { Session } from './session.ts'

/** A message of a client, read, and known to be of a form that is served. */
export interface Incoming {
  session: Session
  meta: Meta
  /** The room that it is for, or what stands for the user. */
  room: string
  /** The user that it is for; undefined when it is for a room. */
  user: string | undefined
  body: MessageBody
  /** Identifies a message that a client retries; undefined where the client gave no id. */
  client: number | undefined
  /** The message that it recalls. */
  recalls: number | undefined
  /** Seconds after which its sender may speak again; known once it is authorised. */
  slowMode: number
}

/** Clients distinguish these by their texts (client protocol: refusals of a message). */
const refusals = {
  notServed: failed('only messages to chat rooms and to users are served'),
  noUser: failed("the username doesn't exist!"),
  tooLarge: denied('Sorry, data is too large'),
  tooManyDirected: failed('limit directed users'),
}

/** Largest message, in bytes of its encoded body and attributes. */
const mostBytes = limits.messageBytes.value
/** Most users that one message is directed to. */
const mostDirected = limits.messageUsers.value

/** Bytes of a message that others get: its body, and the attributes beside it. */
const sizeOf = ({ payload, ext }: Meta): number =>
  (payload?.length ?? 0) + (ext?.length ? bytesOf(Meta, { ext }).length : 0)

/** Of 64 bits of the hash those that a number holds exactly. */
const hashBits = (1n << 53n) - 1n

/** Identifies what a client sends under one of its ids among everything that was sent lately. */
const hashOf = (name: string, payload: Uint8Array | undefined): number =>
  Number(Bun.hash.wyhash(payload ?? '', Bun.hash.wyhash(name)) & hashBits)

/** Kinds of messages and receipts between users; for others the client tells by the domain. */
const betweenUsers = new Set<MessageBody_Type | undefined>([
  MessageBody_Type.CHAT,
  MessageBody_Type.READ_ACK,
  MessageBody_Type.DELIVER_ACK,
  MessageBody_Type.CHANNEL_ACK,
])

/** Whether a message that is none to a room by its type is for a user; recalls are of either kind. */
function isForUser(type: MessageBody_Type | undefined, { to }: Meta): boolean {
  return type === MessageBody_Type.RECALL
    ? to?.domain === userDomain
    : betweenUsers.has(type) && to?.domain !== roomDomain
}

/** Reads a message of a client. */
export function decodeMessage(session: Session, meta: Meta, reader: FrameReader): Incoming | Refusal {
  // Most frames are small, and need no look at what they hold.
  if (reader.size > mostBytes && sizeOf(meta) > mostBytes) return refusals.tooLarge
  if ((meta.directedUsers?.length ?? 0) > mostDirected) return refusals.tooManyDirected
  const body = reader.read(MessageBody, meta.payload)
  const isRecall = body.type === MessageBody_Type.RECALL
  const to = meta.to?.name ?? ''
  if (to === '') return refusals.notServed
  let user: string | undefined
  if (body.type !== MessageBody_Type.CHATROOM) {
    const isToUser = isForUser(body.type, meta)
    if (!isToUser && !isRecall) return refusals.notServed
    if (isToUser && !isUsername(to)) return refusals.noUser
    if (isToUser) user = foldUsername(to)
  }
  return {
    session,
    meta,
    room: user === undefined ? to : placeOfUser(user),
    user,
    body,
    client: meta.id ? hashOf(`${session.device}/${meta.id}`, meta.payload) : undefined,
    recalls: isRecall ? Number(body.ackMessageId ?? 0n) : undefined,
    slowMode: 0,
  }
}
