import type { Event } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import { delivery, roomDomain, userDomain } from './encode.ts'
import { Meta_NameSpace } from './generated/protocol.ts'
import type { Parts } from './parts.ts'
import type { LiveUser } from './session.ts'
import { handOver } from './waiting.ts'

type Removal = Extract<Event, { type: 'history.removed' }>

const roomsOf = ({ chatroom }: Removal, user: LiveUser): string[] =>
  chatroom !== '' ? [chatroom] : [...user.rooms.keys()].slice(0, limits.historyRemovalNotices.value)

/** Notifies the other devices of a user that messages are gone from its view; the SDK has one notice for each room. */
export function notifyOfRemoval(
  { live, newId, now }: Pick<Parts, 'live' | 'newId' | 'now'>,
  event: Removal,
): void {
  const user = event.isNotified ? live.user(event.app, event.username) : undefined
  if (!user) return
  const at = now()
  const { resource } = event
  const system = { name: '', domain: userDomain }
  const rooms = roomsOf(event, user)
  const metas = rooms.map((room) => ({
    id: newId(at),
    from: system,
    to: { name: room, domain: roomDomain },
    timestamp: BigInt(at),
    ns: Meta_NameSpace.NOTIFY,
    payload: Buffer.from(
      JSON.stringify({ type: 'roaming_delete', data: { to: room, chatType: 'group', resource } }),
    ),
  }))
  if (metas.length === 0) return
  const frame = delivery(system, metas, at)
  for (const session of user.sessions) {
    if (session.resource === resource) continue
    for (const id of rooms) {
      const room = user.rooms.get(id)
      if (room) handOver(room, session)
    }
    session.send(frame)
  }
}
