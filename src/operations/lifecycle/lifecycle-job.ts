import { appOnly } from '../allowed.ts'
import type { LeaseHolder } from '../lease.ts'
import { write } from '../operation.ts'

/** Takes the job of dissolving rooms, or renews the lease of it; false when another process has it. */
export const holdLifecycleJob = write({
  id: 'holdLifecycleJob',
  allowed: appOnly,

  async run({ store }, { process, leaseMs, alone }: LeaseHolder) {
    const now = await store.clock.steadyMs()
    return store.lifecycles.holdJob(process, now, now + leaseMs, alone)
  },
})

export const releaseLifecycleJob = write({
  id: 'releaseLifecycleJob',
  allowed: appOnly,
  run: ({ store }, { process }: Pick<LeaseHolder, 'process'>) => store.lifecycles.releaseJob(process),
})
