import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from './limits.ts'

/** Milliseconds for which an attachment is kept. */
const kept = limits.fileTime.value

/** How often old attachments are looked for, in ms. */
const prunes = 3600 * 1000

/** Attachments of messages, as files in a directory: whoever knows an attachment's id and secret may read it. */
export interface Attachments {
  /** Keeps bytes; undefined when they would not fit any more. */
  add(app: number, bytes: Blob): Promise<{ uuid: string; secret: string } | undefined>
  /** The file of an attachment; undefined when there is none with this secret. */
  find(app: number, uuid: string, secret: string): Promise<Blob | undefined>
  stop(): void
}

/**
 * Keeps attachments in `dir`, at most `space` bytes in all, each for seven days. Nothing is kept beside the bytes: a
 * file's name is the hash of its id and secret, so that a wrong secret names no file.
 */
export async function openAttachments(dir: string, space: number, now: () => number): Promise<Attachments> {
  const dirOf = (app: number): string => join(dir, String(app))
  const nameOf = (uuid: string, secret: string): string =>
    new Bun.CryptoHasher('sha256').update(`${uuid}:${secret}`).digest('hex')

  let used = 0

  /** Removes what is too old, and counts what is left. */
  async function prune(): Promise<void> {
    let total = 0
    for (const app of await readdir(dir).catch(() => [])) {
      for (const name of await readdir(join(dir, app))) {
        const path = join(dir, app, name)
        const { size, mtimeMs } = await stat(path)
        if (mtimeMs + kept < now()) await rm(path)
        else total += size
      }
    }
    used = total
  }

  await prune()
  const pruning = setInterval(() => prune().catch(() => undefined), prunes)
  pruning.unref()

  return {
    async add(app, bytes) {
      if (used + bytes.size > space) return undefined
      used += bytes.size
      const uuid = crypto.randomUUID()
      const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64url')
      const path = join(dirOf(app), nameOf(uuid, secret))
      await mkdir(dirOf(app), { recursive: true, mode: 0o700 })
      await Bun.write(`${path}.part`, bytes)
      await rename(`${path}.part`, path)
      return { uuid, secret }
    },

    async find(app, uuid, secret) {
      const file = Bun.file(join(dirOf(app), nameOf(uuid, secret)))
      return (await file.exists()) ? file : undefined
    },

    stop: () => clearInterval(pruning),
  }
}
