import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/**
 * Adds calls to what all nodes have counted of the second by the store's clock; returns that second (Unix s), its
 * calls, and the ms that are left of it.
 */
export const countCalls = write({
  id: 'countCalls',
  allowed: appOnly,
  async run({ app, store, now }, { operation, calls }: { operation: string; calls: number }) {
    const counted = await store.rates.countCalls(app.id, operation, Math.floor(now / 1000), calls)
    return { ...counted, leftMs: 1000 - (now % 1000) }
  },
})
