import { appKey } from '../domain/app.ts'
import { foreverMs } from '../domain/mute.ts'
import type { Room } from '../domain/room.ts'

/** What an event of a room has, as far as callbacks send it. */
interface Data {
  owner?: string
  usernames?: string[]
  username?: string
  memberCount?: number
  expires?: number
  ext?: string
  announcement?: string
  from?: string
  to?: string
  keys?: string[]
}

interface Extra {
  members?: string[]
  info?: Room
  attributes?: Record<string, string>
}

/** A body beyond the fields that all have. */
export interface RoomBody {
  operation: string
  payload?: object
  member_count?: number | undefined
}

/** Fields of a room as the reference's callbacks have them: texts, for the most part. */
function infoOf(app: { org: string; name: string }, room: Room | undefined) {
  if (!room) return {}
  return {
    owner: `${appKey(app)}_${room.owner}`,
    created: String(room.createdMs),
    custom: room.custom,
    description: room.description,
    mute: String(room.mute),
    mute_duration: -1,
    avatar: '',
    title: room.name,
    max_users: String(room.maxusers),
    invite_need_confirm: 'false',
    public: 'true',
    allow_user_invites: 'false',
    disabled: String(room.disabled),
    last_modified: String(room.createdMs),
  }
}

const left = (type: string, member: string[], more: object = {}) => ({
  operation: 'LEAVE',
  payload: { member, type, ...more },
})

interface Of {
  app: { org: string; name: string }
  /** What the log calls the operation. */
  operation: string
  data: Data
  extra: Extra
}

const listed = (operation: string, type: string, member: string[] | undefined, more: object = {}) => [
  { operation, payload: { type, member: member ?? [], ...more } },
]

/** The bodies of callbacks for an event of a room, in the family that the reference extends [callback: rooms]. */
export function roomBodies(type: string, { app, operation, data, extra }: Of): RoomBody[] {
  const { usernames: member = [], username = '', memberCount: member_count } = data
  switch (type) {
    case 'room.created': {
      const role = { [data.owner ?? '']: 'owner' }
      const members = [data.owner ?? '', ...(extra.members ?? [])]
      return [{ operation: 'CREATE', payload: { role, member: members, info: infoOf(app, extra.info) } }]
    }
    case 'room.restored': {
      const owner = data.owner ?? ''
      const role = { [owner]: 'owner' }
      const payload = { role, member: extra.members ?? [], info: infoOf(app, extra.info) }
      return [{ operation: 'RESTORE', payload }]
    }
    case 'room.changed': {
      // Callbacks send these alone.
      if (!['name', 'description', 'maxusers'].some((field) => Object.hasOwn(data, field))) return []
      return [{ operation: 'UPDATE', payload: { type: 'INFO', info: infoOf(app, extra.info) } }]
    }
    case 'room.transferred':
      return [{ operation: 'UPDATE', payload: { type: 'OWNER', owner: data.from, new_owner: data.to } }]
    case 'room.dissolved':
      return [{ ...left('DELETE', extra.members ?? []), member_count: 0 }, { operation: 'DELETE' }]
    case 'room.muted':
    case 'room.unmuted':
      return [{ operation: 'UPDATE', payload: { type: 'MUTE', mute: type === 'room.muted' } }]
    case 'announcement.changed': {
      const text = data.announcement === '' ? {} : { announcement: data.announcement }
      return [{ operation: 'UPDATE', payload: { type: 'ANNOUNCEMENT', ...text } }]
    }
    case 'member.joined': {
      const options = data.ext === undefined ? {} : { options: { ext: data.ext } }
      return [{ operation: 'JOIN', payload: { member, type: 'DIRECT', ...options }, member_count }]
    }
    case 'member.left': {
      const action = operation === 'leaveOffline' ? 'user_offline' : 'user_quit'
      return [{ ...left('QUIT', member, { action }), member_count }]
    }
    case 'member.removed':
      return [{ ...left('KICK', member), member_count }]
    case 'member.blocked': {
      const until = { expire_timestamp: data.expires ?? foreverMs }
      return [...listed('BLOCK', 'ADD', member, until), { ...left('BLOCK', member), member_count }]
    }
    case 'member.unblocked':
      return listed('BLOCK', 'REMOVE', member)
    case 'member.muted':
      return listed('MUTE', 'ADD', member, { expire_timestamp: data.expires })
    case 'member.unmuted':
      return listed('MUTE', 'REMOVE', member)
    case 'member.allowed':
      return listed('WHITE', 'ADD', member)
    case 'member.disallowed':
      return listed('WHITE', 'REMOVE', member)
    case 'admin.added':
    case 'admin.removed':
      return [
        {
          operation: 'ADMIN',
          payload: { type: type === 'admin.added' ? 'ADD' : 'REMOVE', admin: [username] },
        },
      ]
    case 'superAdmin.added':
      return listed('ROOM_SUPER_ADMIN', 'ADD', [username])
    case 'superAdmin.removed':
      return listed('ROOM_SUPER_ADMIN', 'REMOVE', [username])
    default:
      return []
  }
}
