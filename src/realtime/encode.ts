import { bytesOf, frameOf } from './bytes.ts'
import {
  CommSyncDL,
  CommUnreadDL,
  type JID,
  type KeyValue,
  Logout,
  MessageBody,
  Meta,
  Meta_NameSpace,
  MSync_Command,
  Provision,
  StatisticsBody,
  type StatisticsBody_Operation,
  Status_ErrorCode,
} from './generated/protocol.ts'

/** Addresses of users and of rooms stand in these domains. */
export const userDomain = 'easemob.com'
export const roomDomain = 'conference.easemob.com'

const ok = { errorCode: Status_ErrorCode.OK }

/** Why something was refused: clients distinguish the reasons by number and text. */
export interface Refusal {
  code: Status_ErrorCode
  reason: string
  /** Under what it is counted, where reasons differ in numbers. */
  counted?: string
}

export const isRefusal = (outcome: object): outcome is Refusal => 'reason' in outcome

export const failed = (reason: string): Refusal => ({ code: Status_ErrorCode.FAIL, reason })
export const denied = (reason: string): Refusal => ({ code: Status_ErrorCode.PERMISSION_DENIED, reason })

/** A login was accepted for this device; `expiresMs` lets the client warn before its token ends. */
export function loggedIn(resource: string, expiresMs: number | undefined): Uint8Array {
  const authToken = expiresMs === undefined ? undefined : JSON.stringify({ expires_in: expiresMs })
  return frameOf(MSync_Command.PROVISION, Provision, { status: ok, resource, authToken })
}

export const loginRefused = ({ code, reason }: Refusal): Uint8Array =>
  frameOf(MSync_Command.PROVISION, Provision, { status: { errorCode: code, reason } })

/** Returns the keep-alive: nothing waits, for everything is pushed. `now` in Unix ms. */
export const nothingUnread = (now: number): Uint8Array =>
  frameOf(MSync_Command.UNREAD, CommUnreadDL, { status: ok, timestamp: BigInt(now) })

export const loggedOut = (): Uint8Array => frameOf(MSync_Command.LOGOUT, Logout, { status: ok })

const sync = (message: CommSyncDL): Uint8Array => frameOf(MSync_Command.SYNC, CommSyncDL, message)

/** What the client sent under `metaId` was done; `serverId` names it from now on. */
export const acknowledged = (metaId: bigint, serverId: bigint, now: number, metas?: Meta[]): Uint8Array =>
  sync({ status: ok, metaId, serverId, timestamp: BigInt(now), metas })

export const refused = (metaId: bigint, { code, reason }: Refusal): Uint8Array =>
  sync({ status: { errorCode: code, reason }, metaId })

/** Pushes `metas` to a client: a `queue` is needed, and nothing comes back. */
export const delivery = (queue: JID, metas: Meta[], now: number): Uint8Array =>
  sync({ status: ok, queue, metas, isLast: true, timestamp: BigInt(now) })

/** A pull of a queue finds nothing in it. */
export const nothingQueued = (queue: JID, now: number): Uint8Array =>
  sync({ status: ok, queue, isLast: true, timestamp: BigInt(now) })

/** Notifies a client that its session ends and why; it does not come back by itself. */
export function forcedLogout(id: bigint, operation: StatisticsBody_Operation, now: number): Uint8Array {
  const system = { name: '', domain: userDomain }
  const payload = bytesOf(StatisticsBody, { operation })
  return delivery(system, [{ id, from: system, to: system, ns: Meta_NameSpace.STATISTIC, payload }], now)
}

interface RoomMessage {
  id: bigint
  room: string
  sender: string
  resource: string | undefined
  at: number
}

/** A message as the room gets it: its sender is set by the server, whatever the sending client wrote. */
export function roomMessage(
  message: RoomMessage,
  body: MessageBody,
  ext: KeyValue[] | undefined,
): Uint8Array {
  const meta = roomMeta(message, body, ext)
  return delivery(meta.to, [meta], message.at)
}

export function roomMeta(message: RoomMessage, body: MessageBody, ext: KeyValue[] | undefined) {
  const { id, room, sender, resource, at } = message
  const from = { name: sender, domain: userDomain, clientResource: resource }
  const to = { name: room, domain: roomDomain }
  body.from = from
  body.to = to
  const payload = bytesOf(MessageBody, body)
  return { id, from, to, timestamp: BigInt(at), ns: Meta_NameSpace.CHAT, payload, ext }
}

/** A message to users, but for what differs from one of them to the next: id and receiver. */
export function metaOfUserMessage(
  message: { sender: string; resource: string | undefined; at: number },
  body: MessageBody,
  ext: KeyValue[] | undefined,
): Uint8Array {
  const { sender, resource, at } = message
  const from = { name: sender, domain: userDomain, clientResource: resource }
  body.from = from
  body.to = undefined
  const payload = bytesOf(MessageBody, body)
  return bytesOf(Meta, { from, timestamp: BigInt(at), ns: Meta_NameSpace.CHAT, payload, ext })
}

/** A message to one user in the conversation with `peer`: for a copy to its sender that is the receiver. */
export function userMessage(meta: Meta, id: bigint, receiver: string, peer: string): Uint8Array {
  const to = { name: receiver, domain: userDomain }
  // Fields of an encoded message may stand in any order: the receiver is written after all others.
  const payload = Buffer.concat([meta.payload ?? new Uint8Array(), bytesOf(MessageBody, { to })])
  return delivery({ name: peer, domain: userDomain }, [{ ...meta, id, to, payload }], Number(meta.timestamp))
}
