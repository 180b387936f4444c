import { SQL } from 'bun'
import { isLost } from './postgres-errors.ts'
import { unavailable, unknownOutcome } from './unavailable.ts'

/** How to reach PostgreSQL, and how patient to be with it. */
export interface PostgresSettings {
  /** `postgres://…`; with `?pgbouncer=true` where a pooler in transaction mode stands between. */
  url: string
  /** Most connections of this process. */
  pool: number
  /** Milliseconds after which whatever waits for PostgreSQL is given up. */
  timeout: number
}

export type Rows = Record<string, unknown>[] & SQL.ResultMetadata
export type Ask = (sql: string, params: unknown[]) => Promise<Rows>

/** Connections for reads and for writes apart, so that writes that wait for a lock keep no read waiting. */
export interface Pool {
  /** Sends one statement that only reads. */
  read: Ask
  /**
   * Runs `work` in a transaction, once. Fails with the error of PostgreSQL, or with `service_unavailable` when the
   * deadline has passed, or when the outcome of the commit is unknown.
   */
  transaction<T>(work: (ask: Ask) => Promise<T>): Promise<T>
  /** Runs `work` in a transaction that may take as long as it likes. */
  patiently<T>(work: (ask: Ask) => Promise<T>): Promise<T>
  /** The connections are no good: refuses everything until PostgreSQL answers on new ones. */
  recover(reason: unknown): void
  close(): Promise<void>
}

const askOn =
  (sql: SQL): Ask =>
  (text, params) =>
    sql.unsafe<Rows>(text, params)

/** Milliseconds between two attempts to reach a PostgreSQL that is gone. */
const probeEvery = 100

export function openPool({ url, pool, timeout }: PostgresSettings): Pool {
  const address = new URL(url)
  const pooled = address.searchParams.get('pgbouncer') === 'true'
  address.searchParams.delete('pgbouncer')
  // The server gives a statement up a little before we do, so that its connection stays good.
  const patience = Math.ceil(timeout * 0.8)

  const connect = (max: number): SQL =>
    new SQL(address.href, {
      max,
      connectionTimeout: Math.max(1, Math.ceil(timeout / 1000)),
      // A pooler hands the connection to somebody else after each transaction: nothing may stay on it.
      prepare: !pooled,
      connection: pooled
        ? {}
        : {
            application_name: 'chatroomd',
            statement_timeout: patience,
            idle_in_transaction_session_timeout: timeout,
          },
    })
  const connectAll = () => ({
    reads: connect(Math.max(1, pool >> 1)),
    writes: connect(Math.max(1, pool - (pool >> 1))),
  })
  const discard = (clients: ReturnType<typeof connectAll>) => {
    for (const client of Object.values(clients)) client.close({ timeout: 0 }).catch(() => undefined)
  }

  let clients = connectAll()
  let closed = false
  /** Why nothing can be asked now; while it stands, everything is refused at once. */
  let down: unknown

  /** Gives up after the deadline, with what `late` answers. */
  async function withDeadline<T>(work: PromiseLike<T>, late: () => Error): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(late()), timeout)
    try {
      return await Promise.race([work, promise])
    } finally {
      clearTimeout(timer)
    }
  }

  async function answers(): Promise<boolean> {
    const probe = connect(1)
    try {
      await withDeadline(probe.unsafe('select 1'), () => new Error('no answer'))
      return true
    } catch (error) {
      down = error
      return false
    } finally {
      probe.close({ timeout: 0 }).catch(() => undefined)
    }
  }

  async function recover(reason: unknown): Promise<void> {
    if (down !== undefined || closed) return
    down = reason
    discard(clients)
    while (!closed && !(await answers())) await Bun.sleep(probeEvery)
    if (closed) return
    clients = connectAll()
    down = undefined
  }

  /** The deadline has passed. A statement that the server should have given up by now shows that it is lost. */
  function late(sent: number): Error {
    const reason = unavailable('no answer within the deadline')
    if (performance.now() - sent >= patience) recover(reason)
    return reason
  }

  async function readOnce(text: string, params: unknown[]): Promise<Rows> {
    if (down !== undefined) throw unavailable(down)
    const sent = performance.now()
    return withDeadline(askOn(clients.reads)(text, params), () => late(sent))
  }

  return {
    // Again at once, on another connection, when its own was lost.
    async read(text, params) {
      try {
        return await readOnce(text, params)
      } catch (error) {
        if (!isLost(error)) throw error
      }
      try {
        return await readOnce(text, params)
      } catch (error) {
        if (isLost(error)) recover(error)
        throw error
      }
    },

    async transaction(work) {
      if (down !== undefined) throw unavailable(down)
      let sent = Number.POSITIVE_INFINITY
      let state: 'open' | 'late' | 'committing' = 'open'
      const running = clients.writes.begin(async (tx) => {
        const ask: Ask = (text, params) => {
          if (state === 'late') throw unavailable('no answer within the deadline')
          sent = performance.now()
          return askOn(tx)(text, params)
        }
        if (pooled) await ask(`set local statement_timeout = ${patience}`, [])
        const result = await work(ask)
        if (state === 'late') throw unavailable('no answer within the deadline')
        state = 'committing'
        sent = performance.now()
        return result
      })
      try {
        const result = await withDeadline(running, () => {
          const reason = late(sent)
          if (state === 'committing') return unknownOutcome(reason)
          state = 'late'
          return reason
        })
        return result as Awaited<ReturnType<typeof work>>
      } catch (error) {
        throw (state as string) === 'committing' && isLost(error) ? unknownOutcome(error) : error
      }
    },

    async patiently(work) {
      const result = await clients.writes.begin(async (tx) => {
        await tx.unsafe('set local statement_timeout = 0')
        await tx.unsafe('set local idle_in_transaction_session_timeout = 0')
        return work(askOn(tx))
      })
      return result as Awaited<ReturnType<typeof work>>
    },

    recover,

    async close() {
      closed = true
      await Promise.all(Object.values(clients).map((client) => client.close({ timeout: 5 })))
    },
  }
}
