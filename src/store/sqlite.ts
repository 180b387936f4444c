import type { Database as Sqlite, Statement } from 'bun:sqlite'
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Tracer } from '../domain/tracing.ts'
import type { Database, Movable, Param } from './database.ts'
import { checkVersion, migrate, schemaVersion } from './migrate.ts'
import { failureOf, fileOf, noData, openFile, startError, versionOf } from './sqlite-file.ts'
import { roomIds } from './sqlite-room-ids.ts'
import { type ReadStore, storeOn, type WriteStore } from './store.ts'
import { refuseHalfImported } from './tables.ts'
import { traced } from './traced.ts'

/** A database, and how many statements that may write it has run. */
export interface Counted extends Database {
  readonly writes: number
  /** Ends every statement: SQLite does not close a file while one of them exists. */
  finalize(): void
}

/**
 * A statement that SQLite plans once. One whose plan may depend on a parameter it plans anew each time that is bound, and
 * with an `order by` or a `limit` any parameter counts as such: 3 to 10 µs, more than most statements take. Behind a plus
 * sign, which changes no value of any type, it does not.
 */
export const plannedOnce = (sql: string): string => sql.replaceAll(/(?<!\+)\?\d/g, '+$&')

/** Caches prepared statements; returns at once, so `await` on it costs one micro-task. */
export function databaseOn(sqlite: Sqlite, failureOf = (error: unknown): unknown => error): Counted {
  const prepared = new Map<string, { statement: Statement; mayWrite: number }>()
  let writes = 0
  const use = (sql: string): Statement => {
    let known = prepared.get(sql)
    if (!known) {
      known = { statement: sqlite.prepare(plannedOnce(sql)), mayWrite: /^\s*select/.test(sql) ? 0 : 1 }
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
    get<Row>(sql: string, ...params: Param[]) {
      try {
        return (use(sql).get(...params) ?? undefined) as Row | undefined
      } catch (error) {
        throw failureOf(error)
      }
    },
    all<Row>(sql: string, ...params: Param[]) {
      try {
        return use(sql).all(...params) as Row[]
      } catch (error) {
        throw failureOf(error)
      }
    },
    run: (sql, ...params) => use(sql).run(...params).changes,
    finalize() {
      for (const { statement } of prepared.values()) statement.finalize()
    },
  }
}

/** The one connection that writes. */
export interface SqliteWriter {
  store: WriteStore
  /** Runs `work` in a transaction that is durable when the promise resolves; a failure leaves nothing of it. */
  transaction<T>(work: () => Promise<T>): Promise<T>
  /** Inside a transaction: a failure of `work` undoes what it wrote and nothing else. */
  savepoint<T>(work: () => Promise<T>): Promise<T>
  /** Throws, with the reason, when nothing new can be written. */
  probe(): Promise<void>
  /** How many statements that may write were run so far. */
  writes(): number
  close(): void
}

/** Bytes that must fit before a full disk counts as having space again. */
const probeBytes = 65_536

/** A change in place may fit on a full disk; a file shows whether anything new does. */
function writeProbe(path: string): void {
  const file = openSync(path, 'w', 0o600)
  try {
    writeSync(file, Buffer.alloc(probeBytes))
    fsyncSync(file)
  } finally {
    closeSync(file)
    rmSync(path, { force: true })
  }
}

/** Opens the store in `dir`; fails where an import was begun and not finished, unless it is opened for that. */
export async function openSqliteWriter(dir: string, imports = false): Promise<SqliteWriter> {
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
    if (!imports) await refuseHalfImported(db)
  } catch (error) {
    if (sqlite.inTransaction) sqlite.run('rollback')
    sqlite.close()
    throw startError(fileOf(dir), error)
  }

  const ids = roomIds(db)
  const store = storeOn(db, ids.draw)
  const { useId } = store.rooms
  store.rooms.useId = async (app, id) => {
    await useId(app, id)
    ids.use(id)
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
      ids.reserve()
      const result = await work()
      committing = true
      commit.run()
      return result
    } catch (error) {
      ids.forgetReserved()
      if (sqlite.inTransaction) rollback.run()
      throw failureOf(fileOf(dir), error, committing)
    }
  }

  return {
    store,

    transaction,

    async probe() {
      writeProbe(join(dir, 'write-probe'))
      await transaction(async () => {
        sqlite.run('create table write_probe (bytes blob)')
        sqlite.run(`insert into write_probe values (zeroblob(${probeBytes}))`)
        sqlite.run('drop table write_probe')
      })
    },

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
      try {
        sqlite.run('pragma optimize')
      } catch {
        // Statistics of damaged data are missed by nobody: what reads them reports the damage.
      }
      for (const statement of [begin, commit, rollback, savepoint, release, undo]) statement.finalize()
      db.finalize()
      sqlite.close()
    },
  }
}

/** A connection that only reads; it sees every commit that was finished before the call. `failed` gets every error. */
export function openSqliteReader(
  dir: string,
  failed: (error: unknown) => void = () => undefined,
  tracer?: Tracer,
): { store: ReadStore; close(): void } {
  const sqlite = openFile(dir, 'reader')
  const db = databaseOn(sqlite, (error) => {
    failed(error)
    return failureOf(fileOf(dir), error)
  })
  const store = storeOn(traced(db, tracer), () => {
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
  if (role === 'writer') (await openSqliteWriter(dir, true)).close()
  const version = versionOf(dir)
  if (version !== schemaVersion)
    throw new Error(
      version === 0
        ? noData(dir)
        : `the data in ${dir} have schema version ${version}, this chatroomd writes ${schemaVersion}: start it on them once`,
    )
  const sqlite = openFile(dir, role)
  return movable(sqlite, databaseOn(sqlite))
}

/** An open file as a whole. */
export function movable(sqlite: Sqlite, db: Counted): Movable {
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
    transaction: within('begin immediate'),
    snapshot: within('begin'),
    async close() {
      db.finalize()
      sqlite.close()
    },
  }
}
