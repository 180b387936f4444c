import { Type as t } from '@sinclair/typebox'
import { limits } from '../limits.ts'
import { forServer } from './access.ts'
import { bounds } from './bounds.ts'
import type { Deps } from './deps.ts'
import { success } from './envelope.ts'
import { enveloped, replies } from './replies.ts'
import { unknownRoomId } from './room-replies.ts'

const RoomMessage = t.Object(
  {
    from: t.Optional(
      t.String({
        description: 'Sender that clients show; `admin` when absent. It need not be in the chat room.',
        examples: ['admin'],
      }),
    ),
    to: t.Array(t.String(), {
      description: 'Ids of 1 to 10 chat rooms.',
      examples: [['248710559375361']],
      ...bounds({ minItems: 1, maxItems: limits.messageRooms.value }),
    }),
    type: t.Union(
      ['txt', 'img', 'audio', 'video', 'file', 'loc', 'cmd', 'custom'].map((kind) => t.Literal(kind)),
      { description: 'Kind of message.', examples: ['txt'] },
    ),
    body: t.Record(t.String(), t.Unknown(), {
      description:
        'What the kind needs: `msg` (txt); `url`, `filename`, `secret` (img, audio, video, file); `lat`, `lng`, `addr` (loc); `action` (cmd); `customEvent`, `customExts` (custom).',
      examples: [{ msg: 'the show begins' }],
    }),
    ext: t.Optional(t.Record(t.String(), t.Unknown(), { description: "The app's own attributes." })),
    chatroom_msg_level: t.Optional(
      t.Union([t.Literal('high'), t.Literal('normal'), t.Literal('low')], {
        description: 'Priority; low ones are refused first when a chat room is over its rate.',
      }),
    ),
    users: t.Optional(
      t.Array(t.String(), {
        description: 'At most 20 user ids; nobody else gets it.',
        ...bounds({ maxItems: limits.messageUsers.value }),
      }),
    ),
  },
  { additionalProperties: true },
)

const MessageIds = t.Record(t.String(), t.String(), {
  description: 'Message id by chat room id.',
  examples: [{ '248710559375361': '115823689093121' }],
})

export const messageRoutes = (deps: Deps) =>
  forServer(deps).post(
    '/messages/chatrooms',
    async ({ app, call, body }) =>
      success(call, JSON.stringify(await deps.post(app, body as Parameters<Deps['post']>[1]))),
    {
      body: RoomMessage,
      detail: {
        operationId: 'sendRoomMessage',
        summary: 'Send a message to chat rooms',
        tags: ['Messages'],
        ...replies(enveloped({ data: MessageIds }), [
          unknownRoomId,
          ['illegal_argument', 'body.{field} must be provided', 'the kind of message needs more'],
          ['illegal_argument', 'body.{field} must be a number', 'something else where a number belongs'],
          ['illegal_argument', 'to must hold at least one chat room', '`to` is empty'],
          ['illegal_argument', 'to size is more than max limit : 10', 'more than 10 chat rooms'],
          ['illegal_argument', 'users size is more than max limit : 20', 'more than 20 users'],
          ['illegal_argument', "from can't be empty", '`from` is empty'],
          ['request_entity_too_large', 'Request Entity Too Large', 'the message is over 16 KiB'],
        ]),
      },
    },
  )
