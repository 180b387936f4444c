import { everythingHeard } from '../cluster/heard-rooms.ts'
import type { MaySpeak, Silence } from '../domain/messenger.ts'
import { Meter } from '../domain/meter.ts'
import { authoriser } from './authorise.ts'
import { isRefusal } from './encode.ts'
import type { FindOriginal } from './find-original.ts'
import { liveState } from './live.ts'
import type { Parts } from './parts.ts'
import type { LiveUser } from './session.ts'
import type { LastSpoken } from './slow-mode.ts'

/** What the rules say, by the texts with which clients distinguish them. */
const rules: Record<string, Silence['why']> = {
  'group not found': { en: 'there is no such chat room', zh: '聊天室不存在' },
  'not in group or chatroom': {
    en: 'the user is no member: it has to join first',
    zh: '用户不是聊天室成员，需先加入',
  },
  'group is disabled': {
    en: 'the chat room is disabled, not open yet or expired: enable it, or change its lifecycle',
    zh: '聊天室已禁用、尚未开放或已到期：需启用聊天室或修改其生命周期',
  },
  'you were muted in this chat room': {
    en: 'the member is muted in this chat room: unmute it',
    zh: '成员在该聊天室被禁言：需解除禁言',
  },
  'not in group or chatroom white list': {
    en: 'everybody is muted: unmute all, or add the member to the allow list or to the admins',
    zh: '聊天室已全员禁言：需解除全员禁言，或将成员加入白名单、设为管理员',
  },
  'user is mute': {
    en: 'the user is muted in the whole app: lift that',
    zh: '用户被全局禁言：需解除全局禁言',
  },
}
const slowMode = {
  en: 'slow mode: the member has to wait, or be an admin or on the allow list',
  zh: '慢速模式：成员需等待，或成为管理员、加入白名单',
}

/** Decides as for a message of a client, and leaves no trace among those who are connected. */
export function speechRules(
  { store, now }: Pick<Parts, 'store' | 'now'>,
  find: FindOriginal,
  spoken: LastSpoken,
  keywordsOf: (app: number) => LiveUser['keywords'],
): MaySpeak {
  return async (app, room, username) => {
    const live = liveState(keywordsOf, everythingHeard)
    const user: LiveUser = {
      app: app.id,
      username,
      sessions: [],
      rooms: new Map(),
      keywords: keywordsOf(app.id),
      movedMeanwhile: undefined,
      mutes: undefined,
      superAdmin: undefined,
      meter: undefined,
      frames: new Meter(0),
    }
    const session = { app, user, connection: { stage: 'open' as const } }
    const verdict = await authoriser(
      { store, live, now },
      find,
      spoken,
    )({ session, room, recalls: undefined, slowMode: 0 })
    if (!isRefusal(verdict)) return undefined
    return { code: verdict.code, reason: verdict.reason, why: rules[verdict.reason] ?? slowMode }
  }
}
