import { failure } from '../domain/failures.ts'
import type { Text } from '../domain/text.ts'

/** A parameter of the query or a header, or one of the path that needs more than its name. */
export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  says: Text
  schema: object
  example?: string | number
}

interface Bounds {
  default: number
  most: number
}

export const badLimit = failure('invalid_parameter', 'limit must be a whole number of at least 1', {
  en: '`limit` is 0, negative or no number',
  zh: '`limit` 为 0、负数或不是数字',
})

/** `limit` of a cursor list: clamped to the most. Fails with `badLimit` when it is no whole number above 0. */
export function limitOf(query: URLSearchParams, bounds: Bounds): number {
  const text = query.get('limit')
  if (text === null) return bounds.default
  if (!/^\d+$/.test(text) || Number(text) < 1) throw badLimit()
  return Math.min(Number(text), bounds.most)
}

const wholeOr = (text: string | null, otherwise: number): number =>
  text !== null && /^\d{1,9}$/.test(text) && Number(text) >= 1 ? Number(text) : otherwise

/** `pagenum` and `pagesize` of the older lists: what is out of range counts as absent, as live does. */
export function pageOf(query: URLSearchParams, bounds: Bounds): { limit: number; offset: number } {
  const limit = Math.min(wholeOr(query.get('pagesize'), bounds.default), bounds.most)
  return { limit, offset: (wholeOr(query.get('pagenum'), 1) - 1) * limit }
}

/** A parameter of the query. */
export const inQuery = (name: string, en: string, zh: string, schema: object): Parameter => ({
  name,
  in: 'query',
  says: { en, zh },
  schema,
})

const wholeNumber = (otherwise: number) => ({ type: 'integer', minimum: 1, default: otherwise })

/** `limit`, as the API description has it. */
export const limitParameter = ({ default: usual, most }: Bounds): Parameter =>
  inQuery(
    'limit',
    `How many at most; above ${most} counts as ${most}.`,
    `最多返回的数量；超过 ${most} 按 ${most} 处理。`,
    wholeNumber(usual),
  )

/** `cursor`, as the API description has it. */
export const cursorParameter: Parameter = inQuery(
  'cursor',
  'The `cursor` of the page before; empty, `null` and `undefined` count as absent.',
  '上一页返回的 `cursor`；空值、`null` 和 `undefined` 视为未传。',
  { type: 'string' },
)

/** `pagenum` and `pagesize`, as the API description has them; some calls spell them otherwise. */
export const pageParameters = (
  { default: usual, most }: Bounds,
  [pagenum, pagesize]: readonly [string, string] = ['pagenum', 'pagesize'],
): Parameter[] => [
  inQuery(
    pagenum,
    'Number of the page; what is no whole number above 0 counts as 1.',
    '页码；不是正整数时按 1 处理。',
    wholeNumber(1),
  ),
  inQuery(
    pagesize,
    `How many a page holds; above ${most} counts as ${most}, what is no whole number above 0 as ${usual}.`,
    `每页数量；超过 ${most} 按 ${most} 处理，不是正整数时按 ${usual} 处理。`,
    wholeNumber(usual),
  ),
]
