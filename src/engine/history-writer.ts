import { existsSync } from 'node:fs'
import { receivedFailure, type SentFailure } from '../domain/sent-failure.ts'
import { type HistoryStore, sentRow } from '../store/history/history.ts'
import { historyFileOf, openHistoryReader } from '../store/history/sqlite-history-file.ts'
import { unavailable } from '../store/unavailable.ts'
import { closed } from './closing.ts'

/** Sends a write to the thread that stores messages, and returns its reply, both as JSON. */
export type WriteHistory = (text: string) => Promise<string>

/** Reads messages beside the embedded store in `dir`, and writes them by `send`. */
export function historyOn(dir: string, send: WriteHistory): HistoryStore {
  const reader = openHistoryReader(dir)

  async function write(call: string, ...args: unknown[]): Promise<void> {
    const { failure, error } = JSON.parse(await send(JSON.stringify({ call, args }))) as {
      failure?: SentFailure
      error?: string
    }
    if (failure) throw receivedFailure(failure)
    if (error !== undefined) throw unavailable(error)
  }

  return {
    ...reader.reads,
    append: ({ rows, ...batch }) => write('append', { ...batch, rows: rows.map(sentRow) }),
    hide: (...given) => write('hide', ...given),
    clear: (...given) => write('clear', ...given),
    trim: (...given) => write('trim', ...given),
    // No app has stored messages: nothing to prune, and no reason for a thread.
    prune: async (...given) => (existsSync(historyFileOf(dir)) ? write('prune', ...given) : undefined),
    close: async () => reader.close(),
  }
}

/** The thread that stores messages in `dir`, so that no commit of rooms waits for them; it is started with the first of them. */
export function historyWriter(dir: string) {
  let thread: Worker | undefined
  let last: Promise<unknown> = Promise.resolve()

  const ask = (worker: Worker, text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<string>) => resolve(data)
      worker.onerror = (event) => reject(unavailable(event.message))
      worker.postMessage(text)
    })

  /** Sends a request to the thread, starting it first where none runs. Where it cannot open its file, the reply says so. */
  async function askStarted(text: string): Promise<string> {
    if (thread) return ask(thread, text)
    const worker = new Worker(new URL('./history-thread.ts', import.meta.url))
    const opened = await ask(worker, JSON.stringify({ call: 'open', args: [dir] })).catch((error) => {
      worker.terminate()
      throw error
    })
    if (opened !== '{}') {
      worker.terminate()
      return opened
    }
    thread = worker
    return ask(worker, text)
  }

  return {
    /** Sends a request once the previous one has its reply. */
    write(text: string): Promise<string> {
      const mine = last.then(() => askStarted(text))
      last = mine.catch(() => undefined)
      return mine
    },

    async close(): Promise<void> {
      await last
      if (!thread) return
      await closed(ask(thread, JSON.stringify({ call: 'close', args: [] })))
      thread.terminate()
    },
  }
}

/** Stores messages beside the embedded store in `dir`, which nobody else has open. */
export function openEmbeddedHistory(dir: string): HistoryStore {
  const writer = historyWriter(dir)
  const history = historyOn(dir, writer.write)
  return {
    ...history,
    async close() {
      await history.close()
      await writer.close()
    },
  }
}
