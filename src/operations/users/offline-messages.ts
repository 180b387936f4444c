import { Type as t } from '@sinclair/typebox'
import { userNotFound } from '../../domain/failures.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { read } from '../operation.ts'
import { requireUser } from './devices.ts'

/** Messages that wait for a user who is offline: there are none, as none are stored. */
export const countOfflineMessages = read({
  id: 'countOfflineMessages',
  routes: ['GET /users/:username/offline_msg_count'],
  tag: 'users',
  summary: { en: 'How many messages wait for a user', zh: '获取用户的离线消息数' },
  description: {
    en: 'Always 0: messages are not stored for users that are offline.',
    zh: '固定为 0：服务端不保存离线消息。',
  },
  allowed: appOnly,
  response: { users: true, data: t.Record(t.String(), t.Literal(0), { examples: [{ alice: 0 }] }) },
  failures: [userNotFound],
  input: ({ params }) => ({ username: foldUsername(params.username) }),

  async run({ app, store }, { username }) {
    await requireUser(app, store, username)
    return { [username]: 0 }
  },
})

/** Whether a message still waits for a user who is offline: none does. */
export const getOfflineMessageStatus = read({
  id: 'getOfflineMessageStatus',
  routes: ['GET /users/:username/offline_msg_status/:message_id'],
  tag: 'users',
  summary: { en: 'Whether a message still waits for a user', zh: '获取某条离线消息的投递状态' },
  description: {
    en: 'Always `delivered`: messages are not stored for users that are offline.',
    zh: '固定为 `delivered`：服务端不保存离线消息。',
  },
  allowed: appOnly,
  response: {
    users: true,
    data: t.Record(t.String(), t.Literal('delivered'), {
      examples: [{ '1450000000000001003': 'delivered' }],
    }),
  },
  failures: [userNotFound],
  input: ({ params }) => ({ username: foldUsername(params.username), id: params.message_id }),

  async run({ app, store }, { username, id }) {
    await requireUser(app, store, username)
    return { [id]: 'delivered' }
  },
})
