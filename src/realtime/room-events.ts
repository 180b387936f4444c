import type { Caller, Event } from '../events.ts'
import { roomDomain, userDomain } from './frames.ts'
import { type Meta, Meta_NameSpace, MUCBody, MUCBody_Operation as Op } from './protocol.ts'

/** One event as clients know it, and who hears of it. */
export interface Notice {
  body: MUCBody
  /** `room`: everyone in it; otherwise these users, in the room or not. */
  to: 'room' | string[]
  /** Members who are left out. */
  but: string[]
}

/** Whoever acts with an app token has this name (callbacks: operator). */
const appAdmin = '@ppAdmin'

const actor = (by: Caller): string => (by.kind === 'user' ? by.username : appAdmin)

const user = (name: string) => ({ name, domain: userDomain })

/** What clients are told of an event, in order (client protocol: room events); nothing for events of the app. */
export function noticesOf(event: Event): Notice[] {
  const by = actor(event.by)
  const notice = (operation: Op, to: Notice['to'], more: Partial<MUCBody> = {}): Notice => ({
    body: {
      mucId: { name: event.room, domain: roomDomain },
      operation,
      from: user(by),
      isChatroom: true,
      ...more,
    },
    to,
    but: [],
  })
  switch (event.type) {
    case 'room.created':
      return [notice(Op.CREATE, [event.owner, ...event.members])]
    case 'room.changed':
      return [notice(Op.UPDATE, 'room')]
    case 'room.transferred':
      return [notice(Op.ASSIGN_OWNER, 'room', { from: user(event.from), to: [user(event.to)] })]
    case 'room.dissolved':
      return [notice(Op.DESTROY, 'room')]
    case 'member.joined':
      return [
        notice(Op.PRESENCE, 'room', {
          from: user(event.usernames[0] ?? ''),
          members: event.usernames.length > 1 ? event.usernames : [],
          mucMemberCount: event.memberCount,
        }),
      ]
    case 'member.left':
      return [
        notice(Op.ABSENCE, 'room', {
          from: user(event.usernames[0] ?? ''),
          members: event.usernames.length > 1 ? event.usernames : [],
          mucMemberCount: event.memberCount,
        }),
      ]
    default:
      return []
  }
}

export const noticeMeta = (body: MUCBody, id: bigint, now: number): Meta => ({
  id,
  from: body.from,
  to: body.mucId,
  timestamp: BigInt(now),
  ns: Meta_NameSpace.MUC,
  payload: MUCBody.encode(body).finish(),
})
