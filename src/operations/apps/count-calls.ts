import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** Adds calls to what all nodes have counted of a second (Unix s); answers the second that counts, and its calls. */
export const countCalls = write({
  id: 'countCalls',
  allowed: appOnly,
  run: ({ app, store }, { operation, second, calls }: { operation: string; second: number; calls: number }) =>
    store.rates.countCalls(app.id, operation, second, calls),
})
