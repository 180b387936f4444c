import type { Config } from '../config.ts'
import type { Movable } from '../store/database.ts'
import { openPostgresDatabase } from '../store/postgres.ts'
import { openSqliteDatabase } from '../store/sqlite.ts'
import { lockDataDir } from '../store/sqlite-file.ts'
import { checkStoreThere } from './admin.ts'
import { exportTo, importFrom, type Progress } from './move.ts'

/** A bar on a terminal; nothing where nobody looks. */
function bar(): { progress: Progress; end(): void } {
  if (!process.stderr.isTTY) return { progress: () => undefined, end: () => undefined }
  let shown = 0
  return {
    progress(done, all) {
      const now = performance.now()
      if (now - shown < 100 && done < all) return
      shown = now
      const filled = all === 0 ? 40 : Math.round((done / all) * 40)
      const drawn = '█'.repeat(filled) + '░'.repeat(40 - filled)
      process.stderr.write(`\r${drawn} ${done.toLocaleString('en')} / ${all.toLocaleString('en')}`)
    },
    end: () => void process.stderr.write('\n'),
  }
}

const onPostgres = (config: Config): Promise<Movable> =>
  openPostgresDatabase({ url: config.database_url, pool: 2, timeoutMs: config.database_timeout })

async function withBar(store: Movable, work: (progress: Progress) => Promise<number>): Promise<number> {
  const { progress, end } = bar()
  try {
    return await work(progress)
  } finally {
    end()
    await store.close()
  }
}

/** Writes all that the configured store holds to a file; a server may go on serving it. */
export async function exportStore(config: Config, path: string): Promise<number> {
  if (config.database_url !== '') await checkStoreThere(config)
  const store =
    config.database_url === ''
      ? await openSqliteDatabase(config.data_dir, 'reader')
      : await onPostgres(config)
  return withBar(store, (progress) => exportTo(store, path, progress))
}

/** Brings a file of `exportStore` into the configured store, which must be empty and served by nobody. */
export async function importStore(config: Config, path: string): Promise<number> {
  if (config.database_url !== '') {
    const store = await onPostgres(config)
    return withBar(store, (progress) => importFrom(path, store, progress))
  }
  const unlock = lockDataDir(config.data_dir)
  try {
    const store = await openSqliteDatabase(config.data_dir, 'writer')
    return await withBar(store, (progress) => importFrom(path, store, progress))
  } finally {
    unlock()
  }
}
