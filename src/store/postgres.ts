import { Failure } from '../domain/failure.ts'
import type { Tracer } from '../domain/tracing.ts'
import type { Awaitable, Database, Movable } from './database.ts'
import type { HistoryStore } from './history/history.ts'
import { postgresHistory } from './history/postgres-history.ts'
import { migratePostgres } from './migrate.ts'
import type { PostgresSettings } from './postgres-clients.ts'
import { damaged, failureOf, isDamage, isLost, isRepeatable, isUnwritable } from './postgres-errors.ts'
import { type Ask, openPool, type Pool, type Rows } from './postgres-pool.ts'
import { coalescedReads } from './postgres-reads.ts'
import { coalescedWrites, drawIds } from './postgres-writes.ts'
import { type ReadStore, storeOn, type WriteStore } from './store.ts'
import { refuseHalfImported } from './tables.ts'
import { traced } from './traced.ts'

/** A PostgreSQL database that is open. */
export interface Postgres {
  /** Reads; sees every transaction that was finished before the call. */
  store: ReadStore
  /**
   * Runs `work` in a transaction that is durable when the promise resolves; a failure leaves nothing of it.
   * Runs it again, a few times, when another transaction was in the way.
   */
  transaction<T>(work: (store: WriteStore) => Promise<T>): Promise<T>
  /**
   * Runs work with many concurrent reads: equal ones are coalesced into one statement. Runs it once: fails
   * with whatever was in the way.
   */
  sharedTransaction<T>(work: (store: WriteStore) => Promise<T>): Promise<T>
  history: HistoryStore
  /** Fails, with the reason, when PostgreSQL does not respond, or takes no writes: while they fail, it tries one. */
  check(): Promise<void>
  /** Statements and transactions that are under way, or wait for a connection. */
  busy(): number
  close(): Promise<void>
}

const int8 = 20
const texts = new Map<string, string>()

/** `?1` as PostgreSQL has it: `$1`. */
function numbered(sql: string): string {
  const known = texts.get(sql)
  if (known !== undefined) return known
  const made = sql.replace(/\?(\d+)/g, '$$$1')
  texts.set(sql, made)
  return made
}

/** Everything that is stored as `bigint` is below 2^53. */
function withNumbers(rows: Rows): Rows {
  for (const { name, type } of rows.columns ?? []) {
    if (type === int8) for (const row of rows) if (row[name] !== null) row[name] = Number(row[name])
  }
  return rows
}

function databaseOn(ask: Ask): Database {
  const rows = async (sql: string, params: unknown[]) => withNumbers(await ask(numbered(sql), params))
  return {
    dialect: 'postgres',
    get: async <Row>(sql: string, ...params: unknown[]) => (await rows(sql, params))[0] as Row | undefined,
    all: async <Row>(sql: string, ...params: unknown[]) => (await rows(sql, params)) as unknown as Row[],
    run: async (sql, ...params) => (await ask(numbered(sql), params)).affectedRows,
  }
}

/** Opens a database without a store: for moving all that it holds. */
export async function openPostgresDatabase(settings: PostgresSettings): Promise<Movable> {
  const pool = openPool(settings)
  await reach(settings, pool, migratePostgres)
  return {
    transaction: (work) => pool.patiently((ask) => work(databaseOn(ask))),
    snapshot: (work) =>
      pool.patiently(async (ask) => {
        await ask('set transaction isolation level repeatable read, read only', [])
        return work(databaseOn(ask))
      }),
    close: pool.close,
  }
}

/** Whether there is a store in a database, which is left as it is. */
export async function hasStore(settings: PostgresSettings): Promise<boolean> {
  const pool = openPool(settings)
  const found = await reach(settings, pool, (db) =>
    db.get(`select 1 as found where to_regclass('schema_version') is not null`),
  )
  await pool.close()
  return found !== undefined
}

/** Does something first in a database, such as to bring the schema up to date. Fails when it cannot be reached. */
async function reach<T>(
  settings: PostgresSettings,
  pool: Pool,
  first: (db: Database) => Awaitable<T>,
): Promise<T> {
  try {
    return await pool.patiently(async (ask) => first(databaseOn(ask)))
  } catch (error) {
    await pool.close()
    if (isDamage(error)) throw damaged(error)
    if (!isLost(error)) throw error
    const { host, pathname } = new URL(settings.url)
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`PostgreSQL at ${host}${pathname} cannot be reached: ${reason}`, { cause: error })
  }
}

const storeOf = (db: Database): WriteStore =>
  storeOn(db, async () => {
    const [id] = await drawIds(db, 1)
    return id as string
  })

/** Rows for which there must be room, some 64 KiB, before a full disk counts as having some again. */
const probeRows = 2000

/** Times that a transaction runs while others are in its way. */
const attempts = 8

/** Opens a database and brings its schema up to date. Fails when it cannot be reached or is newer than this program. */
export async function openPostgres(settings: PostgresSettings, tracer?: Tracer): Promise<Postgres> {
  const databaseOf = (ask: Ask): Database => traced(databaseOn(ask), tracer)
  const pool = openPool(settings)
  /** Why writes fail, if PostgreSQL takes none; until a probe can be written, since small changes may fit where others do not. */
  let trouble: unknown
  let probing: Promise<void> | undefined

  /** The failure of a write. */
  function writeFailure(error: unknown): unknown {
    if (isUnwritable(error)) trouble = error
    return failureOf(error)
  }

  async function read(sql: string, params: unknown[]): Promise<Rows> {
    try {
      return await pool.read(sql, params)
    } catch (error) {
      throw failureOf(error)
    }
  }

  async function transaction<T>(work: (db: Database) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await pool.transaction((ask) => work(databaseOf(ask)))
      } catch (error) {
        // A connection that was lost before the commit left nothing; the next may be good.
        if (isLost(error) && attempt > 1) pool.recover(error)
        if (attempt >= (isRepeatable(error) ? attempts : isLost(error) ? 2 : 1)) throw writeFailure(error)
        if (isRepeatable(error)) await Bun.sleep(Math.random() * 5 * attempt)
      }
    }
  }

  /** Writes something new and removes it again. */
  async function probe(): Promise<void> {
    try {
      await pool.transaction(async (ask) => {
        await ask(`create table write_probe as select generate_series(1, ${probeRows})`, [])
        await ask('drop table write_probe', [])
      })
    } catch (error) {
      const failure = failureOf(error)
      // Anything else, such as a role that may create no tables, does not show whether there is free space.
      if (failure instanceof Failure) throw failure
    } finally {
      probing = undefined
    }
    trouble = undefined
  }

  await reach(settings, pool, migratePostgres)

  const reading = databaseOf(read)
  try {
    await refuseHalfImported(reading)
  } catch (error) {
    await pool.close()
    throw error
  }
  return {
    store: coalescedReads(reading, storeOf(reading)),
    transaction: (work) => transaction((db) => work(storeOf(db))),
    history: postgresHistory(reading, transaction),
    async sharedTransaction(work) {
      try {
        return await pool.transaction((ask) => {
          const db = databaseOf(ask)
          return work(coalescedWrites(db, storeOf(db)))
        })
      } catch (error) {
        throw isRepeatable(error) || isLost(error) ? error : writeFailure(error)
      }
    },
    async check() {
      await read('select 1', [])
      if (trouble === undefined) return
      probing ??= probe()
      await probing
    },
    busy: pool.busy,
    close: pool.close,
  }
}
