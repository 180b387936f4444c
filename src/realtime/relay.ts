import type { Parts } from './parts.ts'
import type { SentMessages } from './sent.ts'
import type { Session } from './session.ts'

/** A message that was accepted, on its way to the room. */
export interface Relayed {
  app: number
  room: string
  id: bigint
  sender: string
  /** Hash of user, device, client id and content, where the client gave an id. */
  client: number | undefined
  /** The message that it recalls. */
  recalls: number | undefined
  /** Only these users get it; undefined = everyone in the room. */
  directed: string[] | undefined
  /** What goes to the clients, encoded once. */
  frame: Uint8Array
}

/** Hands a message to everyone of this node who is in its room, but not to `from`, the connection that sent it. */
export function deliverHere(
  { live, publish }: Pick<Parts, 'live' | 'publish'>,
  sent: SentMessages,
  message: Relayed,
  from: Session | undefined,
): void {
  const { app, room: id, directed, frame } = message
  sent.keep(message)
  const room = live.room(app, id)
  if (!room) return
  if (!directed) {
    publish(room.topic, frame, from)
    return
  }
  for (const username of new Set(directed)) {
    const user = live.user(app, username)
    if (!user?.rooms.has(id)) continue
    for (const session of user.sessions) if (session !== from) session.send(frame)
  }
}
