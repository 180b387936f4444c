import type { Event } from '../domain/event.ts'
import { delivery, roomDomain } from './encode.ts'
import { Meta_NameSpace } from './generated/protocol.ts'

/** The notice of a pinned or unpinned message; undefined for all other events. */
export function pinNotice(event: Event): object | undefined {
  if (event.type !== 'message.pinned' && event.type !== 'message.unpinned') return undefined
  return {
    type: 'conv',
    data: {
      op: event.type === 'message.pinned' ? 'pin' : 'pin_delete',
      id: event.room,
      type: 'chatroom',
      from: event.operator,
      res: event.resource,
      ext: event.message,
      ts: event.at,
    },
  }
}

/** A notice as members of a room get it. */
export function notifyFrame(room: string, notice: object, id: bigint, at: number): Uint8Array {
  const jid = { name: room, domain: roomDomain }
  const payload = Buffer.from(JSON.stringify(notice))
  return delivery(
    jid,
    [{ id, from: jid, to: jid, timestamp: BigInt(at), ns: Meta_NameSpace.NOTIFY, payload }],
    at,
  )
}
