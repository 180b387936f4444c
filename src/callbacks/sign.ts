import { Webhook } from 'standardwebhooks'
import type { CallbackRule } from '../domain/callbacks/rule.ts'

const hex = (algorithm: 'md5' | 'sha256', text: string): string =>
  new Bun.CryptoHasher(algorithm).update(text).digest('hex')

/** The reference's signature, which is in the body [callback]. */
export const securityOf = (callId: string, secret: string, timestamp: number): string =>
  hex('md5', callId + secret + timestamp)

/** Signs what goes to one rule, in both ways. */
export function signer({ secrets }: Pick<CallbackRule, 'secrets'>) {
  const webhooks = secrets.map(({ secret }) =>
    secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' }),
  )
  // The older one: a new secret is not known to receivers before it was made.
  const secret = secrets[0]?.secret ?? ''

  return {
    /** The body with `security`; `text` is that of an object. */
    body(callId: string, text: string): string {
      const { timestamp } = JSON.parse(text) as { timestamp: number }
      return `${text.slice(0, -1)},"security":"${securityOf(callId, secret, timestamp)}"}`
    },

    /** The headers of Standard Webhooks for one attempt. */
    headers(callId: string, body: string, nowMs: number): Record<string, string> {
      const id = `msg_${hex('sha256', callId).slice(0, 32)}`
      const at = new Date(Math.floor(nowMs / 1000) * 1000)
      return {
        'webhook-id': id,
        'webhook-timestamp': String(at.getTime() / 1000),
        'webhook-signature': webhooks.map((webhook) => webhook.sign(id, at, body)).join(' '),
      }
    },
  }
}
