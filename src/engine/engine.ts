import type { Config } from '../config.ts'
import { openSqliteReader } from '../store/sqlite.ts'
import { isDamage, lockDataDir } from '../store/sqlite-file.ts'
import type { OnEvents } from './commit.ts'
import type { Engine } from './engine-types.ts'
import { openEmbeddedHistory } from './history-writer.ts'
import { openCluster } from './postgres.ts'
import { openWriter } from './writer.ts'

/**
 * Opens the store that the configuration names. `onEvents` is called with what every write changed; at most `batch`
 * operations share a commit of the embedded store.
 */
export async function openEngine(config: Config, onEvents: OnEvents, batch?: number): Promise<Engine> {
  return config.database_url === ''
    ? openEmbedded(config.data_dir, onEvents, batch)
    : openCluster(config, onEvents)
}

/** The embedded store in `dir`, which only one process can have open. */
async function openEmbedded(dir: string, onEvents: OnEvents, batch?: number): Promise<Engine> {
  const unlock = lockDataDir(dir)
  try {
    const writer = await openWriter(dir, onEvents, batch)
    let damage: unknown
    const reader = openSqliteReader(dir, (error) => {
      if (isDamage(error)) damage = error
    })
    const check = async () => {
      if (damage !== undefined) throw new Error('the store is damaged', { cause: damage })
      await writer.check()
      await reader.store.apps.findApp('', '')
    }
    const history = openEmbeddedHistory(dir)
    return {
      kind: 'sqlite',
      store: reader.store,
      history,
      commit: writer.commit,
      rehearse: writer.rehearse,
      check,
      load: writer.load,
      async close() {
        // The last connection to close clears up the write-ahead log, and one that reads cannot.
        reader.close()
        await history.close()
        await writer.close()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}
