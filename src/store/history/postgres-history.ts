import type { Database } from '../database.ts'
import { dayOf, dayOfTable, daysBefore, idsOf, tableOf } from './days.ts'
import {
  columns,
  type HistoryBatch,
  type HistoryReads,
  type HistoryRow,
  type HistoryStore,
  messageOf,
  type Retention,
  type StoredMessage,
  sentRow,
} from './history.ts'
import { clear, forgetRemovals, hide, removedBy } from './removals.ts'

/** Any number: whoever adds or drops a day holds it. */
const daysLock = 7_362_517_002

type InTransaction = <T>(work: (db: Database) => Promise<T>) => Promise<T>

/** A condition on ids, with their bounds: those leave out the days in which none of them is. */
const idsAt = (n: number): string =>
  `id = any(array(select value::bigint from json_array_elements_text(?${n}::text::json) as v(value)))
   and id >= ?${n + 1} and id <= ?${n + 2}`

const idParams = (ids: number[]): [string, number, number] => [
  JSON.stringify(ids),
  ids.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER),
  ids.reduce((a, b) => Math.max(a, b), 0),
]

const insert = `insert into history (${columns})
  select id, app, room, sender, kind, directed, ignored_by, decode(meta, 'base64')
  from json_to_recordset(?1::text::json) as m(id bigint, app integer, room text, sender text, kind integer,
    directed text, ignored_by text, meta text) on conflict do nothing`

const listDays = `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'history'::regclass`

async function daysOf(db: Database): Promise<number[]> {
  const tables = await db.all<{ name: string }>(listDays)
  return tables.map(({ name }) => dayOfTable(name))
}

async function addDay(db: Database, day: number): Promise<void> {
  const { first, end } = idsOf(day)
  await db.run(`select pg_advisory_xact_lock(${daysLock})`)
  await db.run(
    `create table if not exists ${tableOf(day)} partition of history for values from (${first}) to (${end})`,
  )
}

function readsOn(reading: Database): HistoryReads {
  return {
    async find(app, ids) {
      const rows = await reading.all<HistoryRow>(
        `select ${columns} from history where app = ?1 and ${idsAt(2)}`,
        app,
        ...idParams(ids),
      )
      return rows.map(messageOf)
    },

    async scan(app, { room, above, below, newestFirst, limit }) {
      const rows = await reading.all<HistoryRow>(
        `select ${columns} from history where app = ?1 and room = ?2 and id > ?3 and id < ?4
         order by id ${newestFirst ? 'desc' : 'asc'} limit ?5`,
        app,
        room,
        above,
        below,
        limit,
      )
      return rows.map(messageOf)
    },

    async scanApp(app, above, below, limit) {
      const rows = await reading.all<HistoryRow>(
        `select ${columns} from history where app = ?1 and id > ?2 and id < ?3 order by id limit ?4`,
        app,
        above,
        below,
        limit,
      )
      return rows.map(messageOf)
    },

    removedBy: (app, username, stretch) => removedBy(reading, app, username, stretch),

    async count(app, room) {
      const sql = `select count(*) as count from history where app = ?1 and room = ?2`
      return (await reading.get<{ count: number }>(sql, app, room))?.count ?? 0
    },

    async floor(app, room, most) {
      const row = await reading.get<{ id: number }>(
        `select id from history where app = ?1 and room = ?2 order by id desc offset ?3 limit 1`,
        app,
        room,
        most - 1,
      )
      return row?.id ?? 0
    },
  }
}

/** Messages in a table that is partitioned by day: a day that is over is dropped as a whole. */
export function postgresHistory(reading: Database, transaction: InTransaction): HistoryStore {
  const known = new Set<number>()

  async function addDays(rows: StoredMessage[]): Promise<void> {
    for (const day of new Set(rows.map(({ id }) => dayOf(id)))) {
      if (known.has(day)) continue
      await transaction((db) => addDay(db, day))
      known.add(day)
    }
  }

  async function append({ rows, removed, isDurable }: HistoryBatch): Promise<void> {
    await addDays(rows)
    await transaction(async (db) => {
      if (!isDurable) await db.run('set local synchronous_commit = off')
      if (rows.length > 0) await db.run(insert, JSON.stringify(rows.map(sentRow)))
      if (removed.length > 0) await db.run(`delete from history where ${idsAt(1)}`, ...idParams(removed))
    })
  }

  async function pruneApp({ app, before }: Retention, days: number[]): Promise<void> {
    for (const day of daysBefore(days, before))
      await transaction(async (db) => db.run(`delete from ${tableOf(day)} where app = ?1`, app))
  }

  return {
    ...readsOn(reading),
    append,
    hide: (app, username, room, ids) => transaction((db) => hide(db, app, username, room, ids)),
    clear: (app, username, room, to) => transaction((db) => clear(db, app, username, room, to)),

    async trim(app, room, most) {
      const floor = await this.floor(app, room, most)
      if (floor === 0) return
      await transaction(async (db) =>
        db.run(`delete from history where app = ?1 and room = ?2 and id < ?3`, app, room, floor),
      )
    },

    async prune(retentions) {
      if (retentions.length === 0) return
      const before = Math.min(...retentions.map((each) => each.before))
      const days = await daysOf(reading)
      for (const day of daysBefore(days, before)) {
        known.delete(day)
        await transaction(async (db) => {
          // A long read of the table must not make everybody who comes after wait for it, too.
          await db.run(`set local lock_timeout = '2s'`)
          await db.run(`select pg_advisory_xact_lock(${daysLock})`)
          await db.run(`drop table if exists ${tableOf(day)}`)
        })
      }
      const left = await daysOf(reading)
      for (const retention of retentions) await pruneApp(retention, left)
      await transaction((db) => forgetRemovals(db, before))
    },

    close: async () => undefined,
  }
}
