import { Database as Sqlite } from 'bun:sqlite'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Movable } from '../database.ts'
import { type Counted, databaseOn, movable } from '../sqlite.ts'
import { failureOf, isUnfinished, restrictAccess } from '../sqlite-file.ts'
import type { HistoryReads } from './history.ts'
import {
  migrateHistory,
  type SqliteHistoryWrites,
  sqliteHistoryReads,
  sqliteHistoryWrites,
  versionOf,
} from './sqlite-history.ts'

/** The database file of its own that stores messages. */
export const historyFileOf = (dir: string): string => join(dir, 'messages.db')

/** SQLite's memory for pages, in KiB. */
const pageCache = { reader: 4_096, writer: 16_384 }

function open(dir: string, role: 'reader' | 'writer'): { sqlite: Sqlite; db: Counted } {
  const path = historyFileOf(dir)
  if (role === 'writer') for (const end of ['', '-wal', '-shm']) restrictAccess(path + end, end === '')
  const isWriter = role === 'writer'
  const failure = (error: unknown): unknown => failureOf(path, error)
  let sqlite: Sqlite | undefined
  try {
    sqlite = new Sqlite(path, { create: isWriter, readwrite: isWriter, readonly: !isWriter })
    sqlite.run('pragma busy_timeout = 10000')
    if (isWriter) sqlite.run('pragma journal_mode = wal')
    sqlite.run(`pragma cache_size = -${pageCache[role]}`)
    return { sqlite, db: databaseOn(sqlite, failure) }
  } catch (error) {
    sqlite?.close()
    throw failure(error)
  }
}

/** Opens the file for reading; undefined where its first writer has not finished, or died before it had. */
function openFinished(dir: string): ReturnType<typeof open> | undefined {
  let opened: ReturnType<typeof open>
  try {
    opened = open(dir, 'reader')
  } catch (error) {
    if (isUnfinished((error as Error).cause)) return undefined
    throw error
  }
  if (versionOf(opened.sqlite) > 0) return opened
  opened.sqlite.close()
  return undefined
}

/** Opens the file for writing, and makes it where there is none. */
export async function openHistoryWriter(
  dir: string,
): Promise<{ writes: SqliteHistoryWrites; close(): void }> {
  const { sqlite, db } = open(dir, 'writer')
  await migrateHistory(sqlite, db)
  return {
    writes: sqliteHistoryWrites(db),
    close() {
      db.finalize()
      sqlite.close()
    },
  }
}

/** Opens the file, if there is one, to look at all that it holds or to mend it; a server may have it open, too. */
export function openHistoryDatabase(dir: string): Movable | undefined {
  if (!existsSync(historyFileOf(dir))) return undefined
  const { sqlite, db } = open(dir, 'writer')
  if (versionOf(sqlite) === 0) {
    sqlite.close()
    return undefined
  }
  return movable(sqlite, db)
}

/** Reads the file, which is opened when there is one. */
export function openHistoryReader(dir: string): { reads: HistoryReads; close(): void } {
  let opened: (ReturnType<typeof open> & { reads: HistoryReads }) | undefined
  const none: HistoryReads = {
    find: async () => [],
    scan: async () => [],
    scanApp: async () => [],
    removedBy: async () => ({ to: 0, ids: [] }),
    floor: async () => 0,
    count: async () => 0,
  }

  function reads(): HistoryReads {
    if (opened) return opened.reads
    if (!existsSync(historyFileOf(dir))) return none
    const finished = openFinished(dir)
    if (!finished) return none
    opened = { ...finished, reads: sqliteHistoryReads(finished.db) }
    return opened.reads
  }

  return {
    reads: {
      find: async (...given) => reads().find(...given),
      scan: async (...given) => reads().scan(...given),
      scanApp: async (...given) => reads().scanApp(...given),
      removedBy: async (...given) => reads().removedBy(...given),
      floor: async (...given) => reads().floor(...given),
      count: async (...given) => reads().count(...given),
    },
    close() {
      opened?.db.finalize()
      opened?.sqlite.close()
    },
  }
}
