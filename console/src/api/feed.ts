import { send } from './client.ts'

/** An event of the app's feed. */
export interface FeedEvent {
  id: string
  type: string
  timestamp: number
  chatroomid: string
  operator: string
  operation: string
  data: Record<string, unknown>
  before?: Record<string, unknown>
}

/** How the connection is: `lost` while it waits to come back, `refused` when it will not. */
export type FeedState = 'connecting' | 'live' | 'lost' | 'refused'

interface Feed {
  url: string
  onEvents(events: FeedEvent[]): void
  /** Events were missed: what is shown must be read again. */
  onReset(): void
  onState(state: FeedState): void
}

/** Reads blocks of server-sent events out of what has come; the last part may be half a block. */
function readBlocks(text: string): { blocks: string[]; rest: string } {
  const parts = text.split('\n\n')
  const rest = parts.pop() ?? ''
  return { blocks: parts, rest }
}

function readBlock(block: string): { id: string; event: string; data: string } {
  const read = { id: '', event: '', data: '' }
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    if (name === 'id' || name === 'event' || name === 'data') read[name] += line.slice(colon + 1).trimStart()
  }
  return read
}

/** Follows the feed until it is closed; a lost connection is taken up where it broke. */
export function followFeed({ url, onEvents, onReset, onState }: Feed): () => void {
  const closing = new AbortController()
  let position = ''
  let waitMs = 500

  function take(block: string): FeedEvent | undefined {
    const { id, event, data } = readBlock(block)
    if (id) position = id
    if (event === 'reset') {
      position = ''
      onReset()
      return undefined
    }
    return data ? { ...JSON.parse(data), id } : undefined
  }

  async function readAll(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .getReader()
    let text = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const { blocks, rest } = readBlocks(text + value)
      text = rest
      const events = blocks.map(take).filter((event) => event !== undefined)
      if (events.length > 0) onEvents(events)
    }
  }

  /** Whether it is worth coming again. */
  async function connect(): Promise<boolean> {
    const request = new Request(url, {
      headers: { accept: 'text/event-stream', ...(position ? { 'last-event-id': position } : {}) },
      signal: closing.signal,
    })
    const response = await send(request)
    if (response.status === 410) {
      position = ''
      onReset()
      return true
    }
    if (response.ok && response.body) {
      onState('live')
      waitMs = 500
      await readAll(response.body)
      return true
    }
    return response.status === 429 || response.status >= 500
  }

  async function follow(): Promise<void> {
    onState('connecting')
    while (!closing.signal.aborted) {
      const isWorthIt = await connect().catch(() => true)
      if (closing.signal.aborted) return
      onState(isWorthIt ? 'lost' : 'refused')
      if (!isWorthIt) return
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      waitMs = Math.min(waitMs * 2, 8000)
    }
  }

  void follow()
  return () => closing.abort()
}
