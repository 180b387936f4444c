import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { noSpace } from '../domain/body-failures.ts'
import { limits } from '../domain/limits.ts'
import { headLength, headOf, ifThere, none } from './attachment-head.ts'

/** How often old attachments are looked for, in ms. */
export const pruneEveryMs = 3600 * 1000

/** Files of attachments, those of version 0.1.0, and what is left of uploads that never ended. */
const fileName = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64})(\.part)?$/
/** What version 0.1.0 wrote: named by the hash of id and secret, and nothing but the bytes. */
const isOldName = (name: string): boolean => /^[0-9a-f]{64}$/.test(name)

/** Whose an attachment is, and what may be taken of the space, in bytes. */
export interface Sender {
  app: number
  /** Undefined where the app itself sends it. */
  username: string | undefined
  appSpace: number
  userSpace: number
}

/** What an attachment counts for: no file takes less than a block of the disk. */
export const counted = (bytes: number): number => Math.max(bytes, limits.fileLeast.value)

/** Bytes that are taken, in all and by app and by user. */
class Used {
  total = 0
  readonly #by = new Map<string, number>()

  of(key: string): number {
    return this.#by.get(key) ?? 0
  }

  count(app: number | string, sender: string, bytes: number): void {
    this.total += bytes
    for (const key of [`${app}`, `${app}/${sender}`]) {
      const now = this.of(key) + bytes
      if (now > 0) this.#by.set(key, now)
      else this.#by.delete(key)
    }
  }
}

/** An upload that has not ended, which is no file yet. */
export interface Upload {
  app: number
  sender: string
  bytes: number
}

/** Bytes that attachments of a user take more than before, or less. */
export interface SpaceTaken {
  app: number
  sender: string
  bytes: number
}

/**
 * How the attachments in `dir` fill the `spaceBytes` that there are, and each app's and user's share. `others` hears what is
 * taken and given back here.
 */
export function attachmentSpace(
  dir: string,
  spaceBytes: number,
  now: () => number,
  log: Logger,
  others: (taken: SpaceTaken) => void,
) {
  let used = new Used()
  /** Bytes of uploads that have not ended, which are no files yet. */
  const coming = new Set<Upload>()

  /** What cannot be read or removed is logged and skipped: the rest and the server go on. */
  async function orTold(path: string, work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      log.error({ err: error, path }, 'old attachments could not be looked for; it is retried')
    }
  }

  /** Removes what is too old, and counts what is left. What is no attachment is left alone. */
  async function prune(): Promise<void> {
    const found = new Used()
    await orTold(dir, lookThrough(found))
    for (const { app, sender, bytes } of coming) found.count(app, sender, bytes)
    used = found
  }

  async function lookThrough(found: Used): Promise<void> {
    const apps = (await ifThere(readdir(dir, { withFileTypes: true }))) ?? []
    for (const app of apps.filter((each) => each.isDirectory() && /^\d+$/.test(each.name)))
      await orTold(join(dir, app.name), lookIn(found, app.name))
  }

  async function lookIn(found: Used, app: string): Promise<void> {
    for (const name of (await ifThere(readdir(join(dir, app)))) ?? [])
      if (fileName.test(name)) await orTold(join(dir, app, name), look(found, app, name))
  }

  async function look(found: Used, app: string, name: string): Promise<void> {
    const path = join(dir, app, name)
    // Another node may have removed it meanwhile.
    const file = await ifThere(stat(path))
    if (!file?.isFile()) return
    const part = name.endsWith('.part')
    if (file.mtimeMs + (part ? pruneEveryMs : limits.fileTime.value) < now()) await rm(path, { force: true })
    else if (isOldName(name)) found.count(app, none, counted(file.size))
    else if (!part) found.count(app, (await headOf(path))?.sender ?? none, counted(file.size - headLength))
  }

  function count(app: number, sender: string, bytes: number): void {
    used.count(app, sender, bytes)
    others({ app, sender, bytes })
  }

  function checkSpace({ app, username, appSpace, userSpace }: Sender, sender: string, more: number): void {
    const user = username === undefined ? 0 : used.of(`${app}/${sender}`) + more
    if (used.total + more > spaceBytes || used.of(`${app}`) + more > appSpace || user > userSpace)
      throw noSpace()
  }

  return {
    prune,

    /** Counts more bytes of an upload. Fails where they do not fit. */
    take(upload: Upload, from: Sender, bytes: number): void {
      const more = counted(bytes) - upload.bytes
      checkSpace(from, upload.sender, more)
      upload.bytes += more
      count(upload.app, upload.sender, more)
    },

    /** Bytes that are taken by an app, or by one of its users. */
    usedBy: (app: number, sender?: string): number =>
      used.of(sender === undefined ? `${app}` : `${app}/${sender}`),

    begin: (upload: Upload) => coming.add(upload),
    end: (upload: Upload) => coming.delete(upload),
    /** Counts what is there no more. */
    free: (app: number, sender: string, bytes: number): void => count(app, sender, -bytes),
    /** Counts what another thread has taken. */
    takenElsewhere: ({ app, sender, bytes }: SpaceTaken): void => used.count(app, sender, bytes),
  }
}
