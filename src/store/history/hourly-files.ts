import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { firstMessageId } from '../../domain/message-ids.ts'
import { dayMs, hourMs } from '../../domain/time.ts'
import type { HistoryReads, StoredMessage } from './history.ts'

/** Messages of an app, a file for each hour: gzip, one JSON a line, the oldest first. */
export interface HourlyFiles {
  /** The file of the hour that began at `startMs` and is over; undefined where there were no messages. */
  find(app: number, startMs: number): Promise<Blob | undefined>
}

/** How long a file is retained after its hour: it can be made again for as long as there are messages. */
const retentionMs = 4 * dayMs
/** Messages of one read. */
const piece = 500

/** Creates the files on demand below `dir`, and retains them for some days. */
export function hourlyFiles(
  dir: string,
  history: Pick<HistoryReads, 'scanApp'>,
  lineOf: (message: StoredMessage) => string,
  now: () => number,
): HourlyFiles {
  const making = new Map<string, Promise<Blob | undefined>>()

  async function* lines(app: number, startMs: number, counted: { rows: number }): AsyncGenerator<string> {
    let above = firstMessageId(startMs) - 1
    const below = firstMessageId(startMs + hourMs)
    for (;;) {
      const rows = await history.scanApp(app, above, below, piece)
      counted.rows += rows.length
      if (rows.length > 0) yield rows.map((row) => `${lineOf(row)}\n`).join('')
      if (rows.length < piece) return
      above = rows.at(-1)?.id ?? below
    }
  }

  async function removeOld(folder: string): Promise<void> {
    const oldest = now() - retentionMs
    for (const name of await readdir(folder))
      if (Number.parseInt(name, 10) < oldest) await rm(join(folder, name), { force: true })
  }

  async function make(app: number, startMs: number): Promise<Blob | undefined> {
    const folder = join(dir, String(app))
    const path = join(folder, `${startMs}.gz`)
    if (await Bun.file(path).exists()) return Bun.file(path)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await removeOld(folder)
    const part = `${path}.${crypto.randomUUID()}.part`
    const counted = { rows: 0 }
    try {
      const file = createWriteStream(part, { mode: 0o600 })
      await pipeline(Readable.from(lines(app, startMs, counted)), createGzip(), file)
      if (counted.rows === 0) return undefined
      await rename(part, path)
      return Bun.file(path)
    } finally {
      await rm(part, { force: true })
    }
  }

  return {
    find(app, startMs) {
      const key = `${app}/${startMs}`
      const known = making.get(key)
      if (known) return known
      const made = make(app, startMs).finally(() => making.delete(key))
      making.set(key, made)
      return made
    },
  }
}
