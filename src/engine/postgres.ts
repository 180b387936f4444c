import type { Config } from '../config.ts'
import { Failure } from '../domain/failure.ts'
import type { Tracer } from '../domain/tracing.ts'
import type { UsedApp } from '../store/apps.ts'
import { batcher } from '../store/batcher.ts'
import { openPostgres } from '../store/postgres.ts'
import { RunAlone } from '../store/postgres-writes.ts'
import type { WriteStore } from '../store/store.ts'
import { committing, type Done, type OnEvents, type Request, type Waiting } from './commit.ts'
import type { Engine } from './engine-types.ts'
import { increasing, RolledBack, runOperation } from './run.ts'

/** What became of an operation that shared a transaction. */
type SharedOutcome = Done | Failure | RunAlone

/** Most operations that share a transaction. */
const batchLimit = 200

/**
 * A PostgreSQL database, which any number of processes can have open. Operations that may run side by side share a
 * transaction with others that wait; every other one has its own.
 */
export async function openPostgresEngine(
  config: Config,
  onEvents: OnEvents,
  tracer?: Tracer,
): Promise<Engine> {
  const { database_url: url, database_pool: pool, database_timeout: timeoutMs } = config
  const postgres = await openPostgres({ url, pool, timeoutMs }, tracer)

  const ticks = increasing()

  async function settle({ resolve, reject }: Waiting, { result, events }: Done): Promise<void> {
    try {
      await onEvents(events)
      resolve(result)
    } catch (error) {
      reject(error)
    }
  }

  async function alone(waiting: Waiting): Promise<void> {
    try {
      await settle(
        waiting,
        await postgres.transaction((store) => runOperation(store, waiting.request, ticks)),
      )
    } catch (error) {
      if (error instanceof RolledBack) waiting.resolve(error.rehearsed)
      else waiting.reject(error)
    }
  }

  /** Whether it may share a transaction: one that is rolled back, or waits for its like, may not. */
  const sharesTransaction = ({ operation, terms, isRehearsal }: Request): boolean =>
    operation.sharesTransaction && !isRehearsal && !terms?.once

  /** What became of each operation. Anything that no rule has foreseen fails them all. */
  function runSideBySide(store: WriteStore, batch: Waiting[]): Promise<SharedOutcome[]> {
    const apps = new Map<number, Promise<UsedApp | undefined>>()
    const appOf = (id: number) => {
      const app = apps.get(id) ?? store.apps.lockAppShared(id)
      apps.set(id, app)
      return app
    }
    const run = async ({ request }: Waiting): Promise<SharedOutcome> => {
      try {
        return await runOperation(store, request, ticks, appOf)
      } catch (thrown) {
        if (thrown instanceof Failure || thrown instanceof RunAlone) return thrown
        throw thrown
      }
    }
    return Promise.all(batch.map(run))
  }

  async function commitBatch(batch: Waiting[]): Promise<void> {
    const [first] = batch
    if (first && batch.length === 1) return alone(first)
    let outcomes: SharedOutcome[]
    try {
      outcomes = await postgres.sharedTransaction((store) => runSideBySide(store, batch))
    } catch (error) {
      if (error instanceof Failure) for (const { reject } of batch) reject(error)
      else await Promise.all(batch.map(alone))
      return
    }
    await Promise.all(
      batch.map((waiting, index) => {
        const outcome = outcomes[index]
        if (outcome instanceof Failure) return waiting.reject(outcome)
        if (outcome === undefined || outcome instanceof RunAlone) return alone(waiting)
        return settle(waiting, outcome)
      }),
    )
  }

  // A batch that waits for a lock delays the next one by no more than 20 ms.
  const addToBatch = batcher(commitBatch, { limit: batchLimit, patienceMs: 20 })

  const { commit, rehearse } = committing(
    (request) =>
      new Promise((resolve, reject) => {
        const waiting = { request, resolve, reject }
        if (sharesTransaction(request)) addToBatch(waiting)
        else alone(waiting)
      }),
  )

  return {
    kind: 'postgres',
    store: postgres.store,
    history: postgres.history,
    commit,
    rehearse,
    check: postgres.check,
    pool: () => ({ busy: postgres.busy(), size: pool }),
    close: postgres.close,
  }
}
