import { limits } from '../../domain/limits.ts'
import type { FeedReader, LoggedEvent } from '../../engine/event-feed.ts'
import type { Awaitable } from '../../store/database.ts'
import type { EventPosition } from '../../store/event-position.ts'

/** Between two comments that keep the connection open, where nothing happens. */
export const heartbeatMs = 15_000

/** What a client that has lost its connection waits before it reconnects. */
const retryMs = 3000

interface Streamed {
  reader: FeedReader
  start: EventPosition
  /** The position as the client has it. */
  idOf(position: EventPosition): string
  isWanted(event: LoggedEvent): boolean
  dataOf(event: LoggedEvent): string
  /** Whether the caller may still read. */
  isAllowed(): Awaitable<boolean>
  heartbeatMs?: number
}

/**
 * The log as server-sent events, from a position on. It reads on only when the client has taken what it was sent, so that
 * the log itself is the buffer of slow readers.
 */
export function eventStream({
  reader,
  start,
  idOf,
  isWanted,
  dataOf,
  isAllowed,
  heartbeatMs: beat = heartbeatMs,
}: Streamed): ReadableStream<string> {
  let position = start
  /** The last position that the client was sent. */
  let sent: EventPosition | undefined
  let isOver = false
  let stalled: ReturnType<typeof setTimeout> | undefined

  const shown = (event: LoggedEvent): string =>
    `id: ${idOf(event)}\nevent: ${event.type}\ndata: ${dataOf(event)}\n\n`

  /** A position alone moves that of the client past events that it did not want. */
  function heartbeat(): string {
    if (sent === position) return ':\n\n'
    sent = position
    return `:\nid: ${idOf(position)}\n\n`
  }

  /** What comes next; undefined where the stream ends. */
  async function next(): Promise<string | undefined> {
    if (sent === undefined) return `retry: ${retryMs}\n${heartbeat()}`
    const beatsAt = performance.now() + beat
    while (!isOver && !reader.signal.aborted && (await isAllowed())) {
      const events = await reader.read(position)
      if (!events) {
        isOver = true
        return 'event: reset\ndata: {"type":"reset"}\n\n'
      }
      const last = events.at(-1)
      if (last) position = last
      const wanted = events.filter(isWanted)
      if (wanted.length > 0) {
        if (wanted.at(-1) === last) sent = position
        return wanted.map(shown).join('')
      }
      const leftMs = beatsAt - performance.now()
      if (leftMs <= 0) return heartbeat()
      if (events.length < limits.feedPage.value) await reader.wait(leftMs)
    }
    return undefined
  }

  function end(): void {
    clearTimeout(stalled)
    isOver = true
    reader.close()
  }

  return new ReadableStream<string>({
    async pull(controller) {
      clearTimeout(stalled)
      try {
        const text = await next()
        if (text === undefined) {
          end()
          controller.close()
          return
        }
        controller.enqueue(text)
        stalled = setTimeout(() => {
          end()
          controller.close()
        }, limits.feedStall.value)
      } catch {
        // The store is gone: whoever reconnects gets the error.
        end()
        controller.close()
      }
    },
    cancel: end,
  })
}
