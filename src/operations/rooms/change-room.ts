import { Type as t } from '@sinclair/typebox'
import { failure, unknownFields } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { changedRoom, changeFailures, type Room, type RoomChange } from '../../domain/room.ts'
import { foldUsername } from '../../domain/user.ts'
import { infoEditors } from '../allowed.ts'
import { writeRoom } from '../operation.ts'
import { bounds, exactly, says, userIdPattern } from '../schemas.ts'
import { descriptionBounds, nameBounds } from './schemas.ts'
import { failures as transferFailures, transferRoom } from './transfer-room.ts'

const namesDiffer = failure('invalid_parameter', 'name and groupname are the same field, but differ', {
  en: 'both are sent with different values',
  zh: '同时传了两者且值不同',
})

const nothingToChange = failure(
  'invalid_parameter',
  'at least one of name, description, maxusers must be provided',
  { en: 'the body names nothing to change', zh: '请求体没有要修改的字段' },
)

const changed = t.Optional(t.Literal(true))

/** Fields that the `docs` dialect does not know. */
const sdkFields = ['custom', 'need_verify'] as const

/** What a change replaces, without the extension text, which has any length. */
const replaced = (room: Room, { name, description, maxusers }: RoomChange): RoomChange => ({
  ...(name === undefined ? {} : { name: room.name }),
  ...(description === undefined ? {} : { description: room.description }),
  ...(maxusers === undefined ? {} : { maxusers: room.maxusers }),
})

/** Changes name, description, ceiling or extension text of a room [update]; or transfers it [transfer]. */
export const changeRoom = writeRoom({
  id: 'changeRoom',
  routes: ['PUT /chatrooms/:chatroom_id'],
  tag: 'rooms',
  summary: {
    en: 'Change a chat room, or transfer it to another member',
    zh: '修改聊天室信息，或转让给其他成员',
  },
  description: {
    en: 'Changes the fields that are sent, and returns `true` for each. `newowner`, sent alone, transfers the room; the previous owner stays as a member.',
    zh: '修改请求中的字段，每个字段返回 `true`。单独传 `newowner` 表示转让，原所有者变为普通成员。',
  },
  allowed: infoEditors,
  body: exactly({
    name: t.Optional(
      t.String({
        ...says(
          `New name, at most ${limits.roomName.value} characters.`,
          `新名称，最多 ${limits.roomName.value} 个字符。`,
        ),
        examples: ['early birds'],
        ...nameBounds,
      }),
    ),
    groupname: t.Optional(
      t.String(
        says('The same as `name`, as client SDKs send it.', '与 `name` 相同，客户端 SDK 使用此字段。'),
      ),
    ),
    description: t.Optional(
      t.String({
        ...says(
          `New description, at most ${limits.roomDescription.value} characters.`,
          `新描述，最多 ${limits.roomDescription.value} 个字符。`,
        ),
        ...descriptionBounds,
      }),
    ),
    maxusers: t.Optional(
      t.Integer({
        ...says('New ceiling, at least the members now.', '新的最大成员数，不能小于当前成员数。'),
        ...bounds({ minimum: 1 }),
      }),
    ),
    newowner: t.Optional(
      t.String({
        ...says('Transfers the room to this member; sent alone.', '转让给该成员；须单独发送。'),
        ...bounds({ pattern: userIdPattern }),
      }),
    ),
    custom: t.Optional(
      t.String(says('In the `sdk` dialect, and in the console.', '仅 `sdk` 格式和控制台支持。')),
    ),
    need_verify: t.Optional(
      t.Unknown(says('In the `sdk` dialect only; ignored.', '仅 `sdk` 格式接受，忽略不处理。')),
    ),
  }),
  hasDialects: true,
  response: {
    data: exactly(
      {
        groupname: changed,
        description: changed,
        maxusers: changed,
        custom: changed,
        newowner: changed,
      },
      {
        ...says(
          "`true` for each field that was changed; the name's flag is `groupname`.",
          '每个已修改的字段为 `true`；名称对应 `groupname`。',
        ),
        examples: [{ groupname: true, maxusers: true }],
      },
    ),
  },
  failures: [...changeFailures, namesDiffer, nothingToChange, ...transferFailures],

  instead({ dialect, params, body: { newowner, ...others } }) {
    if (newowner === undefined) return undefined
    if (Object.keys(others).length > 0) throw unknownFields({ fields: 'newowner' })
    return {
      operation: transferRoom,
      input: { room: params.chatroom_id, owner: foldUsername(newowner), dialect },
    }
  },

  input({ dialect, params, body, isSignedIn }) {
    const { name, groupname, description, maxusers, custom } = body
    // Operators of the console edit all that a room has, and browsers cannot name themselves as server SDKs do.
    const isOperator = isSignedIn !== undefined
    const unknown = sdkFields.filter((field) => body[field] !== undefined)
    if (dialect === 'docs' && !isOperator && unknown.length > 0)
      throw unknownFields({ fields: unknown.join(',') })
    if (name !== undefined && groupname !== undefined && name !== groupname) throw namesDiffer()
    const change: RoomChange = { name: name ?? groupname, description, maxusers, custom }
    if (Object.values(change).every((value) => value === undefined)) throw nothingToChange()
    return { room: params.chatroom_id, change }
  },

  async run({ app, store, room, emit }, { change }) {
    await store.rooms.changeRoom(app.id, changedRoom(app.settings, room, change))
    emit({ type: 'room.changed', change, before: replaced(room, change) })
    const { name: groupname, ...others } = change
    const fields = Object.entries({ groupname, ...others }).filter(([, value]) => value !== undefined)
    return Object.fromEntries(fields.map(([field]) => [field, true]))
  },
})
