import { crossesWarning } from '../domain/quota.ts'
import type { Transaction } from './operation.ts'

interface Used {
  quota: string
  limit: number | null
  before: number
  after: number
  /** Whose quota it is, where it is a user's. */
  username?: string
}

/** Warns of a quota of a room or a user where a write brings it to the share at which a warning is due. */
export function warnOf({ emit }: Pick<Transaction, 'emit'>, used: Used, room: string): void {
  const { quota, limit, before, after, username } = used
  if (limit === null || !crossesWarning(limit, before, after)) return
  const whose = username === undefined ? {} : { username }
  emit({ type: 'quota.warning', quota, unit: 'items', limit, used: after, ...whose }, room)
}
