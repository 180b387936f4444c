import { SQL } from 'bun'
import type { Database, Param } from './database.ts'
import { migratePostgres } from './migrate.ts'
import { failureOf, isLost, isRepeatable, unavailable, unknownOutcome } from './postgres-errors.ts'
import { type Store, storeOn } from './store.ts'

/** How to reach PostgreSQL, and how patient to be with it. */
export interface PostgresSettings {
  /** `postgres://…`; with `?pgbouncer=true` where a pooler in transaction mode stands between. */
  url: string
  /** Most connections of this process. */
  pool: number
  /** Milliseconds after which whatever waits for PostgreSQL is given up. */
  timeout: number
}

/** A pool of connections to one database. */
export interface Postgres {
  /** Reads; sees every transaction that was finished before the call. */
  store: Store
  /**
   * Runs `work` in a transaction that is durable when the promise resolves; a failure leaves nothing of it.
   * Runs it again, a few times, when another transaction was in the way.
   */
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>
  /** Fails, with the reason, when PostgreSQL does not answer. */
  check(): Promise<void>
  close(): Promise<void>
}

type Rows = Record<string, unknown>[] & SQL.ResultMetadata
type Ask = (sql: string, params: Param[]) => Promise<Rows>

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

/** Everything that is kept as `bigint` is below 2^53. */
function withNumbers(rows: Rows): Rows {
  for (const { name, type } of rows.columns ?? []) {
    if (type === int8) for (const row of rows) if (row[name] !== null) row[name] = Number(row[name])
  }
  return rows
}

const databaseOn = (ask: Ask): Database => ({
  dialect: 'postgres',
  get: async <Row>(sql: string, ...params: Param[]) =>
    (await ask(numbered(sql), params))[0] as Row | undefined,
  all: async <Row>(sql: string, ...params: Param[]) => (await ask(numbered(sql), params)) as unknown as Row[],
  run: async (sql, ...params) => (await ask(numbered(sql), params)).affectedRows,
})

const askOn =
  (sql: SQL): Ask =>
  async (text, params) =>
    withNumbers(await sql.unsafe<Rows>(text, params))

/** Times that a transaction runs while others are in its way. */
const attempts = 8

/** Opens a pool and brings the schema up to date. Fails when PostgreSQL cannot be reached or is newer than this program. */
export async function openPostgres({ url, pool, timeout }: PostgresSettings): Promise<Postgres> {
  const address = new URL(url)
  const pooled = address.searchParams.get('pgbouncer') === 'true'
  address.searchParams.delete('pgbouncer')
  // The server gives a statement up a little before we do, so that its connection stays good.
  const patience = Math.ceil(timeout * 0.8)

  const connect = (max: number): SQL =>
    new SQL(address.href, {
      max,
      connectionTimeout: Math.max(1, Math.ceil(timeout / 1000)),
      prepare: !pooled,
      // A pooler hands a connection to somebody else after each transaction: nothing may stay set on it.
      connection: pooled ? {} : { application_name: 'chatroomd', statement_timeout: patience },
    })
  const connectBoth = () => ({
    reads: connect(Math.max(1, pool >> 1)),
    writes: connect(Math.max(1, pool - (pool >> 1))),
  })

  let clients = connectBoth()
  let closed = false
  /** Why nothing can be asked now; while it stands, requests are refused at once. */
  let down: unknown

  const discard = ({ reads, writes }: typeof clients) => {
    for (const client of [reads, writes]) client.close({ timeout: 0 }).catch(() => undefined)
  }

  /** Asks again and again until PostgreSQL answers; the pool that it was lost on is thrown away. */
  async function recover(reason: unknown): Promise<void> {
    if (down !== undefined || closed) return
    down = reason
    discard(clients)
    while (!closed) {
      const probe = connect(1)
      try {
        await withDeadline(probe.unsafe('select 1'), () => unavailable())
        break
      } catch (error) {
        down = error
        await Bun.sleep(100)
      } finally {
        probe.close({ timeout: 0 }).catch(() => undefined)
      }
    }
    clients = connectBoth()
    down = undefined
  }

  /** Gives up after the deadline with what `late` answers; whatever never answers shows that the pool is lost. */
  async function withDeadline<T>(work: PromiseLike<T>, late: () => unknown): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(late()), timeout)
    try {
      return await Promise.race([work, promise])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Sends one read; again at once, on another connection, when its own was lost. */
  const read: Ask = async (text, params) => {
    for (let attempt = 1; ; attempt += 1) {
      if (down !== undefined) throw unavailable(down)
      try {
        return await withDeadline(askOn(clients.reads)(text, params), () => {
          const late = unavailable('no answer within the deadline')
          recover(late)
          return late
        })
      } catch (error) {
        if (!isLost(error)) throw failureOf(error)
        if (attempt === 2) {
          recover(error)
          throw unavailable(error)
        }
      }
    }
  }

  async function once<T>(work: (store: Store) => Promise<T>): Promise<T> {
    let late = false
    let committing = false
    const running = clients.writes.begin(async (tx) => {
      const ask = askOn(tx)
      const db = databaseOn((text, params) => {
        if (late) throw unavailable('no answer within the deadline')
        return ask(text, params)
      })
      if (pooled) await tx.unsafe(`set local statement_timeout = ${patience}`)
      const result = await work(storeOn(db, () => newId(db)))
      if (late) throw unavailable('no answer within the deadline')
      committing = true
      return result
    })
    try {
      return (await withDeadline(running, () => {
        late = true
        const failure = committing ? unknownOutcome() : unavailable('no answer within the deadline')
        recover(failure)
        return failure
      })) as T
    } catch (error) {
      if (committing && isLost(error)) throw unknownOutcome(error)
      throw error
    }
  }

  async function transaction<T>(work: (store: Store) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      if (down !== undefined) throw unavailable(down)
      try {
        return await once(work)
      } catch (error) {
        if (isLost(error) && attempt > 1) recover(error)
        const again = isRepeatable(error) ? attempts : isLost(error) ? 2 : 1
        if (attempt >= again) throw failureOf(error)
        if (isRepeatable(error)) await Bun.sleep(Math.random() * 5 * attempt)
      }
    }
  }

  const newId = async (db: Database): Promise<string> => {
    const row = await db.get<{ id: string }>(`select nextval('room_ids')::text as id`)
    if (!row) throw new Error('the sequence room_ids gave no id')
    return row.id
  }

  try {
    await clients.writes.begin((tx) => migratePostgres(databaseOn(askOn(tx))))
  } catch (error) {
    discard(clients)
    throw error
  }

  const reading = databaseOn(read)
  return {
    store: storeOn(reading, () => newId(reading)),
    transaction,
    async check() {
      await read('select 1', [])
    },
    async close() {
      closed = true
      await Promise.all([clients.reads.close({ timeout: 5 }), clients.writes.close({ timeout: 5 })])
    },
  }
}
