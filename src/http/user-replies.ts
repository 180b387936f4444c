import { Type as t } from '@sinclair/typebox'
import { enveloped, milliseconds, type Row, UserId } from './replies.ts'

/** The wire's user. */
export const UserEntity = t.Object(
  {
    uuid: t.String({ examples: ['0c1f7a10-88aa-4f0e-a0a9-3d1b7d2c5e11'] }),
    type: t.Literal('user'),
    created: milliseconds('Unix ms.'),
    modified: milliseconds('Unix ms.'),
    username: UserId,
    activated: t.Boolean({ description: 'False while the user is banned.', examples: [true] }),
    nickname: t.Optional(t.String({ description: 'Only if set.' })),
  },
  { additionalProperties: false },
)

/** Those registered in `entities`; of several, those that were not in `data`. */
export const RegistrationReply = enveloped({
  users: true,
  entities: UserEntity,
  data: t.Optional(
    t.Array(
      t.Object({ username: t.String(), registerUserFailReason: t.String() }, { additionalProperties: false }),
      { description: 'Users that were not registered, and why; after a batch only.', examples: [[]] },
    ),
  ),
})

/** Whether users are online, by user id. */
export const Statuses = t.Record(t.String(), t.Union([t.Literal('online'), t.Literal('offline')]), {
  examples: [{ alice: 'online' }],
})

export const Disconnected = t.Object({ result: t.Literal(true) }, { additionalProperties: false })

export const tooManyLogins: Row = [
  'service_unavailable',
  'too many logins at once',
  'more passwords wait to be checked than the server lets wait',
]

export const unknownUserRow: Row = [
  'service_resource_not_found',
  'Service resource not found',
  'the user is not registered',
]

export const registrationRows: readonly Row[] = [
  [
    'illegal_argument',
    'username [{username}] is not legal',
    'a user id with other characters than a-z, 0-9, `_`, `-`, `.`',
  ],
  ['illegal_argument', 'USERNAME_TOO_LONG', 'a user id over 64 bytes'],
  ['illegal_argument', 'NICKNAME_TOO_LONG', 'a nickname over 100 characters'],
  ['illegal_argument', 'Entity user requires a property named username', 'no `username`'],
  ['illegal_argument', 'password or pin must provided', 'an empty password, or none without a token'],
  ['illegal_argument', 'password is longer than 64 characters', 'a password over 64 characters'],
  [
    'illegal_argument',
    'Request body array size[{size}] had almost reached or been greater than the upper range value[60]',
    'more than 60 users',
  ],
  [
    'duplicate_unique_property_exists',
    'Application {application} Entity user requires that property named username be unique, value of {username} exists',
    'one user, and the user id is taken',
  ],
  [
    'duplicate_unique_property_exists',
    'the same user {username} has a different password',
    'a batch names one user twice, with different passwords',
  ],
  [
    'unauthorized',
    "Open registration doesn't allow, so register user need token",
    'no token, and the app has no `openRegistration`',
  ],
  [
    'resource_limited',
    'You have exceeded the limit of the community edition,Please upgrade to the enterprise edition',
    'the app has as many as its quota `users` allows',
  ],
  tooManyLogins,
]
