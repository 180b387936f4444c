import { limits } from '../domain/limits.ts'
import { bytesOf, type FrameReader } from './bytes.ts'
import { denied, failed, type Refusal } from './encode.ts'
import { MessageBody, MessageBody_Type, Meta } from './generated/protocol.ts'
import type { Session } from './session.ts'

/** A message of a client, read, and known to be of a form that is served. */
export interface Incoming {
  session: Session
  meta: Meta
  /** The room that it is for. */
  room: string
  body: MessageBody
  /** Tells a message that a client repeats; undefined where the client gave no id. */
  client: number | undefined
  /** The message that it recalls. */
  recalls: number | undefined
}

/** Clients tell these apart by their texts (client protocol: refusals of a message). */
const refusals = {
  notForRoom: failed('only messages to chat rooms are served'),
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

/** Tells what a client sends under one of its ids from everything else that was sent lately. */
const hashOf = (name: string, payload: Uint8Array | undefined): number =>
  Number(Bun.hash.wyhash(payload ?? '', Bun.hash.wyhash(name)) & hashBits)

/** Reads a message of a client. */
export function decodeMessage(session: Session, meta: Meta, reader: FrameReader): Incoming | Refusal {
  // Most frames are small, and need no look at what they hold.
  if (reader.size > mostBytes && sizeOf(meta) > mostBytes) return refusals.tooLarge
  if ((meta.directedUsers?.length ?? 0) > mostDirected) return refusals.tooManyDirected
  const body = reader.read(MessageBody, meta.payload)
  const isRecall = body.type === MessageBody_Type.RECALL
  const room = meta.to?.name ?? ''
  if ((!isRecall && body.type !== MessageBody_Type.CHATROOM) || room === '') return refusals.notForRoom
  return {
    session,
    meta,
    room,
    body,
    client: meta.id ? hashOf(`${session.device}/${meta.id}`, meta.payload) : undefined,
    recalls: isRecall ? Number(body.ackMessageId ?? 0n) : undefined,
  }
}
