import type { Database } from './database.ts'

export const queueColumns = 'seq, room, due, attempts, call, event, at, failed, error, body'
export const logColumns = 'at, room, call, event, position, attempt, status, error, ms, sent, answer'
export const ofRule = 'app = ?1 and rule = ?2'

/** Rows of a JSON array in parameter `n`, with these fields. */
function rowsOf({ dialect }: Database, n: number, fields: Record<string, string>): string {
  const names = Object.keys(fields)
  return dialect === 'sqlite'
    ? `(select key as place, ${names.map((name) => `value ->> '${name}' as ${name}`).join()} from json_each(?${n}))`
    : `(select row_number() over () - 1 as place, r.* from json_to_recordset(?${n}::text::json)
        as r(${names.map((name) => `${name} ${fields[name]}`).join()}))`
}

export const queueFields = {
  room: 'text',
  due: 'bigint',
  attempts: 'integer',
  call: 'text',
  event: 'text',
  at: 'bigint',
  failed: 'bigint',
  error: 'text',
  body: 'text',
}
export const logFields = {
  at: 'bigint',
  room: 'text',
  call: 'text',
  event: 'text',
  position: 'text',
  attempt: 'integer',
  status: 'integer',
  error: 'text',
  ms: 'integer',
  sent: 'text',
  answer: 'text',
}

/** Adds rows after those that are there, numbered from `least` on at the least. */
export async function append(
  db: Database,
  table: string,
  fields: Record<string, string>,
  [app, rule, rows]: [number, string, object[]],
  more: Record<string, string> = {},
  least = 0,
): Promise<void> {
  if (rows.length === 0) return
  const names = Object.keys(fields).join()
  const greatest = db.dialect === 'sqlite' ? 'max' : 'greatest'
  await db.run(
    `insert into ${table} (app, rule, seq, ${names} ${Object.keys(more).map((name) => `, ${name}`)})
     select ?1, ?2, (select ${greatest}(coalesce(max(seq) + 1, 1), ${least}) from ${table} where ${ofRule}) + place, ${names}
       ${Object.values(more).map((value) => `, ${value}`)} from ${rowsOf(db, 3, fields)} as r where true`,
    app,
    rule,
    JSON.stringify(rows),
  )
}
