import { Type as t } from '@sinclair/typebox'
import { enveloped, milliseconds, RoomId, type Row, UserId } from './replies.ts'

const exactly = { additionalProperties: false }

/** One row of the list of the app's chat rooms. */
export const ListedRoomReply = t.Object(
  {
    id: RoomId,
    name: t.String({ examples: ['night owls'] }),
    owner: UserId,
    affiliations_count: t.Integer({ description: 'Members now, the owner included.', examples: [2] }),
    disabled: t.Boolean({ description: 'Always false.', examples: [false] }),
  },
  exactly,
)

/** One row of the list of chat rooms that a user has joined. */
export const JoinedRoomReply = t.Object(
  { id: RoomId, name: t.String({ examples: ['night owls'] }), disabled: t.Literal('false') },
  exactly,
)

/** The wire's details of a chat room (management page, "query details"). */
const RoomReply = t.Object(
  {
    id: RoomId,
    name: t.String({ examples: ['night owls'] }),
    description: t.String({ examples: ['late talk'] }),
    membersonly: t.Boolean({ description: 'Always false.', examples: [false] }),
    allowinvites: t.Boolean({ description: 'Always false.', examples: [false] }),
    maxusers: t.Integer({ description: 'Most members, the owner included.', examples: [300] }),
    owner: UserId,
    created: milliseconds('Unix ms.'),
    custom: t.String({ description: 'Extension text.', examples: [''] }),
    mute: t.Boolean({ description: 'Whether everybody is muted.', examples: [false] }),
    affiliations_count: t.Integer({ description: 'Members now, the owner included.', examples: [2] }),
    affiliations: t.Array(
      t.Union([
        t.Object({ member: UserId }, { additionalProperties: false }),
        t.Object({ owner: UserId }, { additionalProperties: false }),
      ]),
      {
        description: 'Members and admins as `member`, then the owner.',
        examples: [[{ member: 'bob' }, { owner: 'alice' }]],
      },
    ),
    public: t.Boolean({ description: 'Always true.', examples: [true] }),
  },
  { additionalProperties: false },
)

const UnknownRoomReply = t.Object({ id: t.String(), error: t.Literal("group id doesn't exist") }, exactly)

/** Details: of one room an object, or an array of them. */
export const RoomsReply = enveloped({
  data: t.Union([RoomReply, t.Array(t.Union([RoomReply, UnknownRoomReply]))]),
  count: 'of arrays',
  params: true,
})

/** `true` for each field that was changed; the name's flag is `groupname`. */
export const ChangeFlags = t.Object(
  {
    groupname: t.Optional(t.Literal(true)),
    description: t.Optional(t.Literal(true)),
    maxusers: t.Optional(t.Literal(true)),
    custom: t.Optional(t.Literal(true)),
    newowner: t.Optional(t.Literal(true)),
  },
  { ...exactly, examples: [{ groupname: true, maxusers: true }] },
)

export const CreatedReply = t.Object({ id: RoomId }, exactly)
export const DissolvedReply = t.Object({ success: t.Literal(true), id: RoomId }, exactly)

export const unknownRoomId: Row = [
  'resource_not_found',
  'grpID {chatroom_id} does not exist!',
  'no chat room has this id',
]

export const unknownUser: Row = [
  'resource_not_found',
  "username {username} doesn't exist!",
  'a user that the request names is not registered',
]

/** What is said about texts and ceilings that are too long or too high. */
export const textRows: readonly Row[] = [
  ['exceed_limit', 'title cannot exceed to {limit}', 'the name is longer than `nameLength` characters'],
  [
    'exceed_limit',
    'desc cannot exceed to {limit}',
    'the description is longer than `descriptionLength` characters',
  ],
  ['exceed_limit', 'custom cannot exceed to 8192', '`custom` is over 8 KB'],
  ['exceed_limit', 'maxUsers cannot exceed {limit}', '`maxusers` is above the `maxusers` of the app'],
  ['invalid_parameter', 'maxusers must be an integer of at least 1', '`maxusers` is below 1'],
]
