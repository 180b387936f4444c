import type { Key } from '../../store/doctor/check.ts'
import type { DoctorRun } from '../../store/doctor/doctor.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** Mends findings of one check, each if it is still one; returns those of which there is more to do. */
export const mendFindings = write({
  id: 'mendFindings',
  allowed: appOnly,

  async run({ store, emit }, { check, keys }: { check: string; keys: Key[] }): Promise<Key[]> {
    const more: Key[] = []
    for (const key of keys) if ((await store.doctor.mend(check, key)) === 'more') more.push(key)
    // Whatever is cached may show what was wrong.
    emit({ type: 'app.changed' })
    return more
  },
})

/** Stores what a run has found, for the metrics. */
export const recordDoctorRun = write({
  id: 'recordDoctorRun',
  allowed: appOnly,
  run: ({ store }, run: DoctorRun) => store.doctor.setLastRun(run),
})
