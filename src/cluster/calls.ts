import { Failure } from '../domain/failure.ts'
import { receivedFailure, type SentFailure, sentFailure } from '../domain/sent-failure.ts'

/** What carries calls between two threads. */
interface Wire {
  postMessage(message: unknown, transfer?: Transferable[]): void
  onmessage: ((event: MessageEvent) => void) | null
}

/** What one thread does for the other, by name; what it returns can be sent. */
export type Served = Record<string, (given: never) => unknown>

type Message =
  | { call: number; name: string; given: unknown }
  | { reply: number; result: unknown }
  | { reply: number; failure: SentFailure }
  | { reply: number; error: string }

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Calls between two threads, in both directions. */
export function callsOn(wire: Wire, served: Served) {
  const open = new Map<number, { resolve(result: unknown): void; reject(error: unknown): void }>()
  let last = 0
  let end: unknown

  async function serve({ call, name, given }: Extract<Message, { call: number }>): Promise<void> {
    try {
      const result = await served[name]?.(given as never)
      wire.postMessage({ reply: call, result })
    } catch (error) {
      if (!(error instanceof Failure)) return wire.postMessage({ reply: call, error: textOf(error) })
      wire.postMessage({ reply: call, failure: sentFailure(error) })
    }
  }

  wire.onmessage = ({ data }: MessageEvent<Message>) => {
    if ('call' in data) return void serve(data)
    const waiting = open.get(data.reply)
    open.delete(data.reply)
    if ('failure' in data) waiting?.reject(receivedFailure(data.failure))
    else if ('error' in data) waiting?.reject(new Error(data.error))
    else waiting?.resolve(data.result)
  }

  return {
    call: (name: string, given?: unknown, transfer: Transferable[] = []): Promise<unknown> =>
      new Promise((resolve, reject) => {
        if (end !== undefined) return reject(end)
        last += 1
        open.set(last, { resolve, reject })
        wire.postMessage({ call: last, name, given }, transfer)
      }),

    /** The other thread is gone: nothing gets a reply any more. */
    end(error: unknown): void {
      end ??= error
      for (const { reject } of open.values()) reject(error)
      open.clear()
    },
  }
}

export type Calls = ReturnType<typeof callsOn>
