import { Type as t } from '@sinclair/typebox'
import { othersKey } from '../../domain/attributes.ts'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { notInChatroom } from '../allowed.ts'
import type { InRoom, Transaction } from '../operation.ts'
import { bounds, exactly, loosely, says } from '../schemas.ts'

const batch = limits.attributesSet.value

const tooManyKeys = failure('illegal_argument', `exceed allowed batch size ${batch}`, {
  en: `more than ${batch} keys`,
  zh: `超过 ${batch} 个键`,
})

const noKey = failure('illegal_argument', '{field} must hold at least one key', {
  en: 'no key',
  zh: '没有键',
})

export const keyFailures = [tooManyKeys, noKey] as const

/** Fails when a call names more keys than it takes, or none; `field` is where they are. */
export function checkKeys(keys: string[], field: string): void {
  if (keys.length === 0) throw noKey({ field })
  if (keys.length > batch) throw tooManyKeys()
}

/** Fails with `notInChatroom` unless the user is in the room. */
export async function requireInRoom({ app, store, room }: Transaction & InRoom, username: string) {
  if (!(await store.members.findMember(app.id, room.id, username))) throw notInChatroom()
}

export const Keys = loosely({
  keys: t.Array(t.String(), {
    ...says(`At most ${batch} keys.`, `最多 ${batch} 个键。`),
    examples: [['mood']],
    ...bounds({ maxItems: batch }),
  }),
})

/** What became of the keys of a call: those done, and why the others were not. */
export interface KeyOutcome {
  successKeys: string[]
  errorKeys: Record<string, string>
}

export const KeyOutcome = exactly({
  successKeys: t.Array(t.String(), { examples: [['mood']] }),
  errorKeys: t.Record(t.String(), t.String(), {
    ...says('Why keys were left as they are.', '未修改的键及其原因。'),
    examples: [{ seat: othersKey }],
  }),
})
