import { SQL } from 'bun'
import { unavailable } from './unavailable.ts'

/** How to reach PostgreSQL, and how patient to be with it. */
export interface PostgresSettings {
  /** `postgres://…`; with `?pgbouncer=true` where a pooler in transaction mode stands between. */
  url: string
  /** Most connections of this process. */
  pool: number
  /** After which whatever waits for PostgreSQL is given up. */
  timeoutMs: number
}

/** Between two attempts to reach a PostgreSQL that is gone. */
const probeMs = 100

/** The connections of a process, for reads and for writes apart, made anew when PostgreSQL was gone. */
export interface Clients {
  /** Connections for reads. Fails with `service_unavailable` while PostgreSQL is gone. */
  reads(): SQL
  writes(): SQL
  /** Whether a pooler in transaction mode stands between. */
  readonly isPooled: boolean
  /** After which the server cancels a statement: a little before we do, so that its connection stays good. */
  readonly patienceMs: number
  /** Gives up after the deadline, with what `late` makes. */
  withDeadline<T>(work: PromiseLike<T>, late: () => Error): Promise<T>
  recover(reason: unknown): Promise<void>
  close(): Promise<void>
}

/** Opens connections, as the settings describe the way to PostgreSQL. */
function connector({ url, timeoutMs }: PostgresSettings) {
  const address = new URL(url)
  const isPooled = address.searchParams.get('pgbouncer') === 'true'
  address.searchParams.delete('pgbouncer')
  const patienceMs = Math.ceil(timeoutMs * 0.8)
  const connect = (max: number): SQL =>
    new SQL(address.href, {
      max,
      connectionTimeout: Math.max(1, Math.ceil(timeoutMs / 1000)),
      // A pooler hands the connection to somebody else after each transaction: nothing may stay on it.
      prepare: !isPooled,
      connection: isPooled
        ? {}
        : {
            application_name: 'chatroomd',
            statement_timeout: patienceMs,
            idle_in_transaction_session_timeout: timeoutMs,
          },
    })
  return { isPooled, patienceMs, connect }
}

/** Opens the connections of a process as the settings describe them. */
export function openClients(settings: PostgresSettings): Clients {
  const { pool, timeoutMs } = settings
  const { isPooled, patienceMs, connect } = connector(settings)
  const connectAll = () => ({
    reads: connect(Math.max(1, pool >> 1)),
    writes: connect(Math.max(1, pool - (pool >> 1))),
  })
  let clients = connectAll()
  let closed = false
  /** Why no statement can be sent now; while it is set, everything is refused at once. */
  let down: unknown

  async function withDeadline<T>(work: PromiseLike<T>, late: () => Error): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(late()), timeoutMs)
    try {
      return await Promise.race([work, promise])
    } finally {
      clearTimeout(timer)
    }
  }

  async function responds(): Promise<boolean> {
    const probe = connect(1)
    try {
      await withDeadline(probe.unsafe('select 1'), () => new Error('no answer'))
      return true
    } catch (error) {
      down = error
      return false
    } finally {
      // A client of a server that is gone may fail to close; why it is gone is in `down`.
      probe.close({ timeout: 0 }).catch(() => undefined)
    }
  }

  function current(): typeof clients {
    if (down !== undefined) throw unavailable(down)
    return clients
  }

  return {
    reads: () => current().reads,
    writes: () => current().writes,
    isPooled,
    patienceMs,
    withDeadline,

    async recover(reason) {
      if (down !== undefined || closed) return
      down = reason
      // As above.
      for (const client of Object.values(clients)) client.close({ timeout: 0 }).catch(() => undefined)
      while (!closed && !(await responds())) await Bun.sleep(probeMs)
      if (closed) return
      clients = connectAll()
      down = undefined
    },

    async close() {
      closed = true
      await Promise.all(Object.values(clients).map((client) => client.close({ timeout: 5 })))
    },
  }
}
