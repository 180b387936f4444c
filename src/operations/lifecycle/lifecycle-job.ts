import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** Whose lease it is, and for how long; `alone` where no other process can have the store. */
interface Holder {
  process: string
  leaseMs: number
  alone: boolean
}

/** Takes the job of dissolving rooms, or renews the lease of it; false when another process has it. */
export const holdLifecycleJob = write({
  id: 'holdLifecycleJob',
  allowed: appOnly,

  async run({ store }, { process, leaseMs, alone }: Holder) {
    const now = await store.clock.steadyMs()
    return store.lifecycles.holdJob(process, now, now + leaseMs, alone)
  },
})

export const releaseLifecycleJob = write({
  id: 'releaseLifecycleJob',
  allowed: appOnly,
  run: ({ store }, { process }: Pick<Holder, 'process'>) => store.lifecycles.releaseJob(process),
})
