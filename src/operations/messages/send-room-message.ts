import { type Static, Type as t } from '@sinclair/typebox'
import { roomMissing } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { messageFailures } from '../../domain/message-failures.ts'
import { idFailures } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { action } from '../operation.ts'
import { bounds, loosely, says } from '../schemas.ts'

const kinds = ['txt', 'img', 'audio', 'video', 'file', 'loc', 'cmd', 'custom'] as const

const RoomMessage = loosely({
  from: t.Optional(
    t.String({
      ...says(
        'Sender that clients show; `admin` when absent. It need not be in the chat room.',
        '客户端显示的发送者；不传时为 `admin`，无需是聊天室成员。',
      ),
      examples: ['admin'],
    }),
  ),
  to: t.Array(t.String(), {
    ...says('Ids of 1 to 10 chat rooms.', '1 到 10 个聊天室 ID。'),
    examples: [['248710559375361']],
    ...bounds({ minItems: 1, maxItems: limits.messageRooms.value }),
  }),
  type: t.Union(
    kinds.map((kind) => t.Literal(kind)),
    { ...says('Kind of message.', '消息类型。'), examples: ['txt'] },
  ),
  body: t.Record(t.String(), t.Unknown(), {
    ...says(
      'What the kind needs: `msg` (txt); `url`, `filename`, `secret` (img, audio, video, file); `lat`, `lng`, `addr` (loc); `action` (cmd); `customEvent`, `customExts` (custom).',
      '消息内容：`msg`（txt）；`url`、`filename`、`secret`（img、audio、video、file）；`lat`、`lng`、`addr`（loc）；`action`（cmd）；`customEvent`、`customExts`（custom）。',
    ),
    examples: [{ msg: 'the show begins' }],
  }),
  ext: t.Optional(t.Record(t.String(), t.Unknown(), says("The app's own attributes.", '自定义扩展字段。'))),
  chatroom_msg_level: t.Optional(
    t.Union(
      [t.Literal('high'), t.Literal('normal'), t.Literal('low')],
      says(
        'Priority; low ones are refused first when a chat room is over its rate.',
        '消息优先级；聊天室消息超限时优先拒绝低优先级消息。',
      ),
    ),
  ),
  users: t.Optional(
    t.Array(t.String(), {
      ...says(
        `At most ${limits.messageUsers.value} user ids; nobody else gets it.`,
        `最多 ${limits.messageUsers.value} 个用户 ID；仅这些用户会收到。`,
      ),
      ...bounds({ maxItems: limits.messageUsers.value }),
    }),
  ),
})

/** Sends a message of the app's own server to rooms [send]. */
export const sendRoomMessage = action({
  id: 'sendRoomMessage',
  routes: ['POST /messages/chatrooms'],
  tag: 'messages',
  summary: { en: 'Send a message to chat rooms', zh: '发送聊天室消息' },
  allowed: appOnly,
  body: RoomMessage,
  response: {
    data: t.Record(t.String(), t.String(), {
      ...says('Message id by chat room id.', '以聊天室 ID 为键的消息 ID。'),
      examples: [{ '248710559375361': '115823689093121' }],
    }),
  },
  failures: [roomMissing, ...messageFailures, ...idFailures],
  input: ({ body }) => body as Static<typeof RoomMessage> & { type: (typeof kinds)[number] },

  run: ({ app, services }, posted) => services.post(app, posted),
})
