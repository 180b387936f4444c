import type { Config } from '../config.ts'
import type { Tracer } from '../domain/tracing.ts'
import { openSqliteReader } from '../store/sqlite.ts'
import { isDamage, lockDataDir } from '../store/sqlite-file.ts'
import type { OnEvents } from './commit.ts'
import type { Engine, SharedStore } from './engine-types.ts'
import { historyOn, historyWriter } from './history-writer.ts'
import { tracedWrites } from './traced-writes.ts'
import { writerOn } from './writer.ts'
import { startWriter } from './writer-worker.ts'

interface Given {
  /** Called with what other threads have written, in the order of commits. */
  onEventsElsewhere?: OnEvents
  /** Most operations that share a commit of the embedded store. */
  batch?: number | undefined
  /** The store that the first thread has opened, for any other one. */
  shared?: SharedStore | undefined
  tracer?: Tracer | undefined
}

type Heard = Pick<Given, 'batch' | 'tracer'> & { onEvents: OnEvents; onEventsElsewhere: OnEvents }

/** Opens the store that the configuration names. `onEvents` is called with what every write of this thread changed. */
export async function openEngine(
  config: Config,
  onEvents: OnEvents,
  { onEventsElsewhere = () => undefined, shared, tracer, ...more }: Given = {},
): Promise<Engine> {
  const heard = { onEvents, onEventsElsewhere, tracer, ...more }
  const { data_dir, database_url } = config
  if (shared) return tracedWrites(joinEmbedded(data_dir, shared, heard), tracer)
  if (database_url === '') return tracedWrites(await openEmbedded(data_dir, heard), tracer)
  // Loaded where it is used: what is loaded takes memory in each thread.
  const { openPostgresEngine } = await import('./postgres.ts')
  const engine = await openPostgresEngine(config, onEvents, tracer)
  return tracedWrites(engine, tracer)
}

/** The embedded store as one thread has it: what it reads from, and a port to the writer. */
function engineOn(
  dir: string,
  { writer: place, writeHistory }: SharedStore,
  { onEvents, onEventsElsewhere, batch, tracer }: Heard,
) {
  const writer = writerOn(place, onEvents, onEventsElsewhere, batch)
  let damage: unknown
  const noticed = (error: unknown) => {
    if (isDamage(error)) damage = error
  }
  const reader = openSqliteReader(dir, noticed, tracer)
  const history = historyOn(dir, writeHistory)
  const engine = {
    kind: 'sqlite',
    store: reader.store,
    history,
    commit: writer.commit,
    rehearse: writer.rehearse,
    async check() {
      if (damage !== undefined) throw new Error('the store is damaged', { cause: damage })
      await writer.check()
      await reader.store.apps.findApp('', '')
    },
    load: writer.load,
    catchUp: writer.catchUp,
    async close() {
      // The last connection to close clears up the write-ahead log, and one that reads cannot.
      reader.close()
      await history.close()
      await writer.close()
    },
  } satisfies Engine
  return { engine, died: writer.died }
}

/** The embedded store in `dir`, which only one process can have open. */
async function openEmbedded(dir: string, heard: Heard): Promise<Engine> {
  const unlock = lockDataDir(dir)
  try {
    const writer = await startWriter(dir)
    const history = historyWriter(dir)
    const { engine, died } = engineOn(dir, { writer: writer.join(), writeHistory: history.write }, heard)
    writer.onDeath(died)
    return {
      ...engine,
      share: () => ({ writer: writer.join(), writeHistory: history.write }),
      onDeath: writer.onDeath,
      async close() {
        await engine.close()
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

/** The embedded store as another thread has opened it. */
function joinEmbedded(dir: string, shared: SharedStore, heard: Heard): Engine {
  const { engine, died } = engineOn(dir, shared, heard)
  return { ...engine, died }
}
