import { theApp } from '../../domain/event.ts'
import { earlierCall, type Once, type Retries } from '../../domain/retry.ts'
import type { Commit } from '../../engine/commit.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** See `Retries.take`. */
const takeKey = write({
  id: 'takeKey',
  allowed: appOnly,

  async run({ app, store, now }, once: Once) {
    const earlier = await earlierCall(store.retries, app.id, once)
    if (earlier) return earlier
    await store.retries.add(app.id, { ...once, output: null, createdMs: now })
    return undefined
  },
})

/** See `Retries.release`. */
const releaseKey = write({
  id: 'releaseKey',
  allowed: appOnly,

  async run({ app, store }, { owner, key, output }: Pick<Once, 'owner' | 'key'> & { output?: string }) {
    if (output === undefined) await store.retries.remove(app.id, owner, key)
    else await store.retries.finish(app.id, owner, key, output)
  },
})

export const retriesOn = (commit: Commit): Retries => ({
  take: (app, once) => commit(app, theApp, takeKey, once),
  release: (app, { owner, key }, output) =>
    commit(app, theApp, releaseKey, { owner, key, ...(output === undefined ? {} : { output }) }),
})

/** Keys that are removed in one transaction: few enough that no write waits for it. */
export const prunedKeys = 1000

/** Removes keys that were first used before a time (Unix ms), at most 1000 of them; returns how many. */
export const pruneKeys = write({
  id: 'pruneKeys',
  allowed: appOnly,
  run: ({ store }, { beforeMs }: { beforeMs: number }) => store.retries.removeBefore(beforeMs, prunedKeys),
})

/** Writes of idempotency keys. */
export const retryOperations = [takeKey, releaseKey, pruneKeys]
