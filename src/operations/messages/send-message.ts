import { type Static, Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import {
  olderFailures,
  olderTooLarge,
  overSendRate,
  overUserSendRate,
  tooManyOf,
} from '../../domain/message-failures.ts'
import type { Posted, PostedToUsers } from '../../domain/posted-message.ts'
import { idFailures } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { serviceNotOpen } from '../not-served/service-not-open.ts'
import { action } from '../operation.ts'
import { bounds, loosely, says } from '../schemas.ts'
import { commonFields, contentOf, countMessages, Msg, olderWords, sendToUsers } from './message-fields.ts'

const mostRooms = limits.messageRooms.value
const mostUsers = limits.messageReceivers.value

const unknownTarget = failure(
  'illegal_argument',
  "target_type can only be 'users' or 'chatgroups' or 'chatrooms'",
  { en: '`target_type` is missing or another', zh: '`target_type` 缺失或为其他值' },
)

const OlderMessage = loosely({
  target_type: t.String({
    ...says(
      '`chatrooms` or `users`; `chatgroups` are not served.',
      '`chatrooms` 或 `users`；不支持 `chatgroups`。',
    ),
    examples: ['chatrooms'],
  }),
  target: t.Array(t.String(), {
    minItems: 1,
    ...says(
      `Ids of 1 to ${mostRooms} chat rooms, or of 1 to ${mostUsers} users.`,
      `1 到 ${mostRooms} 个聊天室 ID，或 1 到 ${mostUsers} 个用户 ID。`,
    ),
    examples: [['248710559375361']],
    ...bounds({ minItems: 1, maxItems: mostUsers }),
  }),
  msg: Msg,
  ...commonFields,
  sync_device: t.Optional(
    t.Boolean(
      says(
        'To users: whether the devices of the sender get it, too; `false` when left out.',
        '发送给用户时，是否同步到发送者的在线设备；默认为 `false`。',
      ),
    ),
  ),
})

interface Asked {
  toUsers: boolean
  posted: Posted & PostedToUsers
  withIds: boolean
}

/** Reads a message; fails with what is wrong with its targets. */
function askedOf(body: Static<typeof OlderMessage>, query: URLSearchParams): Asked {
  const { target_type, target, msg, ...rest } = body
  if (target_type === 'chatgroups') throw serviceNotOpen()
  const toUsers = target_type === 'users'
  if (target_type !== 'chatrooms' && !toUsers) throw unknownTarget()
  const most = toUsers ? mostUsers : mostRooms
  if (target.length > most) throw tooManyOf({ field: 'target', limit: most })
  const { from, ext, chatroom_msg_level, sync_device } = rest as Omit<Asked['posted'], 'users'>
  return {
    toUsers,
    posted: {
      from,
      ext,
      chatroom_msg_level,
      sync_device,
      ...contentOf(msg),
      to: target,
      tooLarge: olderTooLarge,
    },
    withIds: query.get('useMsgId') === 'true',
  }
}

/** Sends a message in the form of older server SDKs [send]. */
export const sendMessage = action({
  id: 'sendMessage',
  // The Java server SDK names a chat room in the path for what it calls small and large ones, and its targets in the body.
  routes: ['POST /messages', 'POST /chatroom/:chatroom_id/messages'],
  tag: 'messages',
  summary: {
    en: 'Send a message to chat rooms or users; the older form',
    zh: '发送聊天室或单聊消息（旧版接口）',
  },
  allowed: appOnly,
  parameters: [
    {
      name: 'useMsgId',
      in: 'query',
      schema: t.String({ examples: ['true'] }),
      says: {
        en: '`true` returns message ids instead of `success`; anything else counts as left out.',
        zh: '`true` 时返回消息 ID，否则返回 `success`；其他值视为未传。',
      },
    },
  ],
  body: OlderMessage,
  bodyWords: {
    ...olderWords,
    missing: (values) => (values.field === 'target_type' ? unknownTarget() : olderWords.missing(values)),
  },
  response: {
    ownPath: true,
    data: t.Record(t.String(), t.String(), {
      ...says(
        '`success` or, with `useMsgId=true`, the message id, by target.',
        '以目标 ID 为键，值为 `success`；`useMsgId=true` 时为消息 ID。',
      ),
      examples: [{ '248710559375361': 'success' }],
    }),
  },
  failures: [
    unknownTarget,
    serviceNotOpen,
    tooManyOf,
    overSendRate,
    overUserSendRate,
    ...olderFailures,
    ...idFailures,
  ],
  input: ({ body, query }) => askedOf(body, query),

  async run(context, { toUsers, posted, withIds }) {
    const { app, services } = context
    if (!toUsers) await countMessages(context, new Set(posted.to).size)
    const ids = await (toUsers ? sendToUsers(context, posted) : services.post(app, posted))
    return withIds ? ids : Object.fromEntries(Object.keys(ids).map((target) => [target, 'success']))
  },
})
