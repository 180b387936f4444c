import { limits } from './limits.ts'

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

/** The share of a limit at which a warning is due. */
const warnedShare = 0.8

/** Whether so much of a quota is used that a warning is due; one of 0 forbids, and is never reached. */
export const isNearlyUsed = ({ limit, used }: Quota): boolean =>
  limit !== null && used !== null && limit > 0 && used >= limit * warnedShare

/** Whether what is added to a quota of a room or a user brings it to the share at which a warning is due. */
export const crossesWarning = (limit: number, before: number, after: number): boolean =>
  limit >= limits.warnedQuota.value && before < limit * warnedShare && after >= limit * warnedShare

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
