import { limits } from '../domain/limits.ts'
import type { Post, PostedToAll } from '../domain/posted-message.ts'
import { checkUsername, foldUsername } from '../domain/user.ts'
import { bytesOf } from './bytes.ts'
import { bodyOf } from './content.ts'
import { roomMessage } from './encode.ts'
import type { FanOut } from './fan-out.ts'
import {
  type KeyValue,
  KeyValue_ValueType as Kind,
  MessageBody,
  MessageBody_Type,
} from './generated/protocol.ts'
import type { Parts } from './parts.ts'

const levels = { high: 0n, normal: 1n, low: 2n }

/** A message as all of its rooms get it, once it is known to be sound. */
function prepared(posted: PostedToAll) {
  const sender = checkUsername(posted.from ?? 'admin')
  const body = bodyOf(MessageBody_Type.CHATROOM, sender, posted)
  if (bytesOf(MessageBody, body).length > limits.messageBytes.value) throw posted.tooLarge()
  const level = levels[posted.chatroom_msg_level || 'normal']
  const tags: KeyValue[] = [{ key: 'chatroom_msg_tag', type: Kind.INT, varintValue: level }]
  return { sender, body, tags }
}

/** Sends messages of an app's own server; they are neither muted nor held to the rates of rooms and users. */
export const posting =
  (
    { store, counters, now, newId }: Pick<Parts, 'store' | 'counters' | 'now' | 'newId'>,
    fanOut: FanOut,
  ): Post =>
  async (app, posted) => {
    const { sender, body, tags } = prepared(posted)
    const directed = posted.users?.length ? posted.users.map(foldUsername) : undefined
    const ids: Record<string, string> = {}
    for (const room of new Set(posted.to)) {
      const isRoom = (await store.rooms.findRoom(app.id, room)) !== undefined
      const at = now()
      const id = newId(at)
      ids[room] = String(id)
      if (!isRoom) continue
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
    }
    return ids
  }
