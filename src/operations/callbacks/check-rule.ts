import {
  type BeforeTerms,
  type CallbackFilter,
  type CallbackRule,
  callbackEvents,
  failureChoices,
  messageKinds,
  sources,
  stages,
  usualTerms,
} from '../../domain/callbacks/rule.ts'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { foldUsername } from '../../domain/user.ts'

const longestName = limits.callbackName.value
const longestUrl = limits.callbackUrl.value
const longestSecret = limits.callbackSecret.value
const mostEntries = limits.callbackFilter.value

const badCallbackName = failure(
  'illegal_argument',
  `callback name must hold 1 to ${longestName} letters, digits or _`,
  { en: 'the name is empty, too long, or holds something else', zh: '名称为空、过长或含其他字符' },
)

const badCallbackUrl = failure(
  'illegal_argument',
  `url must be http or https, without a password, and at most ${longestUrl} characters`,
  { en: '`url` is none that can be called', zh: '`url` 不是可调用的地址' },
)

const badWhen = failure('illegal_argument', `when must be one of ${stages.join(', ')}`, {
  en: '`when` is another word',
  zh: '`when` 不是可选值之一',
})

const badEvents = failure('illegal_argument', 'events are unknown: {events}', {
  en: '`events` names something else',
  zh: '`events` 含未知事件',
})

const noEvents = failure('illegal_argument', 'events must name what the callback is told of', {
  en: '`events` is empty; for `when: before`, it is not',
  zh: '`events` 为空，或 `when` 为 `before` 时不为空',
})

const badFilter = failure('illegal_argument', `{field} must hold at most ${mostEntries} known entries`, {
  en: 'a filter has too many entries, or an unknown one',
  zh: '过滤条件条目过多或含未知值',
})

const badSecret = failure(
  'illegal_argument',
  `secret must hold 12 to ${longestSecret} printable ASCII characters; after whsec_, base64 of 24 to 64 bytes`,
  { en: '`secret` is too short, too long or malformed', zh: '`secret` 过短、过长或格式错误' },
)

const badTimeout = failure('illegal_argument', `timeout must be 1 to ${limits.beforeTime.value} ms`, {
  en: '`timeout` is out of range',
  zh: '`timeout` 超出范围',
})

const badOnFailure = failure('illegal_argument', `onFailure must be one of ${failureChoices.join(', ')}`, {
  en: '`onFailure` is another word',
  zh: '`onFailure` 不是可选值之一',
})

const notAskedBefore = failure('illegal_argument', 'timeout, onFailure and report are for when: before', {
  en: 'the rule is called afterwards',
  zh: '该规则不是发送前回调',
})

/** Failures of what a rule holds. */
export const ruleFailures = [
  badCallbackName,
  badCallbackUrl,
  badWhen,
  badEvents,
  noEvents,
  badFilter,
  badSecret,
  badTimeout,
  badOnFailure,
  notAskedBefore,
]

/** The fields of a rule in a request. */
export interface GivenRule {
  name?: string
  url?: string
  when?: string
  events?: string[]
  rooms?: string[]
  users?: string[]
  kinds?: string[]
  sources?: string[]
  timeout?: number
  onFailure?: string
  report?: boolean
  enabled?: boolean
}

const known = <T extends string>(all: readonly T[], given: string): T | undefined =>
  all.find((each) => each === given)

function checkUrl(text: string): string {
  const url = text.length <= longestUrl ? URL.parse(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw badCallbackUrl()
  return url.href
}

function entries<T extends string>(field: string, given: string[], all?: readonly T[]): T[] {
  const unknown = all !== undefined && given.some((each) => known(all, each) === undefined)
  if (given.length > mostEntries || unknown || given.some((each) => each === '' || each.length > 64))
    throw badFilter({ field })
  return [...new Set(given)] as T[]
}

function filterOf({ rooms, users, kinds, sources: from }: GivenRule): Partial<CallbackFilter> {
  return {
    ...(rooms === undefined ? {} : { rooms: entries('rooms', rooms) }),
    ...(users === undefined ? {} : { users: entries('users', users.map(foldUsername)) }),
    ...(kinds === undefined ? {} : { kinds: entries('kinds', kinds, messageKinds) }),
    ...(from === undefined ? {} : { sources: entries('sources', from, sources) }),
  }
}

function eventsOf(given: string[]): CallbackRule['events'] {
  const unknown = given.filter((each) => !known(callbackEvents, each))
  if (unknown.length > 0) throw badEvents({ events: unknown.slice(0, 5).join(', ').slice(0, 200) })
  return callbackEvents.filter((each) => given.includes(each))
}

function termsOf({ timeout, onFailure, report }: GivenRule): Partial<BeforeTerms> {
  const choice = onFailure === undefined ? undefined : known(failureChoices, onFailure)
  if (onFailure !== undefined && choice === undefined) throw badOnFailure()
  if (timeout !== undefined && (timeout < 1 || timeout > limits.beforeTime.value)) throw badTimeout()
  return {
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(choice === undefined ? {} : { onFailure: choice }),
    ...(report === undefined ? {} : { report }),
  }
}

/** The terms of a rule with those that are given; undefined for one that is called afterwards. */
export function termsWith(
  when: CallbackRule['when'],
  given: Partial<BeforeTerms>,
  old: BeforeTerms = usualTerms,
): BeforeTerms | undefined {
  if (when === 'before') return { ...old, ...given }
  if (Object.keys(given).length > 0) throw notAskedBefore()
  return undefined
}

/** Checks each field that is given. */
export function checkGiven(given: GivenRule) {
  const { name, url, when, events, enabled } = given
  const stage = when === undefined ? undefined : known(stages, when)
  if (when !== undefined && stage === undefined) throw badWhen()
  return {
    ...(name === undefined ? {} : { name }),
    ...(url === undefined ? {} : { url: checkUrl(url) }),
    ...(stage === undefined ? {} : { when: stage }),
    ...(events === undefined ? {} : { events: eventsOf(events) }),
    ...(enabled === undefined ? {} : { enabled }),
    filter: filterOf(given),
    terms: termsOf(given),
  }
}

export type CheckedRule = ReturnType<typeof checkGiven>

/** Checks what depends on several fields. */
export function checkWhole({ name, when, events }: Pick<CallbackRule, 'name' | 'when' | 'events'>): void {
  const pattern = when === 'before' ? /^[\p{L}\p{N}_]+$/u : /^\w+$/
  if (!pattern.test(name) || [...name].length > longestName) throw badCallbackName()
  if ((when === 'after') !== events.length > 0) throw noEvents()
}

/** Checks a secret that the app brings along. */
export function checkSecret(secret: string): string {
  const isPlain = /^[!-~]{12,}$/.test(secret) && secret.length <= longestSecret
  const encoded = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : undefined
  if (!isPlain) throw badSecret()
  if (encoded === undefined) return secret
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length < 24 || bytes.length > 64 || bytes.toString('base64') !== encoded) throw badSecret()
  return secret
}
