import { expect, test } from 'bun:test'
import pino from 'pino'
import { appGone, storeUnavailable } from '../domain/failures.ts'
import type { Commit } from '../engine/commit.ts'
import { counters } from '../metrics/counters.ts'
import { activityLog } from './activity-log.ts'
import type { Session } from './session.ts'

const login = {
  user: { username: 'alice', app: 1 },
  resource: 'phone',
  connection: { address: '' },
} as Session

/** Stores one login in a store whose first writes fail with `failures`. */
async function writesOf(failures: Error[]): Promise<number> {
  let writes = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const commit: Commit = async () => {
    writes += 1
    const failure = failures.shift()
    if (failure) throw failure
    return undefined as never
  }
  const parts = { commit, log: pino({ level: 'silent' }), counters: counters() }
  const log = activityLog(parts, () => resolve())
  log.status(login, 'login')
  await promise
  await log.stop()
  return writes
}

test('events for callbacks survive a store that takes nothing for a while, and are dropped with their app', async () => {
  expect(await writesOf([storeUnavailable(), new Error('lost')])).toBe(3)
  expect(await writesOf([appGone()])).toBe(1)
}, 10_000)
