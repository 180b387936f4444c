import { readConfig } from '../../src/config.ts'
import type { OnEvents } from '../../src/engine/commit.ts'
import { openEngine } from '../../src/engine/engine.ts'
import type { Engine } from '../../src/engine/engine-types.ts'
import { aDatabase } from './database.ts'
import { aDirectory } from './process.ts'

/** An engine without a server, on an empty store of its own. */
export interface TestEngine {
  engine: Engine
  dir: string
  /** Empty where the store is embedded. */
  databaseUrl: string
  close(): Promise<void>
}

/** Opens an engine on PostgreSQL where TEST_DATABASE_URL names a server, else on the embedded store. */
export async function anEngine(onEvents: OnEvents = () => undefined): Promise<TestEngine> {
  const { dir, remove } = aDirectory()
  const database = await aDatabase()
  const databaseUrl = database?.url ?? ''
  const engine = await openEngine(readConfig({ data_dir: dir, database_url: databaseUrl }, {}, ''), onEvents)
  return {
    engine,
    dir,
    databaseUrl,
    async close() {
      await engine.close()
      await database?.remove()
      remove()
    },
  }
}
