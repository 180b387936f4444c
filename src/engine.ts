import type { Config } from './config.ts'
import { openCluster } from './engine-postgres.ts'
import type { Tell } from './events.ts'
import type { Commit } from './run.ts'
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
  /** What waits to be written, and what was committed since the start; of the embedded store alone. */
  load?(): { waiting: number; commits: number; operations: number }
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
    const check = async () => {
      writer.check()
      await reader.store.apps.findApp('', '')
    }
    return {
      kind: 'sqlite',
      store: reader.store,
      commit: writer.commit,
      check,
      load: writer.load,
      async close() {
        // The last connection to close clears up the write-ahead log, and one that reads cannot.
        reader.close()
        await writer.close()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}
