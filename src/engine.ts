import type { Config } from './config.ts'
import type { Caller, Tell } from './events.ts'
import type { Args, OperationName } from './operations.ts'
import { type Commit, type Request, runOperation } from './run.ts'
import { openPostgres } from './store/postgres.ts'
import { lockDataDir, openSqliteReader } from './store/sqlite.ts'
import type { Store } from './store/store.ts'
import { openWriter } from './writer.ts'

/** A store that is open: reads, writes, and whether it can do both now. */
export interface Engine {
  kind: 'sqlite' | 'postgres'
  store: Store
  commit: Commit
  /** Fails, with the reason, when the store cannot answer. */
  check(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the store that the configuration names. `tell` hears of what every write changed; at most `batch`
 * operations share a commit of the embedded store.
 */
export async function openEngine(config: Config, tell: Tell, batch?: number): Promise<Engine> {
  return config.database_url === '' ? openEmbedded(config.data_dir, tell, batch) : openCluster(config, tell)
}

/** The embedded store in `dir`, which only one process can have open. */
async function openEmbedded(dir: string, tell: Tell, batch?: number): Promise<Engine> {
  const unlock = lockDataDir(dir)
  try {
    const writer = await openWriter(dir, tell, batch)
    const reader = openSqliteReader(dir)
    return {
      kind: 'sqlite',
      store: reader.store,
      commit: writer.commit,
      async check() {
        writer.check()
        await reader.store.apps.listApps()
      },
      async close() {
        await writer.close()
        reader.close()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

/** A PostgreSQL database, which any number of processes can have open. */
async function openCluster(config: Config, tell: Tell): Promise<Engine> {
  const postgres = await openPostgres({
    url: config.database_url,
    pool: config.database_pool,
    timeout: config.database_timeout,
  })
  return {
    kind: 'postgres',
    store: postgres.store,
    commit: (async (app: number, caller: Caller, name: OperationName, ...args: Args<OperationName>) => {
      const request: Request = { app, caller, name, args }
      const { result, events } = await postgres.transaction((store) => runOperation(store, request))
      await tell(events)
      return result
    }) as Commit,
    check: postgres.check,
    close: postgres.close,
  }
}
