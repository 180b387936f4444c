import { limits } from '../domain/limits.ts'
import { roomChanged } from '../domain/room.ts'
import type { Text } from '../domain/text.ts'
import type { HttpOperation } from '../operations/operation.ts'
import type { Language } from './shown-schema.ts'
import { takesTerms } from './terms.ts'

interface Term {
  name: string
  in: 'header' | 'query'
  says: Text
  schema: object
}

/** What calls take beside their own parameters, by its name among the components of the description. */
const terms: Record<'IdempotencyKey' | 'IfMatch' | 'DryRun', Term> = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    says: {
      en: 'The call is done once for this key of this caller, however often it is repeated within 24 hours; each repetition gets the same `data`.',
      zh: '24 小时内，同一调用方使用同一个键重复调用时只执行一次，每次得到相同的 `data`。',
    },
    schema: { type: 'string', pattern: '^[!-~]+$', minLength: 1, maxLength: limits.retryKey.value },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    says: {
      en: 'The `ETag` of the details: where the chat room has changed since, the call is refused with 412. Members do not count.',
      zh: '聊天室详情的 `ETag`：此后聊天室有变化时以 412 拒绝。成员变动不计入。',
    },
    schema: { type: 'string' },
  },
  DryRun: {
    name: 'dry_run',
    in: 'query',
    says: {
      en: '`true` changes nothing and returns what the call would: its `data` and its `events`, or its failure.',
      zh: '为 `true` 时不做任何修改，返回该调用将产生的 `data` 与 `events`，或将返回的错误。',
    },
    schema: { type: 'boolean' },
  },
}

/** The components that describe them. */
export const termComponents = (language: Language): Record<string, object> =>
  Object.fromEntries(
    Object.entries(terms).map(([name, { says, ...parameter }]) => [
      name,
      { ...parameter, description: says[language] },
    ]),
  )

/** References to those that a call takes. */
export function termsTaken(operation: HttpOperation): object[] {
  const { call } = operation
  if (!takesTerms(operation)) return []
  const taken: (keyof typeof terms)[] = ['IdempotencyKey', 'DryRun']
  if (call.failures.includes(roomChanged)) taken.push('IfMatch')
  return taken.map((name) => ({ $ref: `#/components/parameters/${name}` }))
}
