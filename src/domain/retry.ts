import { failure } from './failures.ts'
import { limits } from './limits.ts'

/** Characters of an idempotency key. */
export const isKey = (key: string): boolean => /^[!-~]+$/.test(key) && key.length <= limits.retryKey.value

export const badKey = failure(
  'illegal_argument',
  `Idempotency-Key must have 1 to ${limits.retryKey.value} visible ASCII characters`,
  {
    en: 'the header `Idempotency-Key` is empty, too long or has other characters',
    zh: '请求头 `Idempotency-Key` 为空、过长或含有其他字符',
  },
)

const keyReused = failure(
  'unprocessable_entity',
  'this Idempotency-Key was used for another call; choose a new one',
  {
    en: 'the key came with another path or body within the last 24 hours',
    zh: '24 小时内该 `Idempotency-Key` 已用于路径或请求体不同的调用',
  },
)

const keyInUse = failure(
  'conflict',
  'a call with this Idempotency-Key is under way, or ended without a known outcome; read back what it did',
  {
    en: 'the first call with the key has not ended, or the server died while it ran',
    zh: '使用该 `Idempotency-Key` 的首次调用尚未结束，或执行期间服务中断',
    lift: {
      en: 'read back what the first call did, and use a new key if it has to be done again',
      zh: '先确认首次调用的结果，如需重做请使用新的键',
    },
  },
)

const tooManyKeys = failure(
  'reach_limit',
  `a user may use ${limits.retryKeysOfUser.value} Idempotency-Keys a day; call without one`,
  {
    en: 'the user has used as many keys within 24 hours as are remembered',
    zh: '该用户 24 小时内使用的键已达上限',
    lift: {
      en: 'wait until earlier keys are forgotten, or call without one',
      zh: '等待之前的键过期，或不带键调用',
    },
  },
)

/** Failures of every call that takes an `Idempotency-Key`. */
export const retryFailures = [badKey, keyReused, keyInUse, tooManyKeys] as const

/** Owner of the keys of the app itself. */
export const ofTheApp = 'app'

/** A call that is to be done once. */
export interface Once {
  /** Identifies a caller of an app. */
  owner: string
  key: string
  /** Identifies a call: hash of method, path and body. */
  fingerprint: string
}

/** Keys of calls that are no transaction: they are taken before such a call and released after it. */
export interface Retries {
  /** Returns what the call returned if it was made with this key; fails while nobody knows. */
  take(app: number, once: Once): Promise<{ output: unknown } | undefined>
  /** Stores what the call returned, as JSON; undefined frees the key, since nothing was done. */
  release(app: number, once: Once, output?: string): Promise<void>
}

/** A call that was made with a key. */
export interface Earlier extends Pick<Once, 'fingerprint'> {
  /** What it returned, as JSON; null as long as nobody knows. */
  output: string | null
}

function outputOf({ fingerprint, output }: Earlier, asked: string): unknown {
  if (fingerprint !== asked) throw keyReused()
  if (output === null) throw keyInUse()
  return JSON.parse(output)
}

/** What is known of calls by their keys. */
interface KnownCalls {
  find(app: number, owner: string, key: string): Promise<Earlier | undefined>
  /** How many keys an owner has, counted up to `most`. */
  count(app: number, owner: string, most: number): Promise<number>
}

/**
 * What a call returned when it was made with this key; undefined for a key that is free. Fails for another call, while
 * nobody knows the outcome, and beyond the keys of one user.
 */
export async function earlierCall(
  calls: KnownCalls,
  app: number,
  { owner, key, fingerprint }: Once,
): Promise<{ output: unknown } | undefined> {
  const earlier = await calls.find(app, owner, key)
  if (earlier) return { output: outputOf(earlier, fingerprint) }
  const most = limits.retryKeysOfUser.value
  if (owner !== ofTheApp && (await calls.count(app, owner, most)) >= most) throw tooManyKeys()
  return undefined
}
