import { everythingHeard } from '../cluster/heard-rooms.ts'
import type { AppRecord } from '../domain/app.ts'
import { notMembers, roomDisabled, roomMissing } from '../domain/failures.ts'
import { check } from '../domain/keywords/check.ts'
import type { AppKeywords } from '../domain/keywords/matcher.ts'
import type { MaySpeak, Silence, Speaking } from '../domain/messenger.ts'
import { Meter, normal } from '../domain/meter.ts'
import { ownTally, type Rated } from '../domain/tally.ts'
import { meterOfRoom, meterOfUser, tooMany } from './accept.ts'
import { authoriser } from './authorise.ts'
import { isRefusal, type Refusal } from './encode.ts'
import type { FindOriginal } from './find-original.ts'
import { liveState } from './live.ts'
import { refusedByWords } from './moderate.ts'
import type { Parts } from './parts.ts'
import type { LiveUser } from './session.ts'
import type { LastSpoken } from './slow-mode.ts'

/** What the rules say and what lifts them, by the texts with which clients distinguish them. */
const rules: Record<string, Silence['why']> = {
  'group not found': roomMissing.when,
  'not in group or chatroom': notMembers.when,
  'group is disabled': {
    en: 'the chat room is disabled, not open yet or expired',
    zh: '聊天室已禁用、尚未开放或已到期',
    lift: roomDisabled.when.lift,
  },
  'you were muted in this chat room': {
    en: 'the member is muted in this chat room',
    zh: '成员在该聊天室被禁言',
    lift: { en: 'unmute the member', zh: '解除该成员的禁言', calls: ['unmuteMembers'] },
  },
  'not in group or chatroom white list': {
    en: 'everybody is muted',
    zh: '聊天室已全员禁言',
    lift: {
      en: 'unmute all, or add the member to the allow list or to the admins',
      zh: '解除全员禁言，或将成员加入白名单、设为管理员',
      calls: ['unmuteRoom', 'allowMember', 'addAdmin'],
    },
  },
  'user is mute': {
    en: 'the user is muted in the whole app',
    zh: '用户被全局禁言',
    lift: { en: 'lift the mute of the app', zh: '解除全局禁言', calls: ['muteUser'] },
  },
}
const slowMode = {
  en: 'slow mode: the member has sent a message a short while ago',
  zh: '慢速模式：成员刚发送过消息',
  lift: {
    en: 'the member has to wait, or be an admin or on the allow list; or slow mode be turned off',
    zh: '成员需等待，或成为管理员、加入白名单；或关闭慢速模式',
    calls: ['setSlowMode', 'allowMember', 'addAdmin'],
  },
}

const userRate = {
  en: 'the user sends more messages a second than userMessageRate of the app allows',
  zh: '用户每秒发送的消息数超过应用设置 userMessageRate',
  lift: { en: 'wait, or raise it', zh: '稍后重试或调高该值', settings: ['userMessageRate'] },
}
const roomRate = {
  en: 'the chat room gets more messages a second than roomMessageRate of the app allows',
  zh: '聊天室每秒收到的消息数超过应用设置 roomMessageRate',
  lift: {
    en: 'wait, send it with high priority, or raise it',
    zh: '稍后重试、以高优先级发送或调高该值',
    settings: ['roomMessageRate'],
  },
}
const keywords = {
  en: 'the text holds a word of a keyword list that refuses: see words',
  zh: '文本含有拒绝类词表中的词（见 words）',
  lift: {
    en: 'change the text, or the list',
    zh: '修改文本或词表',
    calls: ['removeKeywords', 'changeKeywordList'],
  },
}

const silence = ({ code, reason }: Refusal, why: Silence['why']): Silence => ({ code, reason, why })

/** What keyword lists say of a text. */
function heldAgainst({ matcher }: AppKeywords, text: string | undefined) {
  const found = matcher && text !== undefined ? check(matcher, text) : undefined
  const words = (found?.hits ?? []).map(({ word, list: { id, action } }) => ({ word, list: id, action }))
  const isRefused = found?.action === 'refuse'
  const replaced = found?.action === 'replace' ? { text: found.text } : {}
  return { words, isRefused, replaced }
}

/** Decides as for a message of a client, and leaves no trace among those who are connected. */
export function speechRules(
  { store, now, live: connected, before, tally }: Pick<Parts, 'store' | 'now' | 'live' | 'before' | 'tally'>,
  find: FindOriginal,
  spoken: LastSpoken,
  keywordsOf: (app: number) => AppKeywords,
): MaySpeak {
  /** Whether rates of this process have room for one more message. */
  function rates({ id, settings }: AppRecord, room: string, username: string) {
    const { userMessageRate, roomMessageRate } = settings
    const at = performance.now()
    const passes = (rate: number | null, meter: Rated | undefined, priority?: typeof normal) =>
      rate === null || meter === undefined || meter.wouldPass(rate, at, priority)
    return {
      user: passes(
        userMessageRate,
        tally.isShared ? meterOfUser(tally, id, username) : connected.user(id, username)?.meter,
      ),
      room: passes(
        roomMessageRate,
        tally.isShared ? meterOfRoom(tally, `${id}/${room}`) : connected.room(id, room)?.meter,
        normal,
      ),
    }
  }

  return async (app, room, username, text) => {
    const live = liveState(
      keywordsOf,
      everythingHeard,
      ownTally(() => performance.now()),
    )
    const user: LiveUser = {
      app: app.id,
      username,
      sessions: [],
      rooms: new Map(),
      keywords: keywordsOf(app.id),
      reading: undefined,
      arriving: undefined,
      movedMs: undefined,
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
    const { words, isRefused, replaced } = heldAgainst(user.keywords, text)
    const has = rates(app, room, username)
    /** The first that refuses, in the order in which a message meets them. */
    const first = (): Silence | undefined => {
      if (!has.user) return silence(tooMany, userRate)
      if (isRefusal(verdict)) return silence(verdict, rules[verdict.reason] ?? slowMode)
      if (!has.room) return silence(tooMany, roomRate)
      return isRefused ? silence(refusedByWords, keywords) : undefined
    }
    const { userMessageRate, roomMessageRate } = app.settings
    const speaking: Speaking = {
      silence: first(),
      words,
      ...replaced,
      limits: {
        slow_mode: (await store.rooms.findRoom(app.id, room.replaceAll('\0', '')))?.slowMode ?? 0,
        user_message_rate: userMessageRate,
        room_message_rate: roomMessageRate,
      },
      asks_callback: before.ruleFor(app.id, room, username, () => 'txt') !== undefined,
    }
    return speaking
  }
}
