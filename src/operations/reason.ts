import { Type as t } from '@sinclair/typebox'
import { limits } from '../domain/limits.ts'
import { inQuery, type Parameter } from './parameters.ts'
import { bounds, says } from './schemas.ts'

const longest = limits.reasonLength.value

/** Why a moderator does something. */
export const Reason = t.String({
  ...says(
    `Why, for the log of events; at most ${longest} characters.`,
    `操作原因，记入事件日志，最多 ${longest} 个字符。`,
  ),
  examples: ['It insults others.'],
  ...bounds({ maxLength: longest }),
})

/** The same of calls whose body has no place for it. */
export const reasonParameter = inQuery(
  'reason',
  `Why, for the log of events; what is beyond ${longest} characters is cut off.`,
  `操作原因，记入事件日志；超出 ${longest} 个字符的部分被截断。`,
  { type: 'string' },
)

/** A reason as it is stored; undefined for none. */
export const cutReason = (reason: string | null | undefined): string | undefined =>
  reason ? reason.slice(0, longest).toWellFormed() : undefined

/** A call that can carry the reason why it is made. */
export const withReason = <Call extends { parameters?: readonly Parameter[] }>(call: Call | undefined) =>
  call && { ...call, parameters: [...(call.parameters ?? []), reasonParameter] }
