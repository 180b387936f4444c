import type { Parts } from './parts.ts'
import type { SentMessages } from './sent.ts'
import type { Session } from './session.ts'

/** A message that was accepted, on its way to the room. */
export interface Relayed {
  app: number
  room: string
  id: bigint
  sender: string
  /** Unix ms. */
  at: number
  /** User, device, client id and content, where the client gave an id. */
  client: string | undefined
  /** Only these users get it; undefined = everyone in the room. */
  directed: string[] | undefined
  /** What goes to the clients, encoded once. */
  frame: Uint8Array
  /** The connection that sent it, which gets none; absent when it came from another node or over REST. */
  from?: Session | undefined
}

/** Hands a message to everyone of this node who is in its room. */
export function deliverHere(
  { live, publish }: Pick<Parts, 'live' | 'publish'>,
  sent: SentMessages,
  { app, room: id, directed, frame, from, ...message }: Relayed,
): void {
  sent.keep(message.id, { app, room: id, sender: message.sender, at: message.at }, message.client)
  const room = live.room(app, id)
  if (!room) return
  if (directed) {
    for (const username of new Set(directed)) {
      const user = room.users.size > 0 ? live.user(app, username) : undefined
      if (!user?.rooms.has(id)) continue
      for (const session of user.sessions) if (session !== from) session.send(frame)
    }
    return
  }
  publish(room.topic, frame, from)
}
