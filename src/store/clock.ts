import type { Awaitable, Database } from './database.ts'

/** The store's clock, one for all nodes: the database's on PostgreSQL, this process's on the embedded store. */
export interface StoreClock {
  /** Microseconds since the epoch. */
  nowUs(): Awaitable<number>
  /** Unix ms of a clock that never steps back or ahead, for leases and grace times. */
  steadyMs(): Awaitable<number>
}

/** Unix ms at which this process's monotonic clock stood at 0. */
const startMs = Date.now() - performance.now()

/** The steady time of an embedded store; null where the database tells it. */
export const embeddedMs = ({ dialect }: Pick<Database, 'dialect'>): number | null =>
  dialect === 'sqlite' ? Math.floor(startMs + performance.now()) : null

/** The steady time in a statement, of which `embeddedMs` is parameter `n`. */
export const steadyMsIn = ({ dialect }: Pick<Database, 'dialect'>, n: number): string =>
  dialect === 'sqlite'
    ? `?${n}`
    : `coalesce(?${n}::bigint, (extract(epoch from clock_timestamp()) * 1000)::bigint)`

const databaseUs = `select (extract(epoch from clock_timestamp()) * 1000000)::bigint as clock`

/** The clock of a store: that of PostgreSQL, or of this process for the embedded store. */
export function storeClock(db: Database): StoreClock {
  if (db.dialect === 'sqlite')
    return { nowUs: () => Date.now() * 1000, steadyMs: () => Math.floor(startMs + performance.now()) }
  const nowUs = async (): Promise<number> => {
    const row = await db.get<{ clock: number }>(databaseUs)
    if (!row) throw new Error('the database returned no time')
    return row.clock
  }
  return { nowUs, steadyMs: async () => Math.floor((await nowUs()) / 1000) }
}
