/** What a quota is of. */
type QuotaOf = 'app' | 'user' | 'room'

/** A limit, and how much of it is used; null where there is none, or where nothing is counted. */
export interface Quota {
  of: QuotaOf
  quota: string
  unit: 'items' | 'bytes' | 'perSecond'
  limit: number | null
  used: number | null
  left: number | null
}

/** What a limit leaves; nothing where more is used, as after it was lowered. */
export const quotaOf = (
  of: QuotaOf,
  quota: string,
  limit: number | null,
  used: number | null,
  unit: Quota['unit'] = 'items',
): Quota => ({
  of,
  quota,
  unit,
  limit,
  used,
  left: limit === null || used === null ? null : Math.max(0, limit - used),
})
