import { type Static, Type as t } from '@sinclair/typebox'
import type { Lifecycle, OwnLifecycle } from '../../domain/lifecycle.ts'
import { limits } from '../../domain/limits.ts'
import { bounds, exactly, milliseconds, says } from '../schemas.ts'

const [shortestS, longestS] = [limits.shortestTimeout.value / 1000, limits.longestTimeout.value / 1000]

const delayS = limits.activityDelay.value / 1000

const whole = (en: string, zh: string, example: number, most: number) =>
  t.Integer({ ...says(en, zh), examples: [example], ...bounds({ minimum: 0, maximum: most }) })

const fields = {
  idle_timeout: whole(
    `Seconds without a message, a join or a write after which it is dissolved, from ${shortestS}; 0 = never.`,
    `无消息、无人加入且无变更达到该秒数后解散，最小 ${shortestS}；0 表示不解散。`,
    86400,
    longestS,
  ),
  empty_timeout: whole(
    `Seconds with nobody but its owner in it after which it is dissolved, from ${shortestS}; 0 = never.`,
    `除所有者外无人达到该秒数后解散，最小 ${shortestS}；0 表示不解散。`,
    3600,
    longestS,
  ),
  warn_before: whole(
    'Seconds before its end at which its members are warned; 0 = not at all. Of a timeout, half at most.',
    '解散前提前通知成员的秒数；0 表示不通知；对超时解散，最多提前一半时长。',
    300,
    longestS,
  ),
  opens_at: whole(
    'Unix ms before which nobody joins or speaks; 0 = none.',
    '该时间（Unix 毫秒）之前不能加入和发言；0 表示不限。',
    1798747200000,
    limits.latestInstant.value,
  ),
  expires_at: whole(
    'Unix ms from which on nobody joins or speaks, and at which it is dissolved; 0 = never.',
    '到该时间（Unix 毫秒）后不能加入和发言，并解散；0 表示不解散。',
    1798833600000,
    limits.latestInstant.value,
  ),
  keep: t.Boolean({
    ...says('Whether it is exempt: never dissolved by itself.', '是否豁免：不自动解散。'),
    examples: [false],
  }),
}

type Fields = { [F in keyof typeof fields]: Static<(typeof fields)[F]> }

const names: [keyof Lifecycle, keyof Fields][] = [
  ['idleTimeoutS', 'idle_timeout'],
  ['emptyTimeoutS', 'empty_timeout'],
  ['warnBeforeS', 'warn_before'],
  ['opensMs', 'opens_at'],
  ['expiresMs', 'expires_at'],
  ['keep', 'keep'],
]

/** What is given of a life. */
export function givenLifecycle(given: Partial<Fields>): OwnLifecycle {
  const set = names.flatMap(([field, name]) => (given[name] === undefined ? [] : [[field, given[name]]]))
  return Object.fromEntries(set)
}

/** The wire's form of what holds for a room. */
export const shown = (set: Lifecycle): Fields => ({
  idle_timeout: set.idleTimeoutS,
  empty_timeout: set.emptyTimeoutS,
  warn_before: set.warnBeforeS,
  opens_at: set.opensMs,
  expires_at: set.expiresMs,
  keep: set.keep,
})

/** What a room sets itself, in the wire's form. */
export const ownShown = (own: OwnLifecycle | null): Partial<Fields> =>
  Object.fromEntries(
    names.flatMap(([field, name]) => (own?.[field] === undefined ? [] : [[name, own[field]]])),
  )

/** Fields that a room does not set itself. */
export const inherited = (own: OwnLifecycle | null): (keyof Fields)[] =>
  names.filter(([field]) => own?.[field] === undefined).map(([, name]) => name)

/** The fields in the body of a call that creates a room. */
export const lifecycleFields = {
  idle_timeout: t.Optional(fields.idle_timeout),
  empty_timeout: t.Optional(fields.empty_timeout),
  warn_before: t.Optional(fields.warn_before),
  opens_at: t.Optional(fields.opens_at),
  expires_at: t.Optional(fields.expires_at),
  keep: t.Optional(fields.keep),
}

/** All that a room sets itself. */
export const OwnLifecycleBody = exactly(lifecycleFields)

const Reason = t.Union([t.Literal('idle_timeout'), t.Literal('empty_timeout'), t.Literal('expires_at')], {
  ...says('Why.', '原因。'),
  examples: ['idle_timeout'],
})

/** When and why a room will be dissolved. */
export const ending = {
  dissolves_at: milliseconds('When it will be dissolved, Unix ms.', '预计解散时间，Unix 毫秒时间戳。'),
  reason: Reason,
}

export const LifecycleShown = exactly({
  ...fields,
  from_app: t.Array(t.String(), {
    ...says(
      'Fields that the room does not set itself: they are as the settings of the app say.',
      '聊天室未单独设置、取应用设置的字段。',
    ),
    examples: [['empty_timeout', 'warn_before', 'opens_at', 'keep']],
  }),
  open: t.Boolean({
    ...says(
      'Whether it is open: it is neither too early nor expired.',
      '当前是否开放（未早于开放时间且未到期）。',
    ),
    examples: [true],
  }),
  last_activity: milliseconds(
    `The last message, join or write, Unix ms; it may lag up to ${delayS} seconds.`,
    `最近一次消息、加入或变更的时间，Unix 毫秒；最多滞后 ${delayS} 秒。`,
  ),
  empty_since: t.Optional(
    milliseconds('Since when nobody but its owner is in it.', '除所有者外无人的起始时间。'),
  ),
  dissolves_at: t.Optional(ending.dissolves_at),
  reason: t.Optional(ending.reason),
})
