import { closed } from './closing.ts'
import type { ToThread, WriterPlace } from './writer-messages.ts'

/** The thread that alone writes to the embedded store, for any number of others. */
export interface WriterWorker {
  /** Lets one more thread write, by what comes back. */
  join(): WriterPlace
  /** Calls back when the thread dies. */
  onDeath(died: (error: unknown) => void): void
  /** Closes the store. */
  close(): Promise<void>
}

/** Starts the thread, which opens the store in `dir`. Fails when the data cannot be opened. */
export async function startWriter(dir: string): Promise<WriterWorker> {
  const thread = new Worker(new URL('./writer-thread.ts', import.meta.url))
  const version = new SharedArrayBuffer(4)
  let death: unknown
  const onDeath: ((error: unknown) => void)[] = []

  const ask = (message: ToThread): Promise<string> =>
    new Promise((resolve, reject) => {
      thread.onmessage = ({ data }: MessageEvent<string>) => resolve(data)
      thread.onerror = (event) => {
        death = new Error(event.message)
        reject(death)
        for (const died of onDeath) died(death)
      }
      thread.postMessage(message)
    })

  const { refused } = JSON.parse(await ask({ open: dir, version })) as { refused?: string }
  if (refused) {
    thread.terminate()
    throw new Error(refused)
  }
  return {
    join() {
      const { port1, port2 } = new MessageChannel()
      thread.postMessage({ join: port2 } satisfies ToThread, [port2])
      return { port: port1, version }
    },
    onDeath: (died) => void onDeath.push(died),
    async close() {
      if (death === undefined) await closed(ask({ close: true }))
      thread.terminate()
    },
  }
}
