import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { noSpace } from '../domain/body-failures.ts'
import { limits } from '../domain/limits.ts'
import { crossesWarning } from '../domain/quota.ts'
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
  /** Hears when a share has come so far that a warning is due, and how many bytes of it are taken. */
  nearly?: (quota: 'fileSpace' | 'userFileSpace', usedBytes: number) => void
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

  /** Of each user of each app. */
  *users(): Generator<{ app: string; sender: string }> {
    for (const key of this.#by.keys()) {
      const [app = '', sender] = key.split('/')
      if (sender !== undefined) yield { app, sender }
    }
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

/** An upload that has not ended. */
export interface Upload {
  uuid: string
  app: number
  sender: string
  bytes: number
}

/** Bytes that attachments of a user take more than before, or less; by an upload, which may have ended. */
export interface SpaceTaken {
  app: number
  sender: string
  bytes: number
  upload?: string
  isEnded?: boolean
}

/**
 * Looks through the attachments in `dir`, counts them and removes those that are too old. What is no attachment is left alone, and
 * what is still an upload.
 */
function lookingThrough(dir: string, now: () => number, log: Logger, isComing: (uuid: string) => boolean) {
  /** What cannot be read or removed is logged and skipped: the rest and the server go on. */
  async function orTold(path: string, work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      log.error({ err: error, path }, 'old attachments could not be looked for; it is retried')
    }
  }

  async function lookThrough(found: Used): Promise<void> {
    const apps = (await ifThere(readdir(dir, { withFileTypes: true }))) ?? []
    for (const app of apps.filter((each) => each.isDirectory() && /^\d+$/.test(each.name)))
      await orTold(join(dir, app.name), lookIn(found, app.name))
  }

  async function lookIn(found: Used, app: string): Promise<void> {
    for (const name of (await ifThere(readdir(join(dir, app)))) ?? [])
      if (fileName.test(name)) await orTold(join(dir, app, name), lookAt(found, app, name))
  }

  async function lookAt(found: Used, app: string, name: string): Promise<void> {
    const path = join(dir, app, name)
    // Another node may have removed it meanwhile.
    const file = await ifThere(stat(path))
    if (!file?.isFile()) return
    const part = name.endsWith('.part')
    // Counted as an upload.
    if (isComing(name)) return
    if (file.mtimeMs + (part ? pruneEveryMs : limits.fileTime.value) < now()) await rm(path, { force: true })
    else if (isOldName(name)) found.count(app, none, counted(file.size))
    else if (!part) found.count(app, (await headOf(path))?.sender ?? none, counted(file.size - headLength))
  }

  return (found: Used): Promise<void> => orTold(dir, lookThrough(found))
}

/** Tells of shares that are nearly taken by so many more bytes. */
function warnOf(
  used: Used,
  { app, username, appSpace, userSpace, nearly }: Sender,
  sender: string,
  more: number,
): void {
  const [ofApp, ofUser] = [used.of(`${app}`), used.of(`${app}/${sender}`)]
  if (crossesWarning(appSpace, ofApp, ofApp + more)) nearly?.('fileSpace', ofApp + more)
  if (username !== undefined && crossesWarning(userSpace, ofUser, ofUser + more))
    nearly?.('userFileSpace', ofUser + more)
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
  const used = new Used()
  /** Uploads of all threads that have not ended; those that end while files are looked through stay until that is over. */
  const coming = new Map<string, Upload>()
  const ended = new Set<string>()
  let looking: Promise<void> | undefined

  const lookThrough = lookingThrough(dir, now, log, (uuid) => coming.has(uuid))

  /** Brings the figures up to date. */
  async function look(tells: boolean): Promise<void> {
    const found = new Used()
    await lookThrough(found)
    for (const { app, sender, bytes } of coming.values()) found.count(app, sender, bytes)
    for (const { app, sender } of [...used.users(), ...found.users()]) {
      const key = `${app}/${sender}`
      const more = found.of(key) - used.of(key)
      used.count(app, sender, more)
      if (tells && more !== 0) others({ app: Number(app), sender, bytes: more })
    }
    for (const uuid of ended) coming.delete(uuid)
    ended.clear()
  }

  function prune(tells: boolean): Promise<void> {
    looking ??= look(tells).finally(() => {
      looking = undefined
    })
    return looking
  }

  function end(uuid: string): void {
    if (looking) ended.add(uuid)
    else coming.delete(uuid)
  }

  function count(taken: SpaceTaken): void {
    used.count(taken.app, taken.sender, taken.bytes)
    others(taken)
  }

  function checkSpace({ app, username, appSpace, userSpace }: Sender, sender: string, more: number): void {
    const user = username === undefined ? 0 : used.of(`${app}/${sender}`) + more
    if (used.total + more > spaceBytes || used.of(`${app}`) + more > appSpace || user > userSpace)
      throw noSpace()
  }

  return {
    /** Looks through the files when a thread begins. */
    begin: (): Promise<void> => prune(false),
    /** Looks through them again, for all threads. */
    prune: (): Promise<void> => prune(true),

    /** Counts more bytes of an upload. Fails where they do not fit. */
    take(upload: Upload, from: Sender, bytes: number): void {
      const more = counted(bytes) - upload.bytes
      checkSpace(from, upload.sender, more)
      warnOf(used, from, upload.sender, more)
      const { uuid, app, sender } = upload
      upload.bytes += more
      coming.set(uuid, upload)
      count({ app, sender, bytes: more, upload: uuid })
    },

    /** An upload has ended: what it takes is a file, or nothing where it has failed. */
    end(upload: Upload, isFile: boolean): void {
      const { uuid, app, sender, bytes } = upload
      if (!isFile) upload.bytes = 0
      end(uuid)
      count({ app, sender, bytes: isFile ? 0 : -bytes, upload: uuid, isEnded: true })
    },

    /** Bytes that are taken by an app, or by one of its users. */
    usedBy: (app: number, sender?: string): number =>
      used.of(sender === undefined ? `${app}` : `${app}/${sender}`),

    /** Counts what is there no more. */
    free: (app: number, sender: string, bytes: number): void => count({ app, sender, bytes: -bytes }),

    /** Counts what another thread has taken. */
    takenElsewhere({ app, sender, bytes, upload: uuid, isEnded }: SpaceTaken): void {
      used.count(app, sender, bytes)
      if (uuid === undefined) return
      const upload = coming.get(uuid) ?? { uuid, app, sender, bytes: 0 }
      upload.bytes += bytes
      coming.set(uuid, upload)
      if (isEnded) end(uuid)
    },
  }
}
