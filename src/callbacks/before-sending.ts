import { type AppRecord, appKey } from '../domain/app.ts'
import {
  type BeforeRule,
  type BeforeSending,
  type Decision,
  decisionOnFailure,
  type PendingMessage,
  readDecision,
} from '../domain/callbacks/before.ts'
import { passes } from '../domain/callbacks/callback.ts'
import { limits } from '../domain/limits.ts'
import type { Tally } from '../domain/tally.ts'
import type { ReadStore } from '../store/store.ts'
import type { Post } from './guarded-post.ts'
import { securityOf } from './sign.ts'

/** Outcomes of callbacks: `skipped` were not sent, as too many were under way or the breaker was open. */
type Outcome = 'delivered' | 'replaced' | 'stopped' | 'failed' | 'skipped'

const bodyOf = ({ app, room, sender, id, at, payload }: PendingMessage, { secrets }: BeforeRule): string => {
  const appkey = appKey(app)
  const callId = `${appkey}_${crypto.randomUUID()}`
  const secret = secrets[0]?.secret ?? ''
  return JSON.stringify({
    callId,
    timestamp: at,
    chat_type: 'chatroom',
    group_id: room,
    from: sender,
    to: room,
    msg_id: id,
    payload,
    securityVersion: '1.0.0',
    security: securityOf(callId, secret, at),
    appkey,
  })
}

const outcomeOf = (decision: Decision): Outcome =>
  decision.kind === 'stop' ? 'stopped' : decision.replacement ? 'replaced' : 'delivered'

/** The rules of all apps that are called before messages are delivered, and their outcomes. */
export function beforeSending(store: Pick<ReadStore, 'callbacks'>, post: Post, tally: Tally) {
  let rules = new Map<number, BeforeRule[]>()
  const counts: Record<Outcome, number> = { delivered: 0, replaced: 0, stopped: 0, failed: 0, skipped: 0 }

  async function responseOf(rule: BeforeRule, message: PendingMessage): Promise<Decision | undefined> {
    try {
      const { status, text } = await post(rule.url, bodyOf(message, rule), {
        timeoutMs: rule.before.timeoutMs,
        // Each character takes up to four bytes.
        bytes: 4 * limits.beforeAnswer.value,
      })
      const isRead = status === 200 && text !== undefined && [...text].length <= limits.beforeAnswer.value
      return isRead ? readDecision(text, message.payload, rule.before) : undefined
    } catch {
      return undefined
    }
  }

  async function decide(rule: BeforeRule, message: PendingMessage): Promise<Decision> {
    const breaker = `callback ${rule.id}`
    const failures = tally.counter(`failures of ${breaker}`)
    const underWay = tally.counter(`under way of ${breaker}`)
    const isHalfOpen = failures.add(0) >= limits.beforeFailures.value
    const isFull = underWay.add(1) > (isHalfOpen ? 1 : limits.beforeUnderWay.value)
    if (isFull || tally.isPaused(breaker)) {
      underWay.add(-1)
      counts.skipped += 1
      return decisionOnFailure(rule.before)
    }
    const decision = await responseOf(rule, message)
    underWay.add(-1)
    if (decision) {
      failures.add(-failures.add(0))
      counts[outcomeOf(decision)] += 1
      return decision
    }
    counts.failed += 1
    if (failures.add(1) >= limits.beforeFailures.value) tally.pause(breaker, limits.beforePause.value)
    return decisionOnFailure(rule.before)
  }

  return {
    counts,
    isUsed: (): boolean => rules.size > 0,

    ruleFor: (app, room, sender, kind) =>
      rules
        .get(app)
        ?.find(
          ({ filter }) =>
            passes(filter.rooms, room) &&
            passes(filter.users, sender) &&
            (filter.kinds.length === 0 || filter.kinds.includes(kind())) &&
            passes(filter.sources, 'client'),
        ),

    decide,

    /** Reads the rules of apps that have such, which have changed. */
    async read(apps: Iterable<Pick<AppRecord, 'id'>>): Promise<void> {
      const read = new Map<number, BeforeRule[]>()
      for (const { id } of apps) {
        const all = await store.callbacks.callbackRules(id)
        const own = all.filter((rule): rule is BeforeRule => rule.enabled && rule.when === 'before')
        if (own.length > 0) read.set(id, own)
      }
      rules = read
    },
  } satisfies BeforeSending & Record<string, unknown>
}
