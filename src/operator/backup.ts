import { constants, existsSync, renameSync, rmSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from '../config.ts'
import { notEmbedded } from '../domain/upkeep.ts'
import { ifThere } from '../store/attachment-head.ts'
import { copyDatabase, copyHistory } from '../store/sqlite-backup.ts'

/** Makes what was written in a file or a directory last through a loss of power. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync()
  await handle.close()
}

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** Copies one attachment, and compares the copy; false when it was deleted meanwhile. */
async function copyAttachment(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE)
    const [original, copy] = [await readFile(from), await readFile(to)]
    if (!original.equals(copy)) throw new Error(`the copy ${to} is not what ${from} is`)
  } catch (error) {
    if (!isGone(error)) throw error
    rmSync(to, { force: true })
    return false
  }
  await sync(to)
  return true
}

/** Copies all attachments, which never change once they are there. Returns how many. */
export async function copyAttachments(from: string, to: string): Promise<number> {
  let copied = 0
  await mkdir(to, { mode: 0o700 })
  // No directory: nobody has uploaded anything. One that cannot be read fails, or the backup would lack it in silence.
  const entries = (await ifThere(readdir(from, { recursive: true, withFileTypes: true }))) ?? []
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.endsWith('.part')) continue
    const folder = join(to, entry.parentPath.slice(from.length))
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (await copyAttachment(join(entry.parentPath, entry.name), join(folder, entry.name))) copied += 1
  }
  await sync(to)
  return copied
}

/** What a backup holds beside the store. */
export interface BackedUp {
  attachments: number
  /** Whether there is a history, in `.messages`. */
  hasHistory: boolean
}

/**
 * Writes a backup of the embedded store to `path`, of its attachments to `path`.files and of the history to
 * `path`.messages, also while a server serves them. They are there when all of it is, and has been read back.
 */
export async function backUp(config: Config, path: string): Promise<BackedUp> {
  if (config.database_url !== '') throw notEmbedded()
  const files = `${path}.files`
  const messages = `${path}.messages`
  for (const there of [path, files, messages])
    if (existsSync(there)) throw new Error(`${there} exists already`)
  const parts = { data: `${path}.part`, files: `${files}.part`, messages: `${messages}.part` }
  const removeParts = () => {
    for (const part of [
      parts.data,
      `${parts.data}-journal`,
      parts.files,
      parts.messages,
      `${parts.messages}-journal`,
    ])
      rmSync(part, { recursive: true, force: true })
  }
  removeParts()
  try {
    copyDatabase(config.data_dir, parts.data)
    const copied = await copyAttachments(join(config.data_dir, 'files'), parts.files)
    const hasHistory = copyHistory(config.data_dir, parts.messages)
    renameSync(parts.files, files)
    if (hasHistory) renameSync(parts.messages, messages)
    renameSync(parts.data, path)
    await sync(dirname(path))
    return { attachments: copied, hasHistory }
  } finally {
    removeParts()
  }
}
