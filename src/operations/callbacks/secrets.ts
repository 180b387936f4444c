import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'
import { exactly } from '../schemas.ts'
import { callbackMissing, lockedRule, Rule, ruleChanged, Secret, shown } from './schemas.ts'

/** A secret as Standard Webhooks has them. */
export const newCallbackSecret = (): string =>
  `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')}`

const most = limits.callbackSecrets.value

const secretsFull = failure(
  'exceed_limit',
  `a callback has at most ${most} secrets; remove the older one first`,
  {
    en: `there are ${most} secrets already`,
    zh: `已有 ${most} 个密钥`,
    lift: { en: 'remove the older secret first', zh: '先删除较早的密钥', calls: ['removeCallbackSecret'] },
  },
)

const onlySecret = failure('illegal_argument', 'the only secret of a callback cannot be removed', {
  en: 'there is but one secret',
  zh: '只有一个密钥',
})

const shared = { tag: 'callbacks', allowed: appOnly } as const

export const addCallbackSecret = write({
  ...shared,
  id: 'addCallbackSecret',
  routes: ['POST /callbacks/:callback_id/secrets'],
  summary: { en: 'Add a second secret to a callback rule', zh: '为回调规则增加第二个密钥' },
  description: {
    en: 'Both sign in `webhook-signature` until the older one is removed; `security` is made with the older one until then.',
    zh: '移除旧密钥之前，`webhook-signature` 同时含两者的签名，`security` 仍用旧密钥计算。',
  },
  response: { ownPath: true, data: exactly({ secret: Secret }) },
  failures: [callbackMissing, secretsFull],
  input: ({ params }) => ({ id: params.callback_id, secret: newCallbackSecret() }),

  async run(transaction, { id, secret }) {
    const { app, store, now } = transaction
    const rule = await lockedRule(transaction, id)
    if (rule.secrets.length >= most) throw secretsFull()
    const secrets = [...rule.secrets, { secret, created: now }]
    await store.callbacks.changeCallback(app.id, { ...rule, secrets })
    await ruleChanged(transaction, id, 'secretAdded')
    return { secret }
  },
})

export const removeCallbackSecret = write({
  ...shared,
  id: 'removeCallbackSecret',
  routes: ['DELETE /callbacks/:callback_id/secrets'],
  summary: { en: 'Remove the older secret of a callback rule', zh: '移除回调规则的旧密钥' },
  response: { ownPath: true, data: Rule },
  failures: [callbackMissing, onlySecret],
  input: ({ params }) => ({ id: params.callback_id }),

  async run(transaction, { id }) {
    const { app, store } = transaction
    const rule = await lockedRule(transaction, id)
    if (rule.secrets.length < 2) throw onlySecret()
    const changed = { ...rule, secrets: rule.secrets.slice(1) }
    await store.callbacks.changeCallback(app.id, changed)
    await ruleChanged(transaction, id, 'secretRemoved')
    return shown(changed)
  },
})
