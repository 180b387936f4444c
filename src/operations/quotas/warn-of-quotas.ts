import type { Quota } from '../../domain/quota.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** Warns of quotas of an app that are nearly used, once each until less of them is. */
export const warnOfQuotas = write({
  id: 'warnOfQuotas',
  allowed: appOnly,

  async run({ app, store, emit }, { nearly, others }: { nearly: Quota[]; others: string[] }) {
    for (const { quota, unit, limit, used } of nearly)
      if (await store.quotas.warn(app.id, quota))
        emit({ type: 'quota.warning', quota, unit, limit: limit ?? 0, used: used ?? 0 })
    for (const quota of others) await store.quotas.endWarning(app.id, quota)
  },
})
