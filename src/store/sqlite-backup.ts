import { Database as Sqlite } from 'bun:sqlite'
import { chmodSync, closeSync, existsSync, fsyncSync, openSync } from 'node:fs'
import { historyFileOf } from './history/sqlite-history-file.ts'
import { fileOf, noData, startError } from './sqlite-file.ts'

const numberIn = (sqlite: Sqlite, pragma: string): number => {
  using statement = sqlite.prepare(`pragma ${pragma}`)
  return Object.values(statement.get() as Record<string, number>)[0] ?? 0
}

/** Fails unless a copy is whole: every page and index of it is read. */
function verify(path: string, version: number): void {
  const copy = new Sqlite(path, { readonly: true })
  try {
    using check = copy.prepare('pragma integrity_check')
    const found = check.all() as { integrity_check: string }[]
    if (found[0]?.integrity_check !== 'ok') throw new Error(`the copy is damaged: ${JSON.stringify(found)}`)
    if (numberIn(copy, 'user_version') !== version) throw new Error('the copy has another schema version')
  } finally {
    copy.close()
  }
}

/** Copies the database in `dir` to a new file, which is whole and on disk when this returns; a server may go on writing. */
export function copyDatabase(dir: string, path: string): void {
  if (!existsSync(fileOf(dir))) throw new Error(noData(dir))
  copyFileOfDatabase(fileOf(dir), path)
}

/** Copies the history in `dir`, as `copyDatabase` does; false where there is none. */
export function copyHistory(dir: string, path: string): boolean {
  if (!existsSync(historyFileOf(dir))) return false
  copyFileOfDatabase(historyFileOf(dir), path)
  return true
}

/**
 * Copies a database, as it is at one moment, to a new file; a server may go on writing. The copy is on disk and has been
 * read back when this returns.
 */
export function copyFileOfDatabase(from: string, path: string): void {
  // SQLite writes into an empty file; made here, it is its owner's alone from the first byte.
  closeSync(openSync(path, 'wx', 0o600))
  chmodSync(path, 0o600)
  const sqlite = new Sqlite(from, { readonly: true })
  try {
    sqlite.run('pragma busy_timeout = 10000')
    const version = numberIn(sqlite, 'user_version')
    sqlite.run('vacuum into ?1', [path])
    verify(path, version)
  } catch (error) {
    throw startError(from, error, path)
  } finally {
    sqlite.close()
  }
  const file = openSync(path, 'r')
  fsyncSync(file)
  closeSync(file)
}
