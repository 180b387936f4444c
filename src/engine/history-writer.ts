import { existsSync } from 'node:fs'
import { type HistoryStore, sentRow } from '../store/history/history.ts'
import { historyFileOf, openHistoryReader } from '../store/history/sqlite-history-file.ts'
import { unavailable } from '../store/unavailable.ts'
import { closed } from './closing.ts'
import { failureSent, type SentFailure } from './commit.ts'

/**
 * Stores messages beside the embedded store in `dir`. A thread of its own writes, so that no commit of rooms waits for
 * messages; it is started with the first of them.
 */
export function openEmbeddedHistory(dir: string): HistoryStore {
  const reader = openHistoryReader(dir)
  let thread: Worker | undefined
  let last: Promise<unknown> = Promise.resolve()

  function ask(worker: Worker, call: string, args: unknown[]): Promise<void> {
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<string>) => {
        const { failure, error } = JSON.parse(data) as { failure?: SentFailure; error?: string }
        if (failure) reject(failureSent(failure))
        else if (error === undefined) resolve()
        else reject(unavailable(error))
      }
      worker.onerror = (event) => reject(unavailable(event.message))
      worker.postMessage(JSON.stringify({ call, args }))
    })
  }

  async function started(): Promise<Worker> {
    if (thread) return thread
    const worker = new Worker(new URL('./history-thread.ts', import.meta.url))
    try {
      await ask(worker, 'open', [dir])
    } catch (error) {
      worker.terminate()
      throw error
    }
    thread = worker
    return worker
  }

  /** Sends a request to the thread once it has replied to the previous one. */
  function write(call: string, ...args: unknown[]): Promise<void> {
    const mine = last.then(async () => ask(await started(), call, args))
    last = mine.catch(() => undefined)
    return mine
  }

  return {
    ...reader.reads,
    append: ({ rows, ...batch }) => write('append', { ...batch, rows: rows.map(sentRow) }),
    hide: (...given) => write('hide', ...given),
    clear: (...given) => write('clear', ...given),
    trim: (...given) => write('trim', ...given),
    // No app has stored messages: nothing to prune, and no reason for a thread.
    prune: async (...given) => (existsSync(historyFileOf(dir)) ? write('prune', ...given) : undefined),
    async close() {
      reader.close()
      await last
      if (!thread) return
      await closed(ask(thread, 'close', []))
      thread.terminate()
    },
  }
}
