import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, renameSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { AppSettings } from '../domain/app-settings.ts'
import type { Database, Movable } from '../store/database.ts'
import { schemaVersion } from '../store/migrate.ts'
import { quotaStore } from '../store/quotas.ts'
import {
  addRows,
  continueIds,
  nextId,
  type Row,
  refuseHalfImported,
  rowsOf,
  type Table,
  tablesOf,
} from '../store/tables.ts'

/** First line of an export. */
interface Head {
  chatroomd: 'export'
  schema: number
  /** Names this export, so that an import that was interrupted knows it again. */
  id: string
  nextId: number
  /** Rows by table. */
  rows: Record<string, number>
}

/** SHA-256 of a table's rows in the order of its key, by table. */
type Sums = Record<string, string>

/** Called with progress: `done` of `all` rows. */
export type Progress = (done: number, all: number) => void

const pieceOfRows = 1000

/** One row a line, its columns in the order of their names, so that both stores write the same text. */
const lineOf = (table: Table, row: Row): string =>
  JSON.stringify([table.name, ...table.columns.map((column) => row[column] ?? null)])

/** Lines end with a line feed alone: a row may hold any other separator that Unicode knows. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') throw new Error(`${path} is cut off: export again`)
}

const totalOf = (head: Head): number => Object.values(head.rows).reduce((sum, rows) => sum + rows, 0)

/** Writes everything that a store holds at one moment to a file, which is there when all of it is. Returns how many rows. */
export async function exportTo(from: Movable, path: string, progress: Progress): Promise<number> {
  const unfinished = `${path}.part`
  const file = createWriteStream(unfinished, { mode: 0o600 })
  const write = async (text: string) => {
    if (!file.write(text)) await once(file, 'drain')
  }
  const total = await from.snapshot(async (db) => {
    await refuseHalfImported(db)
    const tables = await tablesOf(db)
    const rows: Head['rows'] = {}
    for (const { name } of tables) rows[name] = await count(db, name)
    const head: Head = {
      chatroomd: 'export',
      schema: schemaVersion,
      id: crypto.randomUUID(),
      nextId: await nextId(db),
      rows,
    }
    await write(`${JSON.stringify(head)}\n`)
    let done = 0
    const sums: Sums = {}
    for (const table of tables) {
      const sum = createHash('sha256')
      for await (const piece of rowsOf(db, table, pieceOfRows)) {
        const text = piece.map((row) => `${lineOf(table, row)}\n`).join('')
        sum.update(text)
        await write(text)
        done += piece.length
        progress(done, totalOf(head))
      }
      sums[table.name] = sum.digest('hex')
    }
    await write(`${JSON.stringify({ sums })}\n`)
    return done
  })
  file.end()
  await once(file, 'close')
  const handle = await open(unfinished)
  await handle.sync()
  await handle.close()
  renameSync(unfinished, path)
  return total
}

const count = async (db: Database, table: string): Promise<number> =>
  (await db.get<{ total: number }>(`select count(*) as total from ${table}`))?.total ?? 0

/** Checks that the file is whole before a row of it is stored: every row there, every checksum right. */
async function readWhole(path: string, tables: Table[]): Promise<{ head: Head; sums: Sums }> {
  let head: Head | undefined
  let sums: Sums | undefined
  const hashes = new Map<string, Hash>(tables.map(({ name }) => [name, createHash('sha256')]))
  const rows: Record<string, number> = Object.fromEntries(tables.map(({ name }) => [name, 0]))
  for await (const line of linesOf(path)) {
    const value = JSON.parse(line)
    if (!head) {
      head = value as Head
      if (head.chatroomd !== 'export') throw new Error(`${path} is not an export of chatroomd`)
      if (head.schema !== schemaVersion)
        throw new Error(
          `${path} has schema version ${head.schema}, this chatroomd writes ${schemaVersion}: export and import with the same version`,
        )
    } else if (Array.isArray(value)) {
      const name = String(value[0])
      const hash = hashes.get(name)
      if (!hash) throw new Error(`${path} holds the table ${name}, which this chatroomd does not have`)
      hash.update(`${line}\n`)
      rows[name] = (rows[name] ?? 0) + 1
    } else sums = (value as { sums: Sums }).sums
  }
  if (!head || !sums) throw new Error(`${path} is cut off: export again`)
  for (const { name } of tables) {
    if (rows[name] !== head.rows[name] || hashes.get(name)?.digest('hex') !== sums[name])
      throw new Error(`${path} is damaged: the rows of ${name} are not those that were exported`)
  }
  return { head, sums }
}

/**
 * Imports an export into an empty store. Each batch is committed together with the cursor, so that an import that was
 * interrupted goes on there. At the end every table is read back and compared with the export. Returns how many rows.
 */
export async function importFrom(path: string, to: Movable, progress: Progress): Promise<number> {
  const tables = await to.snapshot(tablesOf)
  const { head, sums } = await readWhole(path, tables)
  const total = totalOf(head)
  const start = await to.transaction((db) => placeOf(db, head.id))

  let place = 0
  let piece: Row[] = []
  let table: Table | undefined
  const commitPiece = async () => {
    const [rows, into, reached] = [piece, table, place]
    piece = []
    if (!into || rows.length === 0) return
    await to.transaction(async (db) => {
      await addRows(db, into, rows)
      await db.run(`update import_place set place = ?1`, reached)
    })
    progress(reached, total)
  }
  for await (const line of linesOf(path)) {
    const value = JSON.parse(line)
    if (!Array.isArray(value)) continue
    if (place < start) {
      place += 1
      continue
    }
    const [name, ...values] = value as [string, ...Row[string][]]
    if (name !== table?.name || piece.length >= pieceOfRows) {
      await commitPiece()
      table = tables.find((each) => each.name === name)
    }
    place += 1
    piece.push(Object.fromEntries((table?.columns ?? []).map((column, n) => [column, values[n] ?? null])))
  }
  await commitPiece()

  await to.snapshot(async (db) => {
    for (const each of tables) {
      const hash = createHash('sha256')
      for await (const rows of rowsOf(db, each, pieceOfRows))
        hash.update(rows.map((row) => `${lineOf(each, row)}\n`).join(''))
      if (hash.digest('hex') !== sums[each.name])
        throw new Error(`the table ${each.name} is not what was exported; empty the store and import again`)
    }
  })
  await to.transaction(async (db) => {
    await continueIds(db, head.nextId)
    await countQuotas(db)
    await db.run(`drop table import_place`)
  })
  return total
}

/** How many rows of this export are there already. Fails when the store holds anything else. */
async function placeOf(db: Database, id: string): Promise<number> {
  await db.run(`create table if not exists import_place (id text not null, place bigint not null)`)
  const known = await db.get<{ id: string; place: number }>(`select id, place from import_place`)
  if (known) {
    if (known.id === id) return known.place
    throw new Error('another import was begun on this store: finish that one, or empty the store')
  }
  if ((await count(db, 'apps')) > 0)
    throw new Error('the store holds apps already: an import needs an empty store')
  await db.run(`insert into import_place values (?1, 0)`, id)
  return 0
}

/** What is left of each app's quotas. */
async function countQuotas(db: Database): Promise<void> {
  const quotas = quotaStore(db)
  for (const app of await db.all<{ id: number; settings: string }>(`select id, settings from apps`)) {
    const settings = JSON.parse(app.settings) as Partial<AppSettings>
    for (const kind of ['rooms', 'users'] as const)
      await quotas.setQuota(app.id, kind, settings[kind] ?? null)
  }
}
