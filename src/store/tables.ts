import type { Database } from './database.ts'

/** A table whose rows are moved to another store. */
export interface Table {
  name: string
  columns: string[]
  /** Columns of the primary key, in its order. */
  key: string[]
}

/** Row of a table: texts, numbers and null. */
export type Row = Record<string, string | number | null>

/**
 * What is not moved: the version of the schema; ids, which have a place of their own; what is left of quotas, which
 * is counted again, and warnings of them; counters of calls in the last second; messages of the last minutes, and the history, which is moved apart;
 * calls of the last day by their idempotency keys; sessions of operators, and the link of the first start; who dissolves rooms
 * now; the name of the deployment, and positions in its log of events, with what streams of it ask for; the position at which an
 * import is; what "chatroomd doctor" found last; and which commands operators ran.
 */
const exempt = new Set([
  'schema_version',
  'ids',
  'quotas',
  'quota_warnings',
  'rates',
  'messages',
  'retries',
  'operator_sessions',
  'operator_setup',
  'lifecycle_job',
  'deployment',
  'removed_events',
  'recorded_rooms',
  'import_place',
  'doctor_runs',
  'operator_commands',
])

const namesOfTables = {
  sqlite: `select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name`,
  postgres: `select table_name::text collate "C" as name from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1`,
}

const columnsOfTable = {
  sqlite: `select name, pk as place from pragma_table_info(?1)`,
  postgres: `select a.attname::text as name,
      coalesce(array_position(i.indkey::smallint[], a.attnum) + 1, 0) as place
    from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
    where a.attrelid = to_regclass(?1) and a.attnum > 0 and not a.attisdropped order by a.attnum`,
}

/** Every table that is moved, as the database describes it. */
export async function tablesOf(db: Database): Promise<Table[]> {
  const names = await db.all<{ name: string }>(namesOfTables[db.dialect])
  const tables: Table[] = []
  for (const { name } of names) {
    if (exempt.has(name) || name.startsWith('history')) continue
    const found = await db.all<{ name: string; place: number }>(columnsOfTable[db.dialect], name)
    // Numbers of transactions mean nothing in another database: rows get that of the import.
    const columns = found.filter((column) => column.name !== 'xid')
    const key = columns.filter(({ place }) => place > 0).sort((a, b) => a.place - b.place)
    tables.push({
      name,
      columns: columns.map((column) => column.name).sort(),
      key: key.map((column) => column.name),
    })
  }
  return tables
}

/** Rows of a table in the order of its key, in pieces of at most `limit`. */
export async function* rowsOf(
  db: Database,
  { name, columns, key }: Table,
  limit: number,
): AsyncGenerator<Row[]> {
  let last: Row | undefined
  for (;;) {
    const place = last ? `where (${key.join()}) > (${key.map((_, n) => `?${n + 2}`).join()})` : ''
    const after = last ? key.map((column) => last?.[column] ?? null) : []
    const rows = await db.all<Row>(
      `select ${columns.join()} from ${name} ${place} order by ${key.join()} limit ?1`,
      limit,
      ...after,
    )
    if (rows.length > 0) yield rows
    last = rows.at(-1)
    if (rows.length < limit) return
  }
}

/** Adds rows with the ids that they have. */
export async function addRows(db: Database, { name, columns }: Table, rows: Row[]): Promise<void> {
  if (db.dialect === 'postgres') {
    await db.run(
      `insert into ${name} (${columns.join()}) overriding system value
       select ${columns.join()} from json_populate_recordset(null::${name}, ?1::text::json)`,
      JSON.stringify(rows),
    )
    return
  }
  const places = columns.map((_, n) => `?${n + 1}`).join()
  for (const row of rows) {
    await db.run(
      `insert into ${name} (${columns.join()}) values (${places})`,
      ...columns.map((column) => row[column] ?? null),
    )
  }
}

/** A number above every room id that was given so far. */
export async function nextId(db: Database): Promise<number> {
  const row = await db.get<{ next: number }>(
    db.dialect === 'sqlite' ? `select next from ids` : `select last_value + 1 as next from room_ids`,
  )
  return row?.next ?? 0
}

/** Lets room ids and numbers of apps go on after those that were moved here. */
export async function continueIds(db: Database, next: number): Promise<void> {
  if (db.dialect === 'sqlite') {
    await db.run(`update ids set next = max(next, ?1)`, next)
    return
  }
  await db.get(`select setval('room_ids', greatest((select last_value from room_ids), ?1::bigint))`, next)
  await db.get(`select setval(pg_get_serial_sequence('apps', 'id'), greatest((select max(id) from apps), 1))`)
}

const importBegun = {
  sqlite: `select 1 as begun from sqlite_master where name = 'import_place'`,
  postgres: `select 1 as begun where to_regclass('import_place') is not null`,
}

/** Fails where an import was begun and not finished: a part of the rooms and users would look like all of them. */
export async function refuseHalfImported(db: Database): Promise<void> {
  if (!(await db.get(importBegun[db.dialect]))) return
  throw new Error(
    'an import into this store was begun and not finished. Run "chatroomd import FILE" with the same file again, or drop ' +
      'it: empty the store (delete chatroomd.db and the files whose names begin so; on PostgreSQL, make an empty database).',
  )
}
