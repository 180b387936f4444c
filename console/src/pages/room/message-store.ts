import type { FeedEvent } from '../../api/feed.ts'

/** A message as the page shows it. */
export interface ShownMessage {
  id: string
  timestamp: number
  from: string
  kind: string
  body: Record<string, unknown>
  /** It was recalled or deleted. */
  isGone: boolean
}

/** A message of the history. */
export interface HistoryLine {
  msg_id: string
  timestamp: number
  from: string
  payload: { bodies?: Record<string, unknown>[] }
}

export interface Messages {
  list: readonly ShownMessage[]
  /** There may be older ones. */
  hasOlder: boolean
}

/** What is kept in memory of a long stream. */
const most = 2000

/**
 * New ones are shown together, this often: each change draws the list again, and more at once would hold up the page
 * for longer than one notices.
 */
const flushMs = 60

const ofLine = ({ msg_id, timestamp, from, payload }: HistoryLine): ShownMessage => {
  const body = payload.bodies?.[0] ?? {}
  return { id: msg_id, timestamp, from, kind: String(body.type ?? ''), body, isGone: false }
}

function ofEvent({ operator, timestamp, data }: FeedEvent): ShownMessage {
  const payload = data.payload as { from?: string; bodies?: Record<string, unknown>[] } | undefined
  return {
    id: String(data.id),
    timestamp: Number(data.timestamp ?? timestamp),
    from: payload?.from || operator,
    kind: String(data.kind ?? ''),
    body: payload?.bodies?.[0] ?? {},
    isGone: false,
  }
}

const goneIn = ({ type, data }: FeedEvent): string[] => {
  if (type === 'message.recalled') return [String(data.recalled)]
  return type === 'message.deleted' && Array.isArray(data.messages) ? data.messages.map(String) : []
}

/** The messages of a room, in their order, each once. */
export class MessageStore {
  private messages: Messages = { list: [], hasOlder: true }
  private readonly ids = new Set<string>()
  private readonly listeners = new Set<() => void>()
  private waiting: ShownMessage[] = []
  private readonly gone = new Set<string>()
  private timer: ReturnType<typeof setTimeout> | undefined

  readonly subscribe = (heard: () => void): (() => void) => {
    this.listeners.add(heard)
    return () => this.listeners.delete(heard)
  }

  readonly current = (): Messages => this.messages

  /** Takes what the feed tells. */
  take(events: readonly FeedEvent[]): void {
    for (const event of events) {
      if (event.type === 'message.sent') this.waiting.push(ofEvent(event))
      for (const id of goneIn(event)) this.gone.add(id)
    }
    this.timer ??= setTimeout(() => this.flush(), flushMs)
  }

  /** Adds a page of the history, newest first. */
  addPage(lines: readonly HistoryLine[], hasOlder: boolean): void {
    this.waiting.push(...lines.map(ofLine))
    this.flush(hasOlder)
  }

  markGone(id: string): void {
    this.gone.add(id)
    this.flush()
  }

  private flush(hasOlder = this.messages.hasOlder): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const added = this.waiting.filter(({ id }) => !this.ids.has(id) && this.ids.add(id))
    this.waiting = []
    let list = added.length > 0 ? merged(this.messages.list, added) : this.messages.list
    if (this.gone.size > 0) {
      list = list.map((message) => (this.gone.has(message.id) ? { ...message, isGone: true } : message))
      this.gone.clear()
    }
    const over = list.length - most
    if (over > 0) {
      for (const { id } of list.slice(0, over)) this.ids.delete(id)
      list = list.slice(over)
    }
    this.messages = { list, hasOlder: hasOlder || over > 0 }
    for (const heard of this.listeners) heard()
  }
}

const inOrder = (a: ShownMessage, b: ShownMessage): number =>
  a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1)

function merged(list: readonly ShownMessage[], added: ShownMessage[]): ShownMessage[] {
  added.sort(inOrder)
  const [first] = added
  const last = list.at(-1)
  const all = [...list, ...added]
  return !first || !last || inOrder(last, first) <= 0 ? all : all.sort(inOrder)
}
