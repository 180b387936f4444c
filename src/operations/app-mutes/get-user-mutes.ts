import { Type as t } from '@sinclair/typebox'
import { appKey } from '../../domain/app.ts'
import { secondsLeft } from '../../domain/mute.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { read } from '../operation.ts'
import { exactly, says } from '../schemas.ts'
import { noSuchUser } from '../users/register-users.ts'
import { secondsMuted, unixtime } from './schemas.ts'

/** For how long a user is muted in the whole app. */
export const getUserMutes = read({
  id: 'getUserMutes',
  routes: ['GET /mutes/:username'],
  tag: 'mutes',
  summary: { en: 'How long a user is muted in the whole app', zh: '查询单个用户的全局禁言剩余时间' },
  allowed: appOnly,
  response: {
    path: '/mutes',
    data: exactly({
      userid: t.String({
        ...says('App key and user id.', 'App Key 与用户 ID。'),
        examples: ['demo#chat_bob'],
      }),
      chat: secondsMuted(-1),
      groupchat: secondsMuted(0),
      chatroom: secondsMuted(3600),
      unixtime,
    }),
  },
  failures: [noSuchUser],
  input: ({ params }) => ({ username: foldUsername(params.username) }),

  async run({ app, store, now }, { username }) {
    if (!(await store.users.findUser(app.id, username))) throw noSuchUser()
    const { chat, groupchat, chatroom } = await store.appMutes.appMutes(app.id, username)
    return {
      userid: `${appKey(app)}_${username}`,
      chat: secondsLeft(chat, now),
      groupchat: secondsLeft(groupchat, now),
      chatroom: secondsLeft(chatroom, now),
      unixtime: Math.floor(now / 1000),
    }
  },
})
