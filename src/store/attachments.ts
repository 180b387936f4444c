import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { diskFull, noSpace } from '../domain/body-failures.ts'
import { limits } from '../domain/limits.ts'

/** How often old attachments are looked for, in ms. */
const prunes = 3600 * 1000

/** What a file of an attachment begins with: the hash of who sent it, and the hash of its secret. */
const hashLength = 64
const headLength = 2 * hashLength
/** In place of a hash: no user sent it, or no secret is needed. */
const none = '-'.repeat(hashLength)

/** Files of attachments, those that an older version named by a hash, and what is left of uploads that never ended. */
const fileName = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64})(\.part)?$/
const uuidOnly = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const sha256 = (text: string): string => new Bun.CryptoHasher('sha256').update(text).digest('hex')

/** Whose an attachment is, and what may be taken of the space, in bytes. */
interface Sender {
  app: number
  /** Undefined where the app itself sends it. */
  username: string | undefined
  appSpace: number
  userSpace: number
}

/** Attachments of messages, as files in a directory. */
export interface Attachments {
  /** Keeps what comes; fails where it would not fit, and leaves nothing then. A secret is needed to read it if `secret`. */
  add(
    sender: Sender,
    chunks: AsyncIterable<Uint8Array>,
    secret: boolean,
  ): Promise<{ uuid: string; secret: string | undefined }>
  /** The bytes of an attachment; undefined when there is none that may be read with this secret. */
  find(app: number, uuid: string, secret: string): Promise<Blob | undefined>
  /** Who may delete an attachment: `sender` says whether this user sent it. Undefined when there is none. */
  about(app: number, uuid: string): Promise<{ sentBy(username: string): boolean } | undefined>
  remove(app: number, uuid: string): Promise<void>
  stop(): void
}

interface Head {
  sender: string
  secret: string
}

async function headOf(path: string): Promise<Head | undefined> {
  const text = await Bun.file(path)
    .slice(0, headLength)
    .text()
    .catch(() => '')
  if (text.length < headLength) return undefined
  return { sender: text.slice(0, hashLength), secret: text.slice(hashLength) }
}

const senderHash = (app: number, username: string | undefined): string =>
  username === undefined ? none : sha256(`${app}:${username}`)

/** What an attachment counts for: no file takes less than a block of the disk. */
const counted = (bytes: number): number => Math.max(bytes, limits.fileLeast.value)

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

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT'].includes(String(error.code))

/**
 * Keeps attachments in `dir`, at most `space` bytes in all, each for seven days. A file is named by its attachment's id,
 * and begins with who sent it and the hash of its secret, so that nodes which share the directory share all that.
 */
export async function openAttachments(dir: string, space: number, now: () => number): Promise<Attachments> {
  const dirOf = (app: number): string => join(dir, String(app))
  const pathOf = (app: number, uuid: string): string | undefined =>
    uuidOnly.test(uuid) ? join(dirOf(app), uuid) : undefined

  let used = new Used()
  /** Bytes of uploads that have not ended, which are no files yet. */
  const coming = new Set<{ app: number; sender: string; bytes: number }>()

  /** Removes what is too old, and counts what is left. What is no attachment is left alone. */
  async function prune(): Promise<void> {
    const found = new Used()
    const apps = await readdir(dir, { withFileTypes: true }).catch(() => [])
    for (const app of apps.filter((each) => each.isDirectory() && /^\d+$/.test(each.name))) {
      for (const name of await readdir(join(dir, app.name)).catch(() => []))
        if (fileName.test(name)) await look(found, app.name, name)
    }
    for (const { app, sender, bytes } of coming) found.count(app, sender, bytes)
    used = found
  }

  async function look(found: Used, app: string, name: string): Promise<void> {
    const path = join(dir, app, name)
    // Another node may have removed it meanwhile.
    const file = await stat(path).catch(() => undefined)
    if (!file?.isFile()) return
    const part = name.endsWith('.part')
    if (file.mtimeMs + (part ? prunes : limits.fileTime.value) < now()) await rm(path, { force: true })
    else if (!part) found.count(app, (await headOf(path))?.sender ?? none, counted(file.size - headLength))
  }

  function checkSpace({ app, username, appSpace, userSpace }: Sender, sender: string, more: number): void {
    const user = username === undefined ? 0 : used.of(`${app}/${sender}`) + more
    if (used.total + more > space || used.of(`${app}`) + more > appSpace || user > userSpace) throw noSpace()
  }

  await prune()
  const pruning = setInterval(() => prune().catch(() => undefined), prunes)
  pruning.unref()

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
      const upload = { app, sender, bytes: 0 }
      const take = (bytes: number): void => {
        const more = counted(bytes) - upload.bytes
        checkSpace(from, sender, more)
        upload.bytes += more
        used.count(app, sender, more)
      }
      coming.add(upload)
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
        return { uuid, secret }
      } catch (error) {
        used.count(app, sender, -upload.bytes)
        await rm(part, { force: true }).catch(() => undefined)
        if (isFull(error)) throw diskFull()
        throw error
      } finally {
        coming.delete(upload)
      }
    },

    async find(app, uuid, secret) {
      const path = pathOf(app, uuid)
      const head = path === undefined ? undefined : await headOf(path)
      if (path === undefined || !head) return undefined
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
      const file = path === undefined ? undefined : await stat(path).catch(() => undefined)
      const head = path === undefined ? undefined : await headOf(path)
      if (path === undefined || !file || !head) return
      try {
        await rm(path)
      } catch {
        // Somebody else was faster, and counts it.
        return
      }
      used.count(app, head.sender, -counted(file.size - headLength))
    },

    stop: () => clearInterval(pruning),
  }
}
