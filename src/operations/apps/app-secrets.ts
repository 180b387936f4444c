import { type Static, Type as t } from '@sinclair/typebox'
import { type AppRecord, type AppSecret, secretsOf } from '../../domain/app.ts'
import type { SecretChange } from '../../domain/event.ts'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { appOnly } from '../allowed.ts'
import { read, type Transaction, write } from '../operation.ts'
import { bounds, exactly, loosely, says } from '../schemas.ts'
import { newSecret, secretRecord } from './credentials.ts'

const longestSeconds = limits.secretOverlap.value / 1000

const badOverlap = failure(
  'illegal_argument',
  `overlap_seconds must be a whole number from 0 to ${longestSeconds}`,
  {
    en: `\`overlap_seconds\` is negative, has a fraction, or is above ${longestSeconds}`,
    zh: `\`overlap_seconds\` 为负数、小数或超过 ${longestSeconds}`,
  },
)

const twoSecrets = failure(
  'exceed_limit',
  'the app has two secrets; end the previous one first, or rotate without an overlap',
  {
    en: 'the previous secret is still good, and `overlap_seconds` is above 0',
    zh: '上一个密钥仍然有效，且 `overlap_seconds` 大于 0',
    lift: {
      en: 'end the previous secret first, or rotate without an overlap',
      zh: '先停用旧密钥，或轮换时不设重叠期',
      calls: ['endPreviousSecret'],
    },
  },
)

const clientId = t.String({
  ...says('Client id of the app; it stays.', '应用的 Client ID，不会改变。'),
  examples: ['YXA6c2FtcGxlLWNsaWVudC1pZA'],
})

const previousUntil = t.Union([t.Integer(), t.Null()], {
  ...says(
    'Until when the previous secret and its tokens are good, in Unix ms; null without one.',
    '上一个密钥及其 token 的失效时间（Unix 毫秒）；没有时为 null。',
  ),
  examples: [1767312000123],
})

const Shown = exactly({ client_id: clientId, previous_secret_until: previousUntil })

const New = exactly({
  client_id: clientId,
  client_secret: t.String({
    ...says('The new secret, shown this once.', '新密钥，仅显示这一次。'),
    examples: ['YXA6c2FtcGxlLWNsaWVudC1zZWNyZXQ'],
  }),
  previous_secret_until: previousUntil,
})

export type NewSecret = Static<typeof New>

const shown = ({ clientId, previous }: AppRecord) => ({
  client_id: clientId,
  previous_secret_until: previous?.untilMs ?? null,
})

/** Finds the app of a transaction, and locks its secrets. */
async function lockedSecrets({ app, store }: Transaction): Promise<AppRecord> {
  const record = await store.apps.lockSecrets(app.id)
  if (!record) throw new Error(`the app ${app.id} is gone`)
  return record
}

async function changed(
  { app, store, emit }: Transaction,
  secrets: AppSecret & Pick<AppRecord, 'previous'>,
  change: SecretChange,
): Promise<void> {
  await store.apps.changeSecrets(app.id, secrets)
  emit({ type: 'appSecret.changed', change, until: secrets.previous?.untilMs ?? 0 })
  emit({ type: 'app.changed' })
}

const shared = { tag: 'tokens', allowed: appOnly } as const

/** Until when the previous secret of an app is good. */
export const getAppSecrets = read({
  ...shared,
  id: 'getAppSecrets',
  routes: ['GET /secrets'],
  summary: { en: 'Until when the previous secret is good', zh: '查询上一个密钥的失效时间' },
  description: {
    en: 'The secrets themselves are never shown again.',
    zh: '密钥本身不会再次显示。',
  },
  response: { ownPath: true, data: Shown },
  failures: [],
  input: () => ({}),
  run: ({ app, now }) => shown(secretsOf(app, now).length > 1 ? app : { ...app, previous: null }),
})

/** Gives an app a new secret; the old one and its tokens are good for as long as the caller says. */
export const rotateSecret = write({
  ...shared,
  id: 'rotateSecret',
  routes: ['POST /secrets'],
  summary: { en: 'Give the app a new secret', zh: '更换应用密钥' },
  description: {
    en: 'For `overlap_seconds` the secret before it, its tokens and dynamic tokens that are signed with it stay good; tokens that are asked for with it end with it. Without an overlap they end at once, the token of this call too, and so does every session of a client.',
    zh: '在 `overlap_seconds` 期间，原密钥、其签发的 token 以及用其签名的动态 token 继续有效；用原密钥获取的 token 随其一同失效。不设重叠期时全部立即失效，包括本次调用所用的 token 和客户端的全部会话。',
  },
  body: loosely({
    overlap_seconds: t.Optional(
      t.Number({
        ...says(
          'For how long the secret before it stays good; 0 = it ends at once.',
          '原密钥继续有效的时长（秒）；0 表示立即失效。',
        ),
        ...bounds({ minimum: 0, maximum: longestSeconds, default: 0 }),
        examples: [86400],
      }),
    ),
  }),
  response: { ownPath: true, data: New },
  failures: [badOverlap, twoSecrets],
  input: ({ body: { overlap_seconds: seconds = 0 } }) => {
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > longestSeconds) throw badOverlap()
    return { overlapMs: seconds * 1000, secret: newSecret() }
  },

  async run(transaction, { overlapMs, secret }: { overlapMs: number; secret: string }): Promise<NewSecret> {
    const { now } = transaction
    const app = await lockedSecrets(transaction)
    if (overlapMs > 0 && secretsOf(app, now).length > 1) throw twoSecrets()
    const { secretSalt, secretHash, secret: known, tokenKey } = app
    const before = { secretSalt, secretHash, secret: known, tokenKey }
    const previous = overlapMs === 0 ? null : { ...before, untilMs: now + overlapMs }
    await changed(transaction, { ...secretRecord(secret), previous }, 'rotated')
    return {
      client_id: app.clientId,
      client_secret: secret,
      previous_secret_until: previous?.untilMs ?? null,
    }
  },
})

/** Ends the previous secret of an app before its time. */
export const endPreviousSecret = write({
  ...shared,
  id: 'endPreviousSecret',
  routes: ['DELETE /secrets'],
  summary: { en: 'End the previous secret at once', zh: '立即停用上一个密钥' },
  description: {
    en: 'Its tokens end with it, and so do sessions of clients that logged in with one. Without a previous secret, nothing changes.',
    zh: '其签发的 token 以及用这些 token 登录的客户端会话一同失效。没有上一个密钥时不做任何改动。',
  },
  response: { ownPath: true, data: Shown },
  failures: [],
  input: () => ({}),

  async run(transaction) {
    const app = await lockedSecrets(transaction)
    if (app.previous) await changed(transaction, { ...app, previous: null }, 'ended')
    return shown({ ...app, previous: null })
  },
})

/** Removes a previous secret whose time is over, which ends the sessions of its tokens. */
export const removeSecretThatIsOver = write({
  id: 'removeSecretThatIsOver',
  allowed: appOnly,

  async run(transaction, _: object) {
    const app = await lockedSecrets(transaction)
    if (app.previous && app.previous.untilMs <= transaction.now)
      await changed(transaction, { ...app, previous: null }, 'over')
  },
})
