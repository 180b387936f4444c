import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'
import { exactly } from '../schemas.ts'
import { callbackMissing, lockedRule, ruleChanged } from './schemas.ts'

const deliveryMissing = failure('resource_not_found', 'delivery {delivery_id} does not exist!', {
  en: 'the delivery log of the rule has no attempt with this id, or not any more',
  zh: '规则的投递日志中没有该 ID 的记录，或已被清除',
})

const notWhole = failure('forbidden_op', 'delivery {delivery_id} is not stored whole', {
  en: 'what it sent was not stored, or not all of it: `replay` delivers it from its time on',
  zh: '请求体未保留或不完整，请使用 `replay` 从该时间起重新投递',
  lift: {
    en: 'deliver it from its time on by a replay',
    zh: '从其时间点开始重放',
    calls: ['replayCallbacks'],
  },
})

/** Delivers again what one attempt has sent, and nothing else. */
export const resendCallback = write({
  id: 'resendCallback',
  routes: ['POST /callbacks/:callback_id/deliveries/:delivery_id/resend'],
  tag: 'callbacks',
  summary: { en: 'Deliver one callback again', zh: '单独重新投递一次回调' },
  description: {
    en: 'With the same `callId` and `webhook-id`, whether it succeeded or not; it comes after what waits of its chat room.',
    zh: '`callId` 和 `webhook-id` 不变，不论之前是否成功；排在该聊天室等待投递的回调之后。',
  },
  allowed: appOnly,
  response: { ownPath: true, data: exactly({ result: t.Literal('ok') }) },
  failures: [callbackMissing, deliveryMissing, notWhole],
  input: ({ params: { callback_id, delivery_id } }) => ({ id: callback_id, delivery: delivery_id }),

  async run(transaction, { id, delivery }) {
    const { app, store, now } = transaction
    await lockedRule(transaction, id)
    const number = /^\d{1,15}$/.test(delivery) ? Number(delivery) : -1
    const attempt = await store.callbackDelivery.attempt(app.id, id, number)
    if (!attempt) throw deliveryMissing({ delivery_id: delivery })
    if (attempt.sent === '' || attempt.sent.length >= limits.callbackLoggedBody.value)
      throw notWhole({ delivery_id: delivery })
    await store.callbackDelivery.sendAgain(app.id, id, attempt, attempt.at * 1000, now)
    await ruleChanged(transaction, id, 'retried')
    return { result: 'ok' as const }
  },
})
