import { SQLiteError, Database as Sqlite } from 'bun:sqlite'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statfsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { damagedStore, unavailable, unknownOutcome } from './unavailable.ts'

/** The file of the embedded store in a data directory. */
export const fileOf = (dir: string): string => join(dir, 'chatroomd.db')

/**
 * Lets only its owner read a file, which holds secrets; creates it where `create` is set. One that exists is not opened: to close
 * it again would end the locks that SQLite holds on it in this process.
 */
export function restrictAccess(path: string, create = true): void {
  if (create && !existsSync(path)) closeSync(openSync(path, 'a', 0o600))
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
  if ((mode & 0o077) === 0) return
  try {
    chmodSync(path, 0o600)
  } catch {
    // The file is somebody else's; the server warns of a directory that others can read.
  }
}

/** What to tell an operator whose data directory has no data. */
export const noData = (dir: string): string =>
  `there is no data in ${resolve(dir)}: name the data directory of the server with --data-dir or CHATROOMD_DATA_DIR`

/** Whether other users of the machine can look into a directory. */
export const isReadByOthers = (dir: string): boolean =>
  ((statSync(dir, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Takes the data directory for this process. The lock is SQLite's own on an empty file beside the data,
 * so that it ends with the process however that ends. Returns what gives it back.
 */
export function lockDataDir(dir: string): () => void {
  let lock: Sqlite | undefined
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    restrictAccess(join(dir, 'chatroomd.lock'))
    lock = new Sqlite(join(dir, 'chatroomd.lock'), { create: true })
    lock.run('pragma journal_mode = memory')
    lock.run('pragma locking_mode = exclusive')
    lock.run('begin exclusive')
  } catch (error) {
    lock?.close()
    if (!(error instanceof SQLiteError && error.code === 'SQLITE_BUSY'))
      throw new Error(`the data directory ${dir} cannot be used: ${reasonOf(error)}`, { cause: error })
    throw new Error(
      `the data directory ${dir} is in use by another chatroomd. Stop that one, or choose another directory with CHATROOMD_DATA_DIR.`,
      { cause: error },
    )
  }
  const taken = lock
  return () => taken.close()
}

/** SQLite's memory for pages, in KiB: enough to cache the inner pages of a million rooms. */
const pageCache = { reader: 4_096, writer: 32_768 }

/** Opens the embedded store in `dir`; a writer makes it where there is none. Fails with what an operator can do. */
export function openFile(dir: string, role: 'reader' | 'writer'): Sqlite {
  // SQLite gives the files beside the database the mode that it has.
  if (role === 'writer') for (const end of ['', '-wal', '-shm']) restrictAccess(fileOf(dir) + end, end === '')
  const sqlite = new Sqlite(fileOf(dir), {
    create: role === 'writer',
    readwrite: role === 'writer',
    readonly: role === 'reader',
  })
  try {
    sqlite.run('pragma busy_timeout = 10000')
    if (role === 'writer') {
      sqlite.run('pragma journal_mode = wal')
      sqlite.run('pragma synchronous = full')
      // A page that many commits touch is copied into the file once for all of them.
      sqlite.run('pragma wal_autocheckpoint = 4000')
    }
    sqlite.run(`pragma cache_size = -${pageCache[role]}`)
  } catch (error) {
    sqlite.close()
    throw startError(fileOf(dir), error)
  }
  return sqlite
}

/** Errors of the disk or the file, not of the operation: full, read-only, broken, out of reach. */
export const isStorageError = (error: unknown): boolean =>
  error instanceof SQLiteError &&
  /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM|BUSY|LOCKED)/.test(error.code ?? '')

/** Whether SQLite has found a file damaged, or to be no database. */
export const isDamage = (error: unknown): boolean =>
  error instanceof SQLiteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code ?? '')

/**
 * The first writer of a file was killed while it made it, and nothing was ever committed: later the file is in WAL mode, which has
 * no journal to roll back. A writer rolls it back; a reader cannot.
 */
export const isUnfinished = (error: unknown): boolean =>
  error instanceof SQLiteError && error.code === 'SQLITE_READONLY_ROLLBACK'

/** SQLite reports an input or output error where the disk has no room for the files that it needs beside the database. */
function hasNoRoom(path: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(path))
  return bavail * bsize < 65_536
}

const noRoom = (path: string, error: unknown): Error =>
  new Error(`the disk on which ${path} is has no room: make some first`, { cause: error })

const unreadable = (dir: string, error: unknown): Error =>
  hasNoRoom(fileOf(dir))
    ? noRoom(fileOf(dir), error)
    : new Error(`the file ${fileOf(dir)} cannot be read: ${reasonOf(error)}`, { cause: error })

const damaged = (path: string, error: unknown): Error =>
  new Error(
    `the file ${path} is damaged or no database (${reasonOf(error)}). Stop the server, move the file and those ending ` +
      'in -wal and -shm away, and put a backup in its place; "sqlite3 FILE .recover" may save what is newer.',
    { cause: error },
  )

/** An error of SQLite while a file is opened, or copied to another, by its cause. */
export function startError(path: string, error: unknown, written = path): unknown {
  if (isDamage(error)) return damaged(path, error)
  return isStorageError(error) && hasNoRoom(written) ? noRoom(written, error) : error
}

/**
 * The failure for an error of SQLite in a file. `isUnknown` means that the COMMIT was sent: unless no byte of it could be
 * written, the change may be there.
 */
export function failureOf(path: string, error: unknown, isUnknown = false): unknown {
  if (isDamage(error)) return damagedStore(damaged(path, error))
  if (!isStorageError(error)) return error
  const isUndone = /^SQLITE_(FULL|IOERR_WRITE|READONLY|BUSY)/.test((error as SQLiteError).code ?? '')
  return isUnknown && !isUndone ? unknownOutcome(error) : unavailable(error)
}

/** The version of the data in `dir`; reading it leaves every byte of them as it is. */
export function versionOf(dir: string): number {
  if (!existsSync(fileOf(dir))) return 0
  let sqlite: Sqlite | undefined
  try {
    sqlite = new Sqlite(fileOf(dir), { readonly: true })
    using statement = sqlite.prepare('pragma user_version')
    return (statement.get() as { user_version: number }).user_version
  } catch (error) {
    if (isUnfinished(error)) return 0
    throw isDamage(error) ? damaged(fileOf(dir), error) : unreadable(dir, error)
  } finally {
    sqlite?.close()
  }
}
