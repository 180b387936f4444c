import { Failure } from '../failure.ts'
import type { Row } from './replies.ts'

/** The query of a request, as it was sent. */
export function queryOf({ url }: Request): URLSearchParams {
  const start = url.indexOf('?')
  return start < 0 ? noQuery : new URLSearchParams(url.slice(start + 1))
}

const noQuery = new URLSearchParams()

interface Bounds {
  default: number
  most: number
}

/** `limit` of a cursor list: clamped to the most. Fails with `invalid_parameter` when it is no whole number above 0. */
export function limitOf(query: URLSearchParams, bounds: Bounds): number {
  const text = query.get('limit')
  if (text === null) return bounds.default
  if (!/^\d+$/.test(text) || Number(text) < 1) {
    throw new Failure('invalid_parameter', 'limit must be a whole number of at least 1')
  }
  return Math.min(Number(text), bounds.most)
}

const wholeOr = (text: string | null, otherwise: number): number =>
  text !== null && /^\d{1,9}$/.test(text) && Number(text) >= 1 ? Number(text) : otherwise

/** `pagenum` and `pagesize` of the older lists: what is out of range counts as absent, as live does. */
export function pageOf(query: URLSearchParams, bounds: Bounds): { limit: number; offset: number } {
  const limit = Math.min(wholeOr(query.get('pagesize'), bounds.default), bounds.most)
  return { limit, offset: (wholeOr(query.get('pagenum'), 1) - 1) * limit }
}

/** A parameter of the query in the API description. */
export const inQuery = (name: string, description: string, schema: object) => ({
  name,
  in: 'query' as const,
  description,
  schema: { ...schema },
})

/** `limit` in the API description. */
export const limitParameter = (bounds: Bounds) =>
  inQuery('limit', `How many at most; above ${bounds.most} counts as ${bounds.most}.`, {
    type: 'integer',
    minimum: 1,
    default: bounds.default,
  })

/** `cursor` in the API description. */
export const cursorParameter = inQuery(
  'cursor',
  'The `cursor` of the page before; empty, `null` and `undefined` count as absent.',
  { type: 'string' },
)

/** `pagenum` and `pagesize` in the API description. */
export const pageParameters = (bounds: Bounds) => [
  inQuery('pagenum', 'Number of the page; what is no whole number above 0 counts as 1.', {
    type: 'integer',
    minimum: 1,
    default: 1,
  }),
  inQuery(
    'pagesize',
    `How many a page holds; above ${bounds.most} counts as ${bounds.most}, what is no whole number above 0 as ${bounds.default}.`,
    { type: 'integer', minimum: 1, default: bounds.default },
  ),
]

export const badLimit: Row = [
  'invalid_parameter',
  'limit must be a whole number of at least 1',
  '`limit` is 0, negative or no number',
]

export const badCursor: Row = [
  'invalid_parameter',
  'cursor was not issued by this list',
  '`cursor` is not from this list of this app',
]
