import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { type AppMutes, muteEnd, muteKinds } from '../../domain/mute.ts'
import { foldUsername } from '../../domain/user.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'
import { bounds, exactly, loosely, says } from '../schemas.ts'
import { noSuchUser } from '../users/register-users.ts'

const longest = limits.appMuteTime.value

const badDuration = failure('illegal_argument', '{kind} must be -1, 0 or a number of seconds', {
  en: `a duration below -1, or above ${longest}`,
  zh: `时长小于 -1 或大于 ${longest}`,
})

const duration = (example: number, en: string, zh: string) =>
  t.Optional(
    t.Integer({
      ...says(
        `Seconds for which the user may not send to ${en}; -1 = for ever, 0 = not muted any more.`,
        `禁止发送${zh}的时长，秒；-1 表示永久，0 表示解除禁言。`,
      ),
      examples: [example],
      ...bounds({ minimum: -1, maximum: longest }),
    }),
  )

/** Mutes a user in all conversations of a kind, whatever their rooms allow; a kind that is not named stays as it is. */
export const muteUser = write({
  id: 'muteUser',
  routes: ['POST /mutes'],
  tag: 'mutes',
  summary: { en: 'Mute a user in the whole app', zh: '设置用户全局禁言' },
  description: {
    en: 'In all chat rooms, single chats or groups. The user gets no event; what it sends is refused with `user is mute`.',
    zh: '对全部聊天室、单聊或群组生效。不会通知该用户，其发送的消息以 `user is mute` 拒绝。',
  },
  allowed: appOnly,
  body: loosely({
    username: t.String({ ...says('User id.', '用户 ID。'), examples: ['bob'] }),
    chat: duration(-1, 'single users', '单聊消息'),
    groupchat: duration(0, 'groups', '群组消息'),
    chatroom: duration(3600, 'chat rooms', '聊天室消息'),
  }),
  response: { path: '/mutes', data: exactly({ result: t.Literal('ok') }) },
  failures: [noSuchUser, badDuration],
  input({ body }) {
    const durations = muteKinds.flatMap((kind) => {
      const seconds = body[kind]
      if (seconds === undefined) return []
      if (seconds < -1 || seconds > longest) throw badDuration({ kind })
      return [{ kind, durationMs: seconds === -1 ? -1 : seconds * 1000 }]
    })
    return { username: foldUsername(body.username), durations }
  },

  async run({ app, store, now, emit }, { username, durations }) {
    if (!(await store.users.lockUser(app.id, username))) throw noSuchUser()
    const before = await store.appMutes.appMutes(app.id, username)
    const expires: { -readonly [Kind in keyof AppMutes]?: number } = {}
    for (const { kind, durationMs } of durations) {
      expires[kind] = muteEnd(now, durationMs)
      await store.appMutes.setAppMute(app.id, { username, kind, expiresMs: expires[kind] })
    }
    if (durations.length > 0) emit({ type: 'user.muted', username, expires, before })
    return { result: 'ok' }
  },
})
