import { expect, test } from 'bun:test'
import pino from 'pino'
import { appGone, storeUnavailable } from '../domain/failures.ts'
import { limits } from '../domain/limits.ts'
import { ownTally } from '../domain/tally.ts'
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
  const parts = { commit, log: pino({ level: 'silent' }), counters: counters(), tally: ownTally(() => 0) }
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

test('13.2 what is beyond the ceiling while the store takes nothing is counted, and the rest is stored in its order', async () => {
  const own = counters()
  const stored: string[] = []
  let isOpen = false
  const { promise: whole, resolve } = Promise.withResolvers<void>()
  const commit: Commit = async (_app, _caller, _operation, input) => {
    if (!isOpen) throw storeUnavailable()
    const { events } = input as { events: { operator: string }[] }
    stored.push(...events.map(({ operator }) => operator))
    return undefined as never
  }
  const parts = { commit, log: pino({ level: 'silent' }), counters: own, tally: ownTally(() => 0) }
  const log = activityLog(parts, () => {
    if (stored.length === most) resolve()
  })
  // Each takes 200 bytes.
  const most = Math.ceil(limits.callbackWaiting.value / 200)
  for (let each = 0; each < most + 10; each++)
    log.status({ ...login, user: { ...login.user, username: String(each) } } as Session, 'login')
  expect(own.callbacksLost).toBe(10)
  isOpen = true
  await whole
  await log.stop()
  expect(stored).toEqual(Array.from({ length: most }, (_, each) => String(each)))
})
