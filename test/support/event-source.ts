import type { Json } from './json.ts'

/** An event of a stream, as it was sent; `id` alone is a heartbeat. */
export interface SentEvent {
  id?: string
  event?: string
  data?: Json
}

/** A stream of server-sent events that is read as it comes. */
export interface EventSource {
  status: number
  headers: Headers
  /** The last id that was received. */
  readonly lastId: string
  /** Everything that was sent, as text. */
  readonly text: string
  /** The next event with data; undefined when the stream has ended. */
  next(): Promise<SentEvent | undefined>
  /** The next so many. */
  take(count: number): Promise<SentEvent[]>
  close(): void
}

function eventOf(block: string): SentEvent {
  const event: SentEvent = {}
  for (const line of block.split('\n')) {
    const [, field = '', value = ''] = /^([^:]+): ?(.*)$/.exec(line) ?? []
    if (field === 'id' || field === 'event') event[field] = value
    if (field === 'data') event.data = JSON.parse(value)
  }
  return event
}

/** Opens a stream; a response that is none has `next` fail. */
export async function openEvents(
  url: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<EventSource> {
  const closing = new AbortController()
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: closing.signal,
  })
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let [text, rest, lastId] = ['', '', headers['last-event-id'] ?? '']

  async function next(): Promise<SentEvent | undefined> {
    for (;;) {
      const end = rest.indexOf('\n\n')
      if (end >= 0) {
        const event = eventOf(rest.slice(0, end))
        rest = rest.slice(end + 2)
        if (event.id !== undefined) lastId = event.id
        if (event.data !== undefined) return event
        continue
      }
      const part = await reader?.read().catch(() => undefined)
      if (!part || part.done) return undefined
      const more = decoder.decode(part.value, { stream: true })
      text += more
      rest += more
    }
  }

  return {
    status: response.status,
    headers: response.headers,
    get lastId() {
      return lastId
    },
    get text() {
      return text
    },
    next,
    async take(count) {
      const events: SentEvent[] = []
      while (events.length < count) {
        const event = await next()
        if (!event) throw new Error(`the stream ended after ${events.length} of ${count} events`)
        events.push(event)
      }
      return events
    },
    close: () => closing.abort(),
  }
}
