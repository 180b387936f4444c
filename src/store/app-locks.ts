import type { Database } from './database.ts'

/**
 * What transactions of an app lock that is no row of a table, by the numbers under which PostgreSQL knows it. All of them
 * share its settings, and a change of these has them alone: a lock of the app's row would be written to it by each.
 */
const numbers = { settings: 1, callbacks: 22, keywords: 27, recordedRooms: 33 } as const

/**
 * Locks something of an app until the transaction ends: alone, or together with others that share it. In the embedded
 * store one transaction follows the other.
 */
export async function lockOfApp(
  db: Database,
  what: keyof typeof numbers,
  app: number,
  how: 'alone' | 'shared' = 'alone',
): Promise<void> {
  if (db.dialect === 'sqlite') return
  const lock = how === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared'
  await db.run(`select ${lock}(${numbers[what]}, ?1)`, app)
}
