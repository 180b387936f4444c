import { type TProperties, type TSchema, Type as t } from '@sinclair/typebox'
import { enveloped, milliseconds, RoomId, type Row, UserId } from './replies.ts'

const exact = <P extends TProperties>(properties: P) => t.Object(properties, { additionalProperties: false })

/** A list of whatever, with its count. */
export const counted = (row: TSchema) => enveloped({ data: t.Array(row), count: true, params: true })

const OneMember = t.Union([exact({ member: UserId }), exact({ owner: UserId })])
const time = { joined_time: milliseconds('When the member joined, Unix ms.') }

/** The three forms of the member list. */
export const MembersReply = enveloped({
  data: t.Union([
    t.Array(OneMember),
    t.Array(UserId),
    t.Array(
      t.Union([
        exact({ member: UserId, ...time }),
        exact({ admin: UserId, ...time }),
        exact({ owner: UserId, ...time }),
      ]),
    ),
  ]),
  count: true,
  cursor: true,
  params: true,
})

const added = t.Literal('add_member')
const removed = t.Literal('remove_member')

export const AddedReply = enveloped({
  data: exact({ result: t.Literal(true), action: added, id: RoomId, user: UserId }),
})
export const AddedSeveralReply = enveloped({
  data: exact({ newmembers: t.Array(UserId), action: added, id: RoomId }),
})

const Removed = exact({ result: t.Literal(true), action: removed, user: UserId, id: RoomId })
const NotRemoved = exact({
  result: t.Literal(false),
  action: removed,
  reason: t.String(),
  user: t.String(),
  id: RoomId,
})
export const RemovedReply = enveloped({ data: t.Union([Removed, t.Array(t.Union([Removed, NotRemoved]))]) })

const success = t.Literal('success')
export const AdminAddedReply = enveloped({ data: exact({ result: success, newadmin: UserId }) })
export const AdminRemovedReply = enveloped({ data: exact({ result: success, oldadmin: UserId }) })
export const SuperAdminAddedReply = enveloped({ data: exact({ result: success, resource: t.Literal('') }) })
export const SuperAdminRemovedReply = enveloped({
  data: exact({ newSuperAdmin: UserId, resource: t.Literal('') }),
})

const expire = t.Integer({ description: 'When it ends, Unix ms; 0 = unmuted.', examples: [1767312000000] })
export const MutedListReply = enveloped({ data: t.Array(exact({ expire, user: UserId })), params: true })
export const MutedReply = enveloped({
  data: t.Array(exact({ result: t.Literal(true), expire, user: UserId })),
})
export const UnmutedReply = enveloped({
  data: t.Array(exact({ result: t.Literal(true), user: t.String({ examples: ['bob'] }) })),
})
export const RoomMutedReply = (mute: boolean) => enveloped({ data: exact({ mute: t.Literal(mute) }) })
export const IsMutedReply = enveloped({ data: t.Boolean({ examples: [false] }), params: true })

/** A row of the block or allow list; the room's id stands under both of its names. */
const listRow = (action: string) =>
  exact({
    result: t.Boolean({ examples: [true] }),
    action: t.Literal(action),
    reason: t.Optional(t.String({ description: 'Why not; only then.' })),
    user: t.String({ examples: ['bob'] }),
    chatroomid: RoomId,
    id: RoomId,
  })
export const ListRowReply = (action: string) =>
  enveloped({ data: t.Union([listRow(action), t.Array(listRow(action))]) })
export const ListRowsReply = (action: string) => enveloped({ data: t.Array(listRow(action)) })
export const IsAllowedReply = enveloped({ data: exact({ member: UserId, white: t.Boolean() }), params: true })

export const AnnouncementReply = enveloped({
  data: exact({ announcement: t.String({ examples: ['be kind'] }) }),
  params: true,
})
export const AnnouncementSetReply = enveloped({ data: exact({ id: RoomId, result: t.Literal(true) }) })

export const AttributesReply = enveloped({
  data: t.Record(t.String(), t.String(), { examples: [{ mood: 'calm' }] }),
})
const KeysOutcome = exact({
  successKeys: t.Array(t.String(), { examples: [['mood']] }),
  errorKeys: t.Record(t.String(), t.String(), {
    description: 'Why keys were left as they are.',
    examples: [{ seat: 'others are not allowed to be set' }],
  }),
})
export const AttributesSetReply = enveloped({ data: KeysOutcome })
export const AttributesRemovedReply = enveloped({ data: KeysOutcome, status: true })

export const notMembersRow: Row = [
  'forbidden_op',
  'users [{usernames}] are not members of this group!',
  'a user is not in the chat room',
  400,
]
export const ownerRow: Row = ['forbidden_op', 'forbidden operation on group owner!', 'the user is the owner']

/** Why a user cannot come into a chat room. */
export const joinRows: readonly Row[] = [
  ['forbidden_op', 'group member list is full!', 'there is no space left'],
  [
    'forbidden_op',
    'can not join this group, reason:user {username} is in the blacklist',
    'the user is blocked',
  ],
  [
    'exceeded_limit',
    'can not join this group, reason:user {username} has joined too many chatrooms!',
    'the user is in as many chat rooms as `roomsPerUser` allows',
  ],
]

export const tooManyUsers = (text: string): Row => ['invalid_parameter', text, 'more users than a call takes']

export const keyRows: readonly Row[] = [
  ['illegal_argument', 'exceed allowed batch size 10', 'more than 10 keys'],
  ['illegal_argument', '{field} must hold at least one key', 'no key'],
]
