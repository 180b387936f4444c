import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { members, moderators } from '../allowed.ts'
import { readRoom, writeRoom } from '../operation.ts'
import { bounds, exactly, says } from '../schemas.ts'

const most = limits.slowMode.value

const badSlowMode = failure('invalid_parameter', `slowMode must be 0 to ${most} seconds`, {
  en: `\`slowMode\` is negative or over ${most}`,
  zh: `\`slowMode\` 为负数或超过 ${most}`,
})

const SlowMode = t.Integer({
  ...says(
    'Seconds between two messages of one member; 0 = off.',
    '同一成员两条消息的最小间隔，秒；0 表示关闭。',
  ),
  examples: [10],
  ...bounds({ minimum: 0, maximum: most }),
})

const shared = { tag: 'mutes', response: { data: exactly({ slowMode: SlowMode }) } } as const

/** Reads how long members wait between two messages. */
export const getSlowMode = readRoom({
  ...shared,
  id: 'getSlowMode',
  routes: ['GET /chatrooms/:chatroom_id/slow_mode'],
  summary: { en: 'Get the slow mode of a chat room', zh: '获取慢速模式' },
  allowed: members,
  failures: [],
  input: ({ params }) => ({ room: params.chatroom_id }),
  run: ({ room: { slowMode } }) => ({ slowMode }),
})

/** Sets how long members wait between two messages. */
export const setSlowMode = writeRoom({
  ...shared,
  id: 'setSlowMode',
  routes: ['PUT /chatrooms/:chatroom_id/slow_mode'],
  summary: { en: 'Set the slow mode of a chat room', zh: '设置慢速模式' },
  description: {
    en: 'Owner, admins, super admins and the allow list do not wait. A client that is too early gets `slow mode: N`, N seconds to wait (type 502 in web SDKs).',
    zh: '所有者、管理员、超级管理员和白名单成员不受限制。过早发送的客户端收到 `slow mode: N`，N 为剩余秒数（Web SDK 错误 502）。',
  },
  allowed: moderators,
  body: exactly({ slowMode: SlowMode }),
  failures: [badSlowMode],
  input: ({ params, body }) => ({ room: params.chatroom_id, slowMode: body.slowMode }),

  async run({ app, store, room, emit }, { slowMode }) {
    if (slowMode < 0 || slowMode > most) throw badSlowMode()
    if (slowMode !== room.slowMode) {
      await store.rooms.changeRoom(app.id, { ...room, slowMode })
      emit({ type: 'room.slowed', slowMode, before: { slowMode: room.slowMode } })
    }
    return { slowMode }
  },
})
