import { Type as t } from '@sinclair/typebox'
import { limits } from '../../domain/limits.ts'
import {
  messageFailures,
  messageTooLarge,
  overSendRate,
  overUserSendRate,
  tooManyOf,
} from '../../domain/message-failures.ts'
import type { PostedToUsers } from '../../domain/posted-message.ts'
import { idFailures } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { action } from '../operation.ts'
import { bounds, loosely, says } from '../schemas.ts'
import { bodyFields, commonFields, sendToUsers, words } from './message-fields.ts'

const mostUsers = limits.messageReceivers.value

const UserMessage = loosely({
  to: t.Array(t.String(), {
    minItems: 1,
    ...says(
      `1 to ${mostUsers} user ids. They are not checked.`,
      `1 到 ${mostUsers} 个用户 ID，不校验是否存在。`,
    ),
    examples: [['bob']],
    ...bounds({ minItems: 1, maxItems: mostUsers }),
  }),
  ...bodyFields,
  from: t.Optional(
    t.String({
      minLength: 1,
      ...says(
        'Sender that clients show; `admin` when absent. It need not be registered.',
        '客户端显示的发送者；不传时为 `admin`，无需已注册。',
      ),
      examples: ['admin'],
    }),
  ),
  ext: commonFields.ext,
  sync_device: t.Optional(
    t.Boolean(
      says(
        'Whether the devices of the sender get it, too; `false` when left out.',
        '是否同步到发送者的在线设备；默认为 `false`。',
      ),
    ),
  ),
  routetype: t.Optional(
    t.String(
      says(
        '`ROUTE_ONLINE` is read and changes nothing: messages are for who is online.',
        '可传 `ROUTE_ONLINE`，不影响结果：消息只发给在线用户。',
      ),
    ),
  ),
})

/** Sends a message of the app's own server to users [single]. */
export const sendUserMessage = action({
  id: 'sendUserMessage',
  routes: ['POST /messages/users'],
  tag: 'messages',
  summary: {
    en: 'Send a message to users who are online; it is not stored for others',
    zh: '向在线用户发送单聊消息；不保存离线消息',
  },
  description: {
    en: 'All devices of a receiver get it, on whatever node. Nothing is stored for a receiver that is offline or not registered: the response has a message id for it all the same. `GET /users/{username}/status` shows who is online.',
    zh: '接收者的全部在线设备（无论连接到哪个节点）都会收到。不为离线或未注册的接收者保存消息，但响应中仍返回其消息 ID。可先用 `GET /users/{username}/status` 查询在线状态。',
  },
  allowed: appOnly,
  body: UserMessage,
  bodyWords: words,
  response: {
    ownPath: true,
    data: t.Record(t.String(), t.String(), {
      ...says('Message id by user id, as given in `to`.', '以 `to` 中的用户 ID 为键的消息 ID。'),
      examples: [{ bob: '115823689093121' }],
    }),
  },
  failures: [...messageFailures.filter((row) => row !== overSendRate), overUserSendRate, ...idFailures],

  input({ body }): PostedToUsers {
    if (body.to.length > mostUsers) throw tooManyOf({ field: 'to', limit: mostUsers })
    return { ...(body as Omit<PostedToUsers, 'tooLarge'>), tooLarge: messageTooLarge }
  },

  run: sendToUsers,
})
