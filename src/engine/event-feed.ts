import type { Event } from '../domain/event.ts'
import { serverStopping } from '../domain/failures.ts'
import { limits } from '../domain/limits.ts'
import type { Tally } from '../domain/tally.ts'
import { comparePositions, type EventPosition } from '../store/event-position.ts'
import type { EventReads, EventRow } from '../store/events.ts'
import type { RecordedRoomReads } from '../store/recorded-rooms.ts'
import type { Engine } from './engine-types.ts'
import type { Publisher } from './publisher.ts'

/** An event with its position. */
export type LoggedEvent = EventRow & EventPosition

/** One reader of the log of an app, which waits for what comes. */
export interface FeedReader {
  /** Aborted when nothing more is to be read: the server stops. */
  readonly signal: AbortSignal
  /** The events after a position, the first of them; undefined where some that came after it were removed. */
  read(after: EventPosition): Promise<LoggedEvent[] | undefined>
  /** Resolves when there may be more to read, after `ms` at the latest. */
  wait(ms: number): Promise<void>
  close(): void
}

/** The readers of the logs of all apps, as this process has them. */
export interface EventFeed extends Disposable {
  /** Names the log of an app in its positions: that of an app of the same name elsewhere is another. */
  logOf(app: { uuid: string }): string
  /**
   * Where a reader begins: after a position, after all that is there, or before it; undefined if a position is not in the
   * log, or messages of `rooms` that came after it are not.
   */
  startOf(
    app: number,
    after: EventPosition | 'latest' | 'earliest',
    rooms?: string[],
  ): Promise<EventPosition | undefined>
  /**
   * A reader, which is overtaken where messages of `rooms` are not recorded any more, too. Undefined where the app has as
   * many readers as it may have. Fails when the server stops.
   */
  open(app: number, rooms?: string[]): FeedReader | undefined
  /** There is more in the log of an app. */
  wake(app: number): void
  /** How many readers there are, of all apps. */
  count(): number
}

/**
 * How long a reader waits at first, and at most, before it polls. An event that is committed is seen
 * when all older transactions of the database have ended, and the bus that carries other nodes' can lose some.
 */
const looks = { firstMs: 20, lastMs: 2000 }

/** What another node has accepted is in the log by then, as a rule. */
const soonMs = 100

/** How long a stream that begins to record messages waits until the log shows that they are. */
const patienceMs = 2000

interface Reads {
  events: EventReads
  recordedRooms: RecordedRoomReads
}

class Reader implements FeedReader {
  private readonly ended = new AbortController()
  private resume: (() => void) | undefined
  private isWoken = false
  private nextLookMs: number = looks.firstMs
  private soon: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly app: number,
    private readonly reads: Reads,
    private readonly rooms: string[] | undefined,
    private readonly hasToLook: boolean,
    private readonly onClose: (reader: Reader) => void,
  ) {}

  get signal(): AbortSignal {
    return this.ended.signal
  }

  async read(after: EventPosition): Promise<LoggedEvent[] | undefined> {
    this.isWoken = false
    const { events, recordedRooms } = this.reads
    const found = await events.eventsAfter(this.app, after, limits.feedPage.value)
    // In this order: what is removed between the two counts as missed, and is not.
    if (comparePositions(after, await events.removedUpTo(this.app)) < 0) return undefined
    if (this.rooms) {
      const since = await recordedRooms.recordedSince(this.app, this.rooms)
      if (!since || comparePositions(after, since) < 0) return undefined
    }
    if (found.length > 0) this.nextLookMs = looks.firstMs
    return found
  }

  wait(ms: number): Promise<void> {
    if (this.isWoken || this.signal.aborted) return Promise.resolve()
    const lookMs = this.hasToLook ? this.nextLookMs : ms
    this.nextLookMs = Math.min(this.nextLookMs * 2, looks.lastMs)
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.resume?.(), Math.min(ms, lookMs))
      this.resume = () => {
        clearTimeout(timer)
        this.resume = undefined
        resolve()
      }
    })
  }

  wake(): void {
    this.isWoken = true
    this.nextLookMs = looks.firstMs
    this.resume?.()
  }

  wakeSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = undefined
      this.wake()
    }, soonMs)
  }

  close(): void {
    clearTimeout(this.soon)
    this.ended.abort()
    this.resume?.()
    this.onClose(this)
  }
}

/** What readers are woken by. */
interface Sources {
  events: Pick<Publisher<Event[]>, 'subscribe'>
  /** Messages that other nodes have accepted. */
  relayed: Pick<Publisher<{ app: number }>, 'subscribe'>
  apps: { subscribe(onChange: () => void): void }
}

/** Readers look whenever something was written, and whenever apps have changed, which can end them. */
export function eventFeed(
  { kind, store }: Pick<Engine, 'kind'> & { store: Reads },
  deployment: string,
  { events, relayed, apps }: Sources,
  tally: Pick<Tally, 'counter'>,
): EventFeed {
  // Other processes write, too, and transactions overlap.
  const hasToLook = kind === 'postgres'
  const readers = new Map<number, Set<Reader>>()
  let isStopped = false

  const streamsOf = (app: number) => tally.counter(`streams ${app}`)

  function forget(app: number, reader: Reader): void {
    const ofApp = readers.get(app)
    if (ofApp?.delete(reader)) streamsOf(app).add(-1)
    if (ofApp?.size === 0) readers.delete(app)
  }

  const all = () => [...readers.values()].flatMap((ofApp) => [...ofApp])

  const wakeAll = () => {
    for (const reader of all()) reader.wake()
  }
  const wake = (app: number) => {
    for (const reader of readers.get(app) ?? []) reader.wake()
  }
  apps.subscribe(wakeAll)
  events.subscribe((batch) => {
    if (readers.size > 0) for (const app of new Set(batch.map((event) => event.app))) wake(app)
  })

  // The node that has accepted a message records it.
  relayed.subscribe(({ app }) => {
    if (readers.size > 0) for (const reader of readers.get(app) ?? []) reader.wakeSoon()
  })

  /** The last position of a log, once that is not before one that was committed. */
  async function latestFrom(app: number, since: EventPosition): Promise<EventPosition> {
    const until = performance.now() + patienceMs
    for (;;) {
      const { latest } = await store.events.boundsOf(app)
      if (comparePositions(latest, since) >= 0) return latest
      if (performance.now() > until) return since
      await Bun.sleep(looks.firstMs)
    }
  }

  return {
    logOf: ({ uuid }) =>
      new Bun.CryptoHasher('sha256').update(`${deployment}/${uuid}`).digest('hex').slice(0, 8),

    async startOf(app, after, rooms) {
      const { removed, latest } = await store.events.boundsOf(app)
      const since = rooms && (await store.recordedRooms.recordedSince(app, rooms))
      if (rooms && !since) return undefined
      const first = since && comparePositions(since, removed) > 0 ? since : removed
      if (after === 'latest') return since ? latestFrom(app, first) : latest
      if (after === 'earliest') return first
      // A later position is of a log that no longer exists: a backup has been restored since.
      const isInside = comparePositions(first, after) <= 0 && comparePositions(after, latest) <= 0
      return isInside ? after : undefined
    },

    open(app, rooms) {
      const ofApp = readers.get(app) ?? new Set()
      if (isStopped) throw serverStopping()
      if (streamsOf(app).add(1) > limits.feedStreams.value) {
        streamsOf(app).add(-1)
        return undefined
      }
      const reader = new Reader(app, store, rooms, hasToLook, (closed) => forget(app, closed))
      readers.set(app, ofApp.add(reader))
      return reader
    },

    wake,
    count: () => all().length,

    [Symbol.dispose]() {
      isStopped = true
      for (const reader of all()) reader.close()
    },
  }
}
