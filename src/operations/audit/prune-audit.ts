import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** Rows that are removed in one transaction: few enough that no write waits for it. */
export const prunedRows = 500

/** Removes what happened before a time (Unix ms), at most 500 rows of it; returns how many. */
export const pruneAudit = write({
  id: 'pruneAudit',
  allowed: appOnly,
  run: ({ app, store }, { beforeMs }: { beforeMs: number }) =>
    store.events.removeEvents(app.id, beforeMs * 1000, prunedRows),
})
