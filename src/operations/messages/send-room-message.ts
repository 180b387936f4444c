import { type Static, Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import { messageFailures, messageTooLarge, tooManyOf } from '../../domain/message-failures.ts'
import type { Posted } from '../../domain/posted-message.ts'
import { idFailures } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { type ActionContext, action } from '../operation.ts'
import { bounds, loosely, says } from '../schemas.ts'
import {
  bodyFields,
  checkIgnored,
  commonFields,
  countMessages,
  historyField,
  idsByRoom,
  roomsField,
  words,
} from './message-fields.ts'

const mostRooms = limits.messageRooms.value
const mostUsers = limits.messageUsers.value

const usersSays = says(
  `At most ${mostUsers} user ids; nobody else gets it.`,
  `最多 ${mostUsers} 个用户 ID；仅这些用户会收到。`,
)

const RoomMessage = loosely({
  to: roomsField(mostRooms, says(`Ids of 1 to ${mostRooms} chat rooms.`, `1 到 ${mostRooms} 个聊天室 ID。`)),
  ...bodyFields,
  ...commonFields,
  ...historyField,
  users: t.Optional(t.Array(t.String(), { ...usersSays, ...bounds({ maxItems: mostUsers }) })),
})

const DirectedMessage = loosely({
  to: roomsField(1, says('Id of one chat room.', '一个聊天室 ID。')),
  ...bodyFields,
  ...commonFields,
  ...historyField,
  users: t.Array(t.String(), {
    minItems: 1,
    ...usersSays,
    examples: [['alice', 'bob']],
    ...bounds({ minItems: 1, maxItems: mostUsers }),
  }),
})

/** Reads a message of the app; fails with `tooManyOf`. */
function postedOf(body: Static<typeof RoomMessage> | Static<typeof DirectedMessage>, most: number): Posted {
  const { to, users = [] } = body
  if (to.length > most) throw tooManyOf({ field: 'to', limit: most })
  if (users.length > mostUsers) throw tooManyOf({ field: 'users', limit: mostUsers })
  checkIgnored(body)
  return { ...(body as Omit<Posted, 'tooLarge'>), tooLarge: messageTooLarge }
}

async function post(context: ActionContext, posted: Posted): Promise<Record<string, string>> {
  await countMessages(context, new Set(posted.to).size)
  return context.services.post(context.app, posted)
}

/** Sends a message of the app's own server to rooms [send]. */
export const sendRoomMessage = action({
  id: 'sendRoomMessage',
  routes: ['POST /messages/chatrooms'],
  tag: 'messages',
  summary: { en: 'Send a message to chat rooms', zh: '发送聊天室消息' },
  allowed: appOnly,
  body: RoomMessage,
  bodyWords: words,
  response: { ownPath: true, data: idsByRoom },
  failures: [...messageFailures, ...idFailures],
  input: ({ body }) => postedOf(body, mostRooms),
  run: post,
})

/** Sends a message of the app's own server to some members of a room [send]. */
export const sendDirectedMessage = action({
  id: 'sendDirectedMessage',
  routes: ['POST /messages/chatrooms/users'],
  tag: 'messages',
  summary: { en: 'Send a message to some members of a chat room', zh: '发送聊天室定向消息' },
  description: {
    en: 'Users who are not in the chat room get nothing.',
    zh: '不在聊天室中的用户不会收到。',
  },
  allowed: appOnly,
  body: DirectedMessage,
  bodyWords: words,
  response: { ownPath: true, data: idsByRoom },
  failures: [...messageFailures, ...idFailures],
  input: ({ body }) => postedOf(body, 1),
  run: post,
})
