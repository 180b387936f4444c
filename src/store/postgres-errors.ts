import { SQL } from 'bun'
import { damagedStore, unavailable } from './unavailable.ts'

const stateOf = (error: unknown): string | undefined =>
  error instanceof SQL.PostgresError ? (error.errno ?? '') : undefined

/**
 * Another transaction was in the way, and none of this one remains: serialization, deadlock, or a key that somebody
 * else has added meanwhile. Once more, the rules see what is there now.
 */
export const isRepeatable = (error: unknown): boolean =>
  ['40001', '40P01', '23505'].includes(stateOf(error) ?? '')

/** The connection is gone, or none can be had: without a state of the server's, or by its class. */
export const isLost = (error: unknown): boolean => {
  const state = stateOf(error)
  return state !== undefined && (state === '' || /^(08|57P|58|533)/.test(state))
}

/** Nothing can be written, though reads succeed: the disk is full, or the server read-only after a failover. */
export const isUnwritable = (error: unknown): boolean => /^(53100|25006)/.test(stateOf(error) ?? '')

/** PostgreSQL is there, but not now: too slow, locked, full, or read-only after a failover. */
const isBusy = (error: unknown): boolean => /^(40|53|57|55P03|25006)/.test(stateOf(error) ?? '')

/** PostgreSQL has found its files damaged. */
export const isDamage = (error: unknown): boolean => /^XX00[12]/.test(stateOf(error) ?? '')

/** The text about damaged files for an operator. */
export const damaged = (error: unknown): Error =>
  new Error(
    `PostgreSQL has found its data damaged (${(error as Error).message}): see its log, and restore a backup of the database`,
    { cause: error },
  )

/** The failure for an error of PostgreSQL; one that is ours stays as it is, for the log. */
export function failureOf(error: unknown): unknown {
  if (isDamage(error)) return damagedStore(damaged(error))
  return isLost(error) || isBusy(error) ? unavailable(error) : error
}
