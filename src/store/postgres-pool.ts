import type { SQL } from 'bun'
import { openClients, type PostgresSettings } from './postgres-clients.ts'
import { isLost } from './postgres-errors.ts'
import { unavailable, unknownOutcome } from './unavailable.ts'

export type Rows = Record<string, unknown>[] & SQL.ResultMetadata
export type Ask = (sql: string, params: unknown[]) => Promise<Rows>

/** Connections for reads and for writes apart, so that writes that wait for a lock block no read. */
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
  /** The connections are no good: refuses everything until PostgreSQL responds on new ones. */
  recover(reason: unknown): void
  /** Statements and transactions that are under way, or wait for a connection. */
  busy(): number
  close(): Promise<void>
}

const askOn =
  (sql: SQL): Ask =>
  (text, params) =>
    sql.unsafe<Rows>(text, params)

/** Opens the connections of a process, and counts what is under way on them. */
export function openPool(settings: PostgresSettings): Pool {
  const clients = openClients(settings)
  const { recover, withDeadline } = clients
  let busy = 0

  /** The deadline has passed. A statement that the server should have given up by now shows that it is lost. */
  function late(sent: number): Error {
    const reason = unavailable('no answer within the deadline')
    if (performance.now() - sent >= clients.patienceMs) recover(reason)
    return reason
  }

  async function readOnce(text: string, params: unknown[]): Promise<Rows> {
    const reads = clients.reads()
    const sent = performance.now()
    busy += 1
    try {
      return await withDeadline(askOn(reads)(text, params), () => late(sent))
    } finally {
      busy -= 1
    }
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
      const writes = clients.writes()
      let sent = Number.POSITIVE_INFINITY
      let state: 'open' | 'late' | 'committing' = 'open'
      busy += 1
      const running = writes.begin(async (tx) => {
        const ask: Ask = (text, params) => {
          if (state === 'late') throw unavailable('no answer within the deadline')
          sent = performance.now()
          return askOn(tx)(text, params)
        }
        if (clients.isPooled) await ask(`set local statement_timeout = ${clients.patienceMs}`, [])
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
      } finally {
        busy -= 1
      }
    },

    async patiently(work) {
      const result = await clients.writes().begin(async (tx) => {
        await tx.unsafe('set local statement_timeout = 0')
        await tx.unsafe('set local idle_in_transaction_session_timeout = 0')
        return work(askOn(tx))
      })
      return result as Awaited<ReturnType<typeof work>>
    },

    recover,

    busy: () => busy,

    close: clients.close,
  }
}
