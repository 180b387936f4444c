import { SQLiteError, Database as Sqlite, type Statement } from 'bun:sqlite'
import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Database, Movable, Param } from './database.ts'
import { checkVersion, migrate, schemaVersion } from './migrate.ts'
import { type Store, storeOn } from './store.ts'
import { unavailable, unknownOutcome } from './unavailable.ts'

const fileOf = (dir: string): string => join(dir, 'chatroomd.db')

/** A database, and how many statements that may write it has run. */
interface Counted extends Database {
  readonly writes: number
  /** Ends every statement: SQLite keeps a file open while one of them is there. */
  finalize(): void
}

/** Keeps prepared statements; answers at once, so `await` on it costs one micro-task. */
function databaseOn(sqlite: Sqlite): Counted {
  const prepared = new Map<string, { statement: Statement; mayWrite: number }>()
  let writes = 0
  const use = (sql: string): Statement => {
    let known = prepared.get(sql)
    if (!known) {
      known = { statement: sqlite.prepare(sql), mayWrite: /^\s*select/.test(sql) ? 0 : 1 }
      prepared.set(sql, known)
    }
    writes += known.mayWrite
    return known.statement
  }
  return {
    dialect: 'sqlite',
    get writes() {
      return writes
    },
    get: <Row>(sql: string, ...params: Param[]) => (use(sql).get(...params) ?? undefined) as Row | undefined,
    all: <Row>(sql: string, ...params: Param[]) => use(sql).all(...params) as Row[],
    run: (sql, ...params) => use(sql).run(...params).changes,
    finalize() {
      for (const { statement } of prepared.values()) statement.finalize()
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Takes the data directory for this process. The lock is SQLite's own on an empty file beside the data,
 * so that it ends with the process however that ends. Answers what gives it back.
 */
export function lockDataDir(dir: string): () => void {
  let lock: Sqlite | undefined
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
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

/** SQLite's memory for pages, in KiB: enough to keep the inner pages of a million rooms. */
const pageCache = { reader: 4_096, writer: 32_768 }

/** The keys of tokens are in these files. SQLite gives what it makes beside the database the database's own mode. */
function keepPrivate(dir: string): void {
  for (const end of ['', '-wal', '-shm'])
    if (existsSync(fileOf(dir) + end)) chmodSync(fileOf(dir) + end, 0o600)
}

function openFile(dir: string, role: 'reader' | 'writer'): Sqlite {
  const sqlite = new Sqlite(fileOf(dir), {
    create: role === 'writer',
    readwrite: role === 'writer',
    readonly: role === 'reader',
  })
  if (role === 'writer') keepPrivate(dir)
  sqlite.run('pragma busy_timeout = 10000')
  if (role === 'writer') {
    sqlite.run('pragma journal_mode = wal')
    sqlite.run('pragma synchronous = full')
    // A page that many commits touch is copied into the file once for all of them.
    sqlite.run('pragma wal_autocheckpoint = 4000')
  }
  sqlite.run(`pragma cache_size = -${pageCache[role]}`)
  return sqlite
}

/** The disk or the file is the matter, not the operation: full, read-only, broken, out of reach. */
export const isStorageError = (error: unknown): boolean =>
  error instanceof SQLiteError &&
  /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM|BUSY|LOCKED)/.test(error.code ?? '')

/** Nothing of the commit was kept: the log of writes could not take its last page. A failed fsync leaves that open. */
const keptNothing = (error: unknown): boolean =>
  error instanceof SQLiteError && /^SQLITE_(FULL|IOERR_WRITE|READONLY|BUSY|LOCKED)/.test(error.code ?? '')

/** The version of the data in `dir`; reading it leaves every byte of them as it is. */
function versionOf(dir: string): number {
  if (!existsSync(fileOf(dir))) return 0
  let sqlite: Sqlite | undefined
  try {
    sqlite = new Sqlite(fileOf(dir), { readonly: true })
    using statement = sqlite.prepare('pragma user_version')
    return (statement.get() as { user_version: number }).user_version
  } catch (error) {
    throw new Error(`the file ${fileOf(dir)} cannot be read: ${reasonOf(error)}`, { cause: error })
  } finally {
    sqlite?.close()
  }
}

/** The one connection that writes. */
export interface SqliteWriter {
  store: Store
  /** Runs `work` in a transaction that is durable when the promise resolves; a failure leaves nothing of it. */
  transaction<T>(work: () => Promise<T>): Promise<T>
  /** Inside a transaction: a failure of `work` undoes what it wrote and nothing else. */
  savepoint<T>(work: () => Promise<T>): Promise<T>
  /** Commits a page that says what it said before. Fails when nothing can be written. */
  probe(): Promise<void>
  /** How many statements that may write were run so far. */
  writes(): number
  close(): void
}

/** Whether a room id was chosen, in any app. */
const isUsed = 'select 1 from used_ids where id = ?1'

/** Ids are reserved in blocks, so that a block is stored before any id of it is given. */
const idBlock = 1_000_000

export async function openSqliteWriter(dir: string): Promise<SqliteWriter> {
  const version = versionOf(dir)
  checkVersion(version)
  const sqlite = openFile(dir, 'writer')
  const db = databaseOn(sqlite)
  try {
    if (version !== schemaVersion) {
      sqlite.run('begin immediate')
      await migrate(db, version)
      sqlite.run(`pragma user_version = ${schemaVersion}`)
      sqlite.run('commit')
    }
  } catch (error) {
    if (sqlite.inTransaction) sqlite.run('rollback')
    sqlite.close()
    throw error
  }

  let nextId = 0
  let reservedTo = 0
  const reserveIds = () => {
    const row = db.get<{ next: number }>('update ids set next = next + ?1 returning next', idBlock) as {
      next: number
    }
    return row.next
  }

  const begin = sqlite.prepare('begin immediate')
  const commit = sqlite.prepare('commit')
  const rollback = sqlite.prepare('rollback')
  const savepoint = sqlite.prepare('savepoint op')
  const release = sqlite.prepare('release op')
  const undo = sqlite.prepare('rollback to op')

  async function transaction<T>(work: () => Promise<T>): Promise<T> {
    let committing = false
    try {
      begin.run()
      const reserved = reservedTo - nextId < idBlock / 2 ? reserveIds() : undefined
      if (reserved !== undefined && nextId === 0) nextId = reserved - idBlock
      if (reserved !== undefined) reservedTo = reserved
      const result = await work()
      committing = true
      commit.run()
      return result
    } catch (error) {
      reservedTo = nextId
      if (sqlite.inTransaction) rollback.run()
      if (!isStorageError(error)) throw error
      throw committing && !keptNothing(error) ? unknownOutcome(error) : unavailable(error)
    }
  }

  return {
    store: storeOn(db, () => {
      for (;;) {
        if (nextId >= reservedTo) throw new Error('no room ids are reserved')
        const id = String(nextId++)
        if (!db.get(isUsed, id)) return id
      }
    }),

    transaction,

    probe: () =>
      transaction(async () => {
        await db.run('update ids set next = next')
      }),

    async savepoint(work) {
      savepoint.run()
      try {
        const result = await work()
        release.run()
        return result
      } catch (error) {
        if (sqlite.inTransaction) {
          undo.run()
          release.run()
        }
        throw error
      }
    },

    writes: () => db.writes,

    close: () => {
      sqlite.run('pragma optimize')
      for (const statement of [begin, commit, rollback, savepoint, release, undo]) statement.finalize()
      db.finalize()
      sqlite.close()
    },
  }
}

/** A connection that only reads; it sees every commit that was finished before the call. */
export function openSqliteReader(dir: string): { store: Store; close(): void } {
  const sqlite = openFile(dir, 'reader')
  const db = databaseOn(sqlite)
  const store = storeOn(db, () => {
    throw new Error('a reader gives no ids')
  })
  return {
    store,
    close() {
      db.finalize()
      sqlite.close()
    },
  }
}

/** Opens the file in `dir` without a store, for moving all that it holds; to read it, also while a server has it. */
export async function openSqliteDatabase(dir: string, role: 'reader' | 'writer'): Promise<Movable> {
  if (role === 'writer') (await openSqliteWriter(dir)).close()
  const version = versionOf(dir)
  if (version !== schemaVersion)
    throw new Error(
      version === 0
        ? `there is no data in ${resolve(dir)}: name the data directory of the server with --data-dir or CHATROOMD_DATA_DIR`
        : `the data in ${dir} have schema version ${version}, this chatroomd writes ${schemaVersion}: start it on them once`,
    )
  const sqlite = openFile(dir, role)
  const db = databaseOn(sqlite)
  const within =
    (begin: string) =>
    async <T>(work: (db: Database) => Promise<T>): Promise<T> => {
      sqlite.run(begin)
      try {
        const result = await work(db)
        sqlite.run('commit')
        return result
      } catch (error) {
        if (sqlite.inTransaction) sqlite.run('rollback')
        throw error
      }
    }
  return {
    unit: within('begin immediate'),
    snapshot: within('begin'),
    async close() {
      db.finalize()
      sqlite.close()
    },
  }
}
