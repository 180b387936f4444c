import type { Text } from '../../domain/text.ts'
import { type Database, forUpdate } from '../database.ts'

/** What tells one finding of a check from another: the key of a row, the name of an index. */
export type Key = (string | number)[]

/** Runs work that only reads on what the store holds at one moment. Every piece of a check is short: it holds up nobody. */
export type Reading = <T>(work: (db: Database) => Promise<T>) => Promise<T>

/** `right`: nothing was wrong any more; `more`: call again. */
export type Mended = 'mended' | 'more' | 'right'

/** One way in which what is stored can be wrong. */
export interface Check {
  name: string
  meaning: Text
  /** `filesDir` has the attachments. */
  find(reading: Reading, filesDir: string): AsyncGenerator<Key[]>
  /** Mends one finding, if it is still one, inside a transaction. Without it a person has to decide. */
  mend?(db: Database, key: Key): Promise<Mended>
}

/** Rows that are looked at in one piece. */
const pageRows = 1000

interface RowCheck {
  name: string
  meaning: Text
  table: string
  /** Columns of the primary key, in its order. */
  key: string[]
  /** The condition under which a row, `t`, is wrong. */
  wrong: string | ((db: Database) => string)
  /** Mends a row that is locked and still wrong; without it, and unless a person has to decide, the row is removed. */
  mend?(db: Database, key: Key): Promise<unknown>
  /** Nothing can be done without a decision. */
  needsDecision?: boolean
}

/** A check that looks at every row of a table, page by page. */
export function rowCheck({ name, meaning, table, key, wrong, mend, needsDecision }: RowCheck): Check {
  const isWrong = (db: Database): string => (typeof wrong === 'string' ? wrong : wrong(db))
  const columns = key.map((column) => `t.${column}`).join()
  const isRow = key.map((column, n) => `${column} = ?${n + 1}`).join(' and ')
  const valuesOf = (row: Record<string, string | number>): Key =>
    key.map((column) => row[column] as string | number)

  async function* find(reading: Reading): AsyncGenerator<Key[]> {
    let last: Key | undefined
    for (;;) {
      const after = last ? `where (${columns}) > (${key.map((_, n) => `?${n + 2}`).join()})` : ''
      const rows = await reading(async (db) =>
        db.all<Record<string, string | number>>(
          `select ${columns}, case when ${isWrong(db)} then 1 else 0 end as wrong
           from ${table} t ${after} order by ${columns} limit ?1`,
          pageRows,
          ...(last ?? []),
        ),
      )
      const found = rows.filter((row) => row.wrong === 1).map(valuesOf)
      if (found.length > 0) yield found
      const end = rows.at(-1)
      if (!end || rows.length < pageRows) return
      last = valuesOf(end)
    }
  }

  async function mendRow(db: Database, values: Key): Promise<Mended> {
    await db.get(`select 1 from ${table} t where ${isRow} ${forUpdate(db, 't')}`, ...values)
    // A statement of its own: it sees what was committed until the lock was had.
    const found = await db.get(`select 1 from ${table} t where ${isRow} and (${isWrong(db)})`, ...values)
    if (!found) return 'right'
    if (mend) await mend(db, values)
    else await db.run(`delete from ${table} where ${isRow}`, ...values)
    return 'mended'
  }

  return { name, meaning, find, ...(needsDecision ? {} : { mend: mendRow }) }
}
