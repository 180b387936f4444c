import { openHistoryWriter } from '../store/history/sqlite-history-file.ts'
import { outcomeOf } from './run.ts'

declare const self: Worker

let opened: Awaited<ReturnType<typeof openHistoryWriter>>

/** A request to the thread: a write, or to open or close the file. */
type Request = { call: string; args: unknown[] }

async function handle({ call, args }: Request): Promise<void> {
  if (call === 'open') {
    opened = await openHistoryWriter(args[0] as string)
    return
  }
  if (call === 'close') {
    opened.close()
    return
  }
  const write = opened.writes[call as keyof typeof opened.writes] as (...args: unknown[]) => Promise<unknown>
  await write(...args)
}

self.onmessage = async ({ data }: MessageEvent<string>) => {
  try {
    await handle(JSON.parse(data))
    self.postMessage('{}')
  } catch (error) {
    self.postMessage(JSON.stringify(outcomeOf(error)))
  }
}
