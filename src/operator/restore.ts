import { existsSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config } from '../config.ts'
import { historyFileOf } from '../store/history/sqlite-history-file.ts'
import { copyFileOfDatabase } from '../store/sqlite-backup.ts'
import { fileOf, lockDataDir } from '../store/sqlite-file.ts'
import { type BackedUp, copyAttachments, sync } from './backup.ts'

/**
 * Brings a backup into a data directory that has no data and is served by nobody. The copies are read back; the store
 * itself is there last, so that a restore that was interrupted can be repeated.
 */
export async function restore(config: Config, path: string): Promise<BackedUp> {
  if (config.database_url !== '')
    throw new Error('the data are in PostgreSQL: restore them with its own tools, such as pg_restore')
  if (!existsSync(path)) throw new Error(`there is no backup ${path}`)
  const dir = config.data_dir
  const unlock = lockDataDir(dir)
  const target = { data: fileOf(dir), history: historyFileOf(dir), files: join(dir, 'files') }
  const part = {
    data: `${target.data}.part`,
    history: `${target.history}.part`,
    files: `${target.files}.part`,
  }
  const removeParts = () => {
    for (const each of [
      part.data,
      `${part.data}-journal`,
      part.history,
      `${part.history}-journal`,
      part.files,
    ])
      rmSync(each, { recursive: true, force: true })
  }
  try {
    if (existsSync(target.data))
      throw new Error(
        `${resolve(target.data)} exists already: move the data directory away, or name another with --data-dir`,
      )
    removeParts()
    copyFileOfDatabase(path, part.data)
    const hasHistory = existsSync(`${path}.messages`)
    if (hasHistory) copyFileOfDatabase(`${path}.messages`, part.history)
    const attachments = await copyAttachments(`${path}.files`, part.files)
    for (const name of [target.history, target.files])
      for (const end of ['', '-wal', '-shm']) rmSync(name + end, { recursive: true, force: true })
    for (const end of ['-wal', '-shm']) rmSync(target.data + end, { force: true })
    renameSync(part.files, target.files)
    if (hasHistory) renameSync(part.history, target.history)
    renameSync(part.data, target.data)
    await sync(dir)
    return { attachments, hasHistory }
  } finally {
    removeParts()
    unlock()
  }
}
