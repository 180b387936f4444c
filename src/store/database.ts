/** Both databases have the same interface: SQLite at once, PostgreSQL later. */
export type Awaitable<T> = T | Promise<T>

export type Param = string | number | null | Uint8Array

/**
 * One connection or transaction of an engine. Statements are written once for both: parameters are
 * `?1`, `?2`, …; every number comes back as a JavaScript number.
 */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres'
  get<Row>(sql: string, ...params: Param[]): Awaitable<Row | undefined>
  all<Row>(sql: string, ...params: Param[]): Awaitable<Row[]>
  /** Returns how many rows were changed. */
  run(sql: string, ...params: Param[]): Awaitable<number>
}

/** A whole database, to be moved to another. */
export interface Movable {
  /** Runs `work` in a transaction that is durable when the promise resolves, however long it takes. */
  transaction<T>(work: (db: Database) => Promise<T>): Promise<T>
  /** Runs `work`, which only reads, on what the database holds at one moment. */
  snapshot<T>(work: (db: Database) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The rows of a JSON array of texts in parameter `n`, as `value`. */
export const each = (db: Database, n: number): string =>
  db.dialect === 'sqlite'
    ? `(select value from json_each(?${n}))`
    : `(select value from json_array_elements_text(?${n}::text::json))`

/**
 * A condition: `column` is one of the JSON array of texts in parameter `n`. As an array PostgreSQL looks each up in an
 * index; of a set of unknown size it thinks that reading the whole table is cheaper.
 */
export const isOneOf = (db: Database, column: string, n: number): string =>
  db.dialect === 'sqlite'
    ? `${column} in ${each(db, n)}`
    : `${column} = any(array(select json_array_elements_text(?${n}::text::json)))`

/**
 * Holds SQLite to an index. Where it knows nothing of the data yet, it would rather read all rows of an app, whose
 * order it can use, than look a few up.
 */
export const byIndex = (db: Database, index: string): string =>
  db.dialect === 'sqlite' ? `indexed by ${index}` : ''

/** Holds the selected rows still until the transaction ends; in SQLite the write transaction does so itself. */
export const forUpdate = (db: Database, table?: string): string =>
  db.dialect === 'sqlite' ? '' : `for update${table === undefined ? '' : ` of ${table}`}`

/** As `forUpdate`, of those rows that no other transaction holds. */
export const forUpdateOfFree = (db: Database): string =>
  db.dialect === 'sqlite' ? '' : 'for update skip locked'

/** Prevents the deletion of the selected rows until the transaction ends, and blocks nobody else. */
export const forKeyShare = (db: Database): string => (db.dialect === 'sqlite' ? '' : 'for key share')

/** The column `username` of what a statement selects or returns. */
export const usernamesIn = async (db: Database, sql: string, ...params: Param[]): Promise<string[]> =>
  (await db.all<{ username: string }>(sql, ...params)).map(({ username }) => username)
