import type { Config } from '../config.ts'
import type { Tracer } from '../domain/tracing.ts'
import { openSqliteReader } from '../store/sqlite.ts'
import { isDamage, lockDataDir } from '../store/sqlite-file.ts'
import type { OnEvents } from './commit.ts'
import type { Engine } from './engine-types.ts'
import { openEmbeddedHistory } from './history-writer.ts'
import { openCluster } from './postgres.ts'
import { tracedWrites } from './traced-writes.ts'
import { openWriter } from './writer.ts'

interface Options {
  /** Most operations that share a commit of the embedded store. */
  batch?: number | undefined
  tracer?: Tracer | undefined
}

/**
 * Opens the store that the configuration names. `onEvents` is called with what every write changed.
 */
export async function openEngine(
  config: Config,
  onEvents: OnEvents,
  { batch, tracer }: Options = {},
): Promise<Engine> {
  const engine = await (config.database_url === ''
    ? openEmbedded(config.data_dir, onEvents, batch, tracer)
    : openCluster(config, onEvents, tracer))
  return tracedWrites(engine, tracer)
}

/** The embedded store in `dir`, which only one process can have open. */
async function openEmbedded(
  dir: string,
  onEvents: OnEvents,
  batch?: number,
  tracer?: Tracer,
): Promise<Engine> {
  const unlock = lockDataDir(dir)
  try {
    const writer = await openWriter(dir, onEvents, batch)
    let damage: unknown
    const noticed = (error: unknown) => {
      if (isDamage(error)) damage = error
    }
    const reader = openSqliteReader(dir, noticed, tracer)
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
