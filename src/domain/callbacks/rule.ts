import { contentKinds } from '../history.ts'

/** Events that a rule can select: of rooms, of messages, and of users who come online and go. */
export const callbackEvents = [
  'chatroom.created',
  'chatroom.updated',
  'chatroom.owner_changed',
  'chatroom.destroyed',
  'chatroom.restored',
  'chatroom.member_joined',
  'chatroom.member_left',
  'chatroom.admin_added',
  'chatroom.admin_removed',
  'chatroom.super_admin_added',
  'chatroom.super_admin_removed',
  'chatroom.member_muted',
  'chatroom.member_unmuted',
  'chatroom.all_muted',
  'chatroom.all_unmuted',
  'chatroom.member_blocked',
  'chatroom.member_unblocked',
  'chatroom.member_allowed',
  'chatroom.member_disallowed',
  'chatroom.announcement_changed',
  'chatroom.attributes_changed',
  'app.quota_warning',
  'message.sent',
  'message.recalled',
  'message.moderated',
  'user.online',
  'user.offline',
] as const

type CallbackEvent = (typeof callbackEvents)[number]

/** Kinds of messages, as the bodies of callbacks name them. */
export const messageKinds = Object.keys(contentKinds)

/** Where something was requested: by the app's server, or by a client. */
export const sources = ['rest', 'client'] as const

type Source = (typeof sources)[number]

/** When a rule is called: after something happened, or before a client's message is delivered. */
export const stages = ['after', 'before'] as const

type Stage = (typeof stages)[number]

/** What a rule is about; an empty list is no filter. */
export interface CallbackFilter {
  rooms: string[]
  /** Senders of messages, operators of events. */
  users: string[]
  kinds: string[]
  sources: Source[]
}

interface CallbackSecret {
  secret: string
  /** Unix ms. */
  created: number
}

/** What becomes of a message where the endpoint fails. */
export const failureChoices = ['deliver', 'stop'] as const

/** The terms of a rule that is called before a message is delivered. */
export interface BeforeTerms {
  timeoutMs: number
  onFailure: (typeof failureChoices)[number]
  /** Whether the sender of a message that is stopped is notified; else it looks delivered to it. */
  report: boolean
}

/** The reference's. */
export const usualTerms: BeforeTerms = { timeoutMs: 200, onFailure: 'deliver', report: false }

/** A rule of an app: which callbacks go where. */
export interface CallbackRule {
  id: string
  name: string
  url: string
  when: Stage
  /** Empty for one that is called before. */
  events: CallbackEvent[]
  filter: CallbackFilter
  /** Of a rule that is called before. */
  before?: BeforeTerms | undefined
  enabled: boolean
  /** The older one first; both sign while there are two. */
  secrets: CallbackSecret[]
  /** Unix ms. */
  created: number
  /** Counts changes. */
  version: number
}

/** What the enabled rules of an app need, as bits that every transaction and message can test. */
const needs = { events: 1, messages: 2, status: 4, before: 8 } as const

const needsMessages = new Set<CallbackEvent>(['message.sent', 'message.recalled'])
const needsStatus = new Set<CallbackEvent>(['user.online', 'user.offline'])

/** Whether an app has a rule that is called before messages are delivered. */
export const needsBefore = ({ callbacks }: { callbacks: number }): boolean => (callbacks & needs.before) !== 0

/** Whether callbacks of an app need messages. */
export const callbacksNeedMessages = ({ callbacks }: { callbacks: number }): boolean =>
  (callbacks & needs.messages) !== 0

/** Whether callbacks of an app need logins and logouts. */
export const callbacksNeedStatus = ({ callbacks }: { callbacks: number }): boolean =>
  (callbacks & needs.status) !== 0

/** The needs of some rules. */
export function needsOf(rules: Pick<CallbackRule, 'when' | 'events' | 'enabled'>[]): number {
  let all = 0
  for (const { when, events, enabled } of rules) {
    if (!enabled) continue
    if (when === 'before') all |= needs.before
    else all |= needs.events
    if (events.some((event) => needsMessages.has(event))) all |= needs.messages
    if (events.some((event) => needsStatus.has(event))) all |= needs.status
  }
  return all
}
