import type { Database as Sqlite } from 'bun:sqlite'
import type { Database } from '../database.ts'
import { dayOf, dayOfTable, daysBefore, idsOf, tableOf } from './days.ts'
import {
  columns,
  type HistoryReads,
  type HistoryRow,
  messageOf,
  type Retention,
  type SentRow,
  type StoredMessage,
} from './history.ts'
import { clear, forgetRemovals, hide, removalTables, removedBy } from './removals.ts'

const schemaVersion = 1

/** Rows of one app that are deleted in one transaction: few enough that no message waits for long. */
const prunedTogether = 5000

/** The table of a day. Rows are in the order of their ids, so what comes is appended; the index ends in the id by itself. */
const dayTable = (table: string): string[] => [
  `create table ${table} (
    id integer primary key, app integer not null, room text not null, sender text not null, kind integer not null,
    directed text, ignored_by text, meta blob not null
  )`,
  `create index ${table}_by_room on ${table} (app, room)`,
]

const listDays = `select name from sqlite_master where type = 'table' and name glob 'history_d[0-9]*'`

async function daysOf(db: Database): Promise<number[]> {
  const tables = await db.all<{ name: string }>(listDays)
  return tables.map(({ name }) => dayOfTable(name)).sort((a, b) => a - b)
}

/** The version of an open file's schema; 0 where it has none yet. */
export const versionOf = (sqlite: Sqlite): number =>
  sqlite.query<{ user_version: number }, []>('pragma user_version').get()?.user_version ?? 0

/** Brings an open file to this program's schema. */
export async function migrateHistory(sqlite: Sqlite, db: Database): Promise<void> {
  const version = versionOf(sqlite)
  if (version > schemaVersion)
    throw new Error(`messages.db has schema version ${version}, this chatroomd knows ${schemaVersion}`)
  if (version === schemaVersion) return
  sqlite.run('begin immediate')
  for (const statement of removalTables(db)) await db.run(statement)
  sqlite.run(`pragma user_version = ${schemaVersion}`)
  sqlite.run('commit')
}

/** Reads the history; a table for each day, so that an expired day is dropped as a whole. */
export function sqliteHistoryReads(db: Database): HistoryReads {
  /** Reads day after day until there is enough. */
  async function collect(
    {
      above,
      below,
      newestFirst,
      limit,
    }: { above: number; below: number; newestFirst: boolean; limit: number },
    read: (table: string, limit: number) => HistoryRow[] | Promise<HistoryRow[]>,
  ): Promise<StoredMessage[]> {
    const days = (await daysOf(db)).filter((day) => idsOf(day).end > above && idsOf(day).first < below)
    const found: StoredMessage[] = []
    for (const day of newestFirst ? days.reverse() : days) {
      for (const row of await read(tableOf(day), limit - found.length)) found.push(messageOf(row))
      if (found.length >= limit) break
    }
    return found
  }

  return {
    async find(app, ids) {
      const days = new Set(await daysOf(db))
      const found: StoredMessage[] = []
      for (const id of ids) {
        if (!days.has(dayOf(id))) continue
        const row = await db.get<HistoryRow>(
          `select ${columns} from ${tableOf(dayOf(id))} where id = ?1 and app = ?2`,
          id,
          app,
        )
        if (row) found.push(messageOf(row))
      }
      return found
    },

    scan: (app, stretch) =>
      collect(
        stretch,
        async (table, limit) =>
          await db.all<HistoryRow>(
            `select ${columns} from ${table} indexed by ${table}_by_room
             where app = ?1 and room = ?2 and id > ?3 and id < ?4
             order by id ${stretch.newestFirst ? 'desc' : 'asc'} limit ?5`,
            app,
            stretch.room,
            stretch.above,
            stretch.below,
            limit,
          ),
      ),

    scanApp: (app, above, below, most) =>
      collect(
        { above, below, newestFirst: false, limit: most },
        async (table, limit) =>
          await db.all<HistoryRow>(
            `select ${columns} from ${table} where id > ?2 and id < ?3 and app = ?1 order by id limit ?4`,
            app,
            above,
            below,
            limit,
          ),
      ),

    removedBy: (app, username, stretch) => removedBy(db, app, username, stretch),

    async count(app, room) {
      let count = 0
      for (const day of await daysOf(db)) {
        const table = tableOf(day)
        const sql = `select count(*) as count from ${table} indexed by ${table}_by_room where app = ?1 and room = ?2`
        count += (await db.get<{ count: number }>(sql, app, room))?.count ?? 0
      }
      return count
    },

    async floor(app, room, most) {
      let left = most
      for (const day of (await daysOf(db)).reverse()) {
        const table = tableOf(day)
        const ids = await db.all<{ id: number }>(
          `select id from ${table} indexed by ${table}_by_room where app = ?1 and room = ?2 order by id desc limit ?3`,
          app,
          room,
          left,
        )
        left -= ids.length
        if (left === 0) return ids.at(-1)?.id ?? 0
      }
      return 0
    },
  }
}

/** Writes the history, each call in a transaction of its own. */
export function sqliteHistoryWrites(db: Database) {
  const reads = sqliteHistoryReads(db)
  let known: Set<number> | undefined

  async function tableFor(id: number): Promise<string> {
    known ??= new Set(await daysOf(db))
    const day = dayOf(id)
    const table = tableOf(day)
    if (known.has(day)) return table
    for (const statement of dayTable(table)) await db.run(statement)
    known.add(day)
    return table
  }

  async function transaction<T>(work: () => Promise<T>): Promise<T> {
    await db.run('begin immediate')
    try {
      const result = await work()
      await db.run('commit')
      return result
    } catch (error) {
      known = undefined
      await db.run('rollback')
      throw error
    }
  }

  /** Removes the messages of an app from days that are over for it alone, little by little. */
  async function pruneApp({ app, before }: Retention): Promise<void> {
    for (const day of daysBefore(await daysOf(db), before)) {
      const table = tableOf(day)
      const some = () =>
        db.run(
          `delete from ${table} where id in (select id from ${table} indexed by ${table}_by_room where app = ?1 limit ?2)`,
          app,
          prunedTogether,
        )
      while ((await transaction(async () => some())) === prunedTogether);
    }
  }

  return {
    async append({ rows, removed, isDurable }: { rows: SentRow[]; removed: number[]; isDurable: boolean }) {
      // In WAL mode `normal` leaves the fsync to the checkpoint: a process that dies loses nothing of what was committed.
      await db.run(`pragma synchronous = ${isDurable ? 'full' : 'normal'}`)
      await transaction(async () => {
        for (const row of rows)
          await db.run(
            `insert into ${await tableFor(row.id)} (${columns}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict do nothing`,
            row.id,
            row.app,
            row.room,
            row.sender,
            row.kind,
            row.directed,
            row.ignored_by,
            Buffer.from(row.meta, 'base64'),
          )
        for (const id of removed) await db.run(`delete from ${await tableFor(id)} where id = ?1`, id)
      })
    },

    hide: (app: number, username: string, room: string, ids: number[]) =>
      transaction(() => hide(db, app, username, room, ids)),
    clear: (app: number, username: string, room: string, to: number) =>
      transaction(() => clear(db, app, username, room, to)),

    async trim(app: number, room: string, most: number) {
      const floor = await reads.floor(app, room, most)
      if (floor === 0) return
      await transaction(async () => {
        for (const day of await daysOf(db))
          if (idsOf(day).first < floor)
            await db.run(
              `delete from ${tableOf(day)} where app = ?1 and room = ?2 and id < ?3`,
              app,
              room,
              floor,
            )
      })
    },

    async prune(retentions: Retention[]) {
      if (retentions.length === 0) return
      const before = Math.min(...retentions.map((each) => each.before))
      for (const day of daysBefore(await daysOf(db), before)) {
        await transaction(async () => db.run(`drop table ${tableOf(day)}`))
        known = undefined
      }
      for (const retention of retentions) await pruneApp(retention)
      await transaction(() => forgetRemovals(db, before))
    },
  }
}

export type SqliteHistoryWrites = ReturnType<typeof sqliteHistoryWrites>
