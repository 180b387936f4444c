import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { diskFull } from '../domain/body-failures.ts'
import { headLength, headOf, ifThere, none, senderHash, sha256 } from './attachment-head.ts'
import {
  attachmentSpace,
  counted,
  pruneEveryMs,
  type Sender,
  type SpaceTaken,
  type Upload,
} from './attachment-space.ts'

const uuidOnly = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Attachments of messages, as files in a directory. */
export interface Attachments {
  /** Stores what comes; fails where it would not fit, and leaves nothing then. A secret is needed to read it if `secret`. */
  add(
    sender: Sender,
    chunks: AsyncIterable<Uint8Array>,
    secret: boolean,
  ): Promise<{ uuid: string; secret: string | undefined }>
  /** As `add`, and stores nothing. */
  rehearse: Attachments['add']
  /** The bytes of an attachment; undefined when there is none that may be read with this secret. */
  find(app: number, uuid: string, secret: string): Promise<Blob | undefined>
  /** Who may delete an attachment: `sender` decides whether this user sent it. Undefined when there is none. */
  about(app: number, uuid: string): Promise<{ sentBy(username: string): boolean } | undefined>
  remove(app: number, uuid: string): Promise<void>
  /** Bytes that attachments of an app take, or those of one of its users. */
  usedBy(app: number, username?: string): number
  /** Counts what another thread has taken of the space. */
  takenElsewhere(taken: SpaceTaken): void
  stop(): void
}

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT'].includes(String(error.code))

/** Fails where an upload would not fit; takes nothing in the end. */
async function checkFit(
  taken: ReturnType<typeof attachmentSpace>,
  from: Sender,
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ uuid: string; secret: undefined }> {
  const uuid = crypto.randomUUID()
  const upload: Upload = { uuid, app: from.app, sender: senderHash(from.app, from.username), bytes: 0 }
  try {
    let size = 0
    taken.take(upload, from, size)
    for await (const chunk of chunks) {
      size += chunk.length
      taken.take(upload, from, size)
    }
    return { uuid, secret: undefined }
  } finally {
    taken.end(upload, false)
  }
}

/**
 * Stores attachments in `dir`, at most `space` bytes in all, each for seven days. A file is named by its attachment's id,
 * and begins with who sent it and the hash of its secret, so that nodes which share the directory share all that. Of several threads
 * one looks for old files from time to time, and tells `others` what it has found.
 */
export async function openAttachments(
  dir: string,
  space: number,
  now: () => number,
  log: Logger,
  others: (taken: SpaceTaken) => void = () => undefined,
  prunes = true,
): Promise<Attachments> {
  const dirOf = (app: number): string => join(dir, String(app))
  const pathOf = (app: number, uuid: string): string | undefined =>
    uuidOnly.test(uuid) ? join(dirOf(app), uuid) : undefined

  const taken = attachmentSpace(dir, space, now, log, others)
  await taken.begin()
  const pruning = prunes ? setInterval(taken.prune, pruneEveryMs).unref() : undefined

  return {
    async add(from, chunks, needsSecret) {
      const { app } = from
      const sender = senderHash(app, from.username)
      const uuid = crypto.randomUUID()
      const secret = needsSecret
        ? Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64url')
        : undefined
      const path = join(dirOf(app), uuid)
      const part = `${path}.part`
      const upload: Upload = { uuid, app, sender, bytes: 0 }
      const take = (bytes: number): void => taken.take(upload, from, bytes)
      try {
        take(0)
        await mkdir(dirOf(app), { recursive: true, mode: 0o700 })
        const file = await open(part, 'wx', 0o600)
        try {
          await file.writeFile(sender + (secret === undefined ? none : sha256(`${uuid}:${secret}`)))
          let size = 0
          for await (const chunk of chunks) {
            size += chunk.length
            take(size)
            await file.writeFile(chunk)
          }
        } finally {
          await file.close()
        }
        await rename(part, path)
        taken.end(upload, true)
        return { uuid, secret }
      } catch (error) {
        taken.end(upload, false)
        await rm(part, { force: true }).catch((left) =>
          log.error({ err: left, path: part }, 'a part of an upload could not be removed; it is retried'),
        )
        if (isFull(error)) throw diskFull()
        throw error
      }
    },

    rehearse: (from, chunks) => checkFit(taken, from, chunks),

    async find(app, uuid, secret) {
      const path = pathOf(app, uuid)
      if (path === undefined) return undefined
      const head = await headOf(path)
      if (!head) {
        const old = Bun.file(join(dirOf(app), sha256(`${uuid}:${secret}`)))
        return (await old.exists()) ? old : undefined
      }
      if (head.secret !== none && head.secret !== sha256(`${uuid}:${secret}`)) return undefined
      return Bun.file(path).slice(headLength)
    },

    async about(app, uuid) {
      const path = pathOf(app, uuid)
      const head = path === undefined ? undefined : await headOf(path)
      return head && { sentBy: (username) => head.sender === senderHash(app, username) }
    },

    async remove(app, uuid) {
      const path = pathOf(app, uuid)
      const file = path === undefined ? undefined : await ifThere(stat(path))
      const head = path === undefined ? undefined : await headOf(path)
      if (path === undefined || !file || !head) return
      // Where somebody else was faster, it is they who count it.
      const removed = await ifThere(rm(path).then(() => true))
      if (removed) taken.free(app, head.sender, counted(file.size - headLength))
    },

    usedBy: (app, username) =>
      taken.usedBy(app, username === undefined ? undefined : senderHash(app, username)),

    takenElsewhere: taken.takenElsewhere,

    stop: () => clearInterval(pruning),
  }
}
