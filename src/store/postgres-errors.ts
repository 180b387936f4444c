import { SQL } from 'bun'
import { unavailable } from './unavailable.ts'

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
  return state !== undefined && (state === '' || /^(08|57P|58|53)/.test(state))
}

/** PostgreSQL is there, but not now: too slow, locked, full, or read-only after a failover. */
const isBusy = (error: unknown): boolean => /^(40|57|55P03|25006)/.test(stateOf(error) ?? '')

/** What a caller is told of an error of PostgreSQL; one that is ours stays as it is, for the log. */
export const failureOf = (error: unknown): unknown =>
  isLost(error) || isBusy(error) ? unavailable(error) : error
