import { backoff } from '../domain/callbacks/backoff.ts'
import { type Callback, isWanted } from '../domain/callbacks/callback.ts'
import { limits } from '../domain/limits.ts'
import type { HeldRule, QueuedCallback, Settled } from '../store/callback-delivery.ts'
import { comparePositions, type EventPosition } from '../store/event-position.ts'
import type { Posted } from './attempt.ts'
import { attemptLog } from './attempt-log.ts'
import { lanes } from './lanes.ts'
import { render } from './render.ts'
import { signer } from './sign.ts'
import type { WorkerGiven } from './worker-types.ts'

/** A callback on its way: read from the log, or from the queue, where it has a position. */
interface Item extends Pick<Callback, 'room' | 'callId' | 'event' | 'at' | 'body'> {
  position: string
  entry: Entry | undefined
  seq: number | undefined
  attempts: number
}

/** An event that was read: what is left of its callbacks. */
interface Entry {
  position: EventPosition
  left: number
}

const nothing = (): Settled => ({ queued: [], removed: [], failed: [], log: [] })
const isNothing = ({ position, queued, removed, failed }: Settled): boolean =>
  !position && queued.length + removed.length + failed.length === 0

const placeOf = ({ xid, at, room, number }: EventPosition): string => `${xid}-${at}-${number + 1}-${room}`

/**
 * Delivers one rule for as long as this process holds it. Events are read in the order of commits and go out by room. One that
 * fails is tried again at once, then put into the queue, with all that comes after it in its room; so the log is read
 * on, and other rooms do not wait. What was delivered and is not stored when the process dies is delivered again.
 */
export class RuleWorker {
  private readonly stopping = new AbortController()
  private readonly window: Entry[] = []
  private readonly parked = new Set<string>()
  private readonly trying = new Set<number>()
  private readonly lanes = lanes<Item>(limits.callbackConnections.value, (items) => this.deliverAll(items))
  private readonly signed: ReturnType<typeof signer>
  private readonly shown = attemptLog()
  private readTo: EventPosition
  private storedTo: EventPosition
  /** Everything up to here is delivered, or in the queue. */
  private readyTo: EventPosition | undefined
  private settled = nothing()
  private queuedCount = 0
  private resume: (() => void) | undefined
  private isWoken = false
  readonly done: Promise<void>

  constructor(private readonly given: WorkerGiven) {
    this.signed = signer(given.rule)
    this.readTo = given.held
    this.storedTo = given.held
    this.done = this.run()
  }

  get held(): HeldRule {
    return this.given.held
  }

  /** It lost the rule to another process. */
  get hasEnded(): boolean {
    return this.isStopped
  }

  /** When the oldest event happened that is not delivered, in microseconds; undefined where there is none. */
  get oldestUs(): number | undefined {
    return this.window[0]?.position.at
  }

  wake(): void {
    this.isWoken = true
    this.resume?.()
  }

  /** Ends what is under way, and stores what has come of the rest. */
  stop(): Promise<void> {
    this.lanes.clear()
    this.stopping.abort()
    this.wake()
    return this.done
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted
  }

  private async run(): Promise<void> {
    const { store, held, failed } = this.given
    let isReady = false
    while (!this.isStopped) {
      try {
        if (!isReady) {
          for (const room of await store.callbackDelivery.queuedRooms(held.app, held.rule))
            this.parked.add(room)
          isReady = true
        }
        const isMore = await this.read()
        await this.takeDue()
        if (!(await this.store())) return
        await this.pause(isMore)
      } catch (error) {
        failed(error)
        await this.pause(false)
      }
    }
    await this.store().catch(failed)
  }

  /** Waits until there may be something to do; while there is, results are gathered for a moment. */
  private async pause(isMore: boolean): Promise<void> {
    if (this.isStopped) return
    const { lookMs, gatherMs } = this.given.terms
    const isBusy = isMore || this.isWoken || this.window.length > 0 || this.trying.size > 0
    this.isWoken = false
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, isBusy ? gatherMs : lookMs)
    if (!isBusy) this.resume = resolve
    const stopped = () => resolve()
    this.stopping.signal.addEventListener('abort', stopped, { once: true })
    await promise
    this.stopping.signal.removeEventListener('abort', stopped)
    this.resume = undefined
    clearTimeout(timer)
  }

  /** Reads what has come to the log; returns whether there may be more. */
  private async read(): Promise<boolean> {
    const { store, app, rule, held } = this.given
    const space = limits.callbackWindow.value - this.window.length
    if (space <= 0 || this.queuedCount >= limits.callbackQueue.value) return false
    const rows = await store.events.eventsAfter(held.app, this.readTo, space)
    for (const row of rows) {
      this.readTo = row
      const wanted = render(app, row).filter((callback) => isWanted(rule, callback))
      const entry = { position: row, left: wanted.length }
      this.window.push(entry)
      for (const callback of wanted)
        this.begin({ ...callback, position: placeOf(row), entry, seq: undefined, attempts: 0 })
    }
    return rows.length === space
  }

  private begin(item: Item): void {
    if (this.parked.has(item.room)) this.queue(item, undefined)
    else this.lanes.add(item)
  }

  /** Puts a callback into the queue: one that failed, or one behind it. */
  private queue(
    item: Item,
    failure: Pick<QueuedCallback, 'due' | 'attempts' | 'failed' | 'error'> | undefined,
  ): void {
    const { room, callId: call, event, at, body } = item
    this.parked.add(room)
    this.queuedCount += 1
    this.settled.queued.push({
      room,
      call,
      event,
      at,
      body,
      ...(failure ?? { due: null, attempts: 0, failed: 0, error: '' }),
    })
    if (item.entry) item.entry.left -= 1
  }

  /** Takes from the queue what is first in its room, and due. */
  private async takeDue(): Promise<void> {
    if (this.parked.size === 0) return
    const { store, held, terms } = this.given
    const due = await store.callbackDelivery.dueCallbacks(
      held.app,
      held.rule,
      terms.now(),
      limits.callbackWindow.value,
    )
    for (const { call: callId, ...queued } of due) {
      if (this.trying.has(queued.seq)) continue
      this.trying.add(queued.seq)
      this.lanes.add({
        ...queued,
        event: queued.event as Callback['event'],
        callId,
        position: '',
        entry: undefined,
      })
    }
  }

  /** Delivers callbacks of one room in their order, until one fails. */
  private async deliverAll(items: Item[]): Promise<void> {
    for (const item of items) {
      if (this.isStopped) return
      // One before it may have failed meanwhile.
      if (item.seq === undefined && this.parked.has(item.room)) this.queue(item, undefined)
      else await this.deliver(item)
    }
  }

  private async deliver(item: Item): Promise<void> {
    const { terms } = this.given
    for (;;) {
      const posted = await this.attempt(item)
      if (this.isStopped && !posted.isDone) return
      if (posted.isDone) return this.delivered(item)
      const pause = backoff(item.attempts, terms.random, posted.retryAfterMs)
      if (pause === 0) continue
      return this.failed(item, posted, pause)
    }
  }

  private async attempt(item: Item): Promise<Posted> {
    const { rule, attempt, counters } = this.given
    const { callId: call, room, event, position } = item
    const at = Date.now()
    const body = this.signed.body(call, item.body)
    const posted = await attempt(rule.url, this.signed.headers(call, body, at), body, this.stopping.signal)
    if (this.isStopped && !posted.isDone) return posted
    item.attempts += 1
    counters[posted.isDone ? 'delivered' : 'failed'] += 1
    const { status, error, ms } = posted
    const attempted = { at, room, call, event, position, attempt: item.attempts, status, error, ms }
    this.settled.log.push({ ...attempted, ...this.shown(item.body, posted, at) })
    return posted
  }

  private delivered({ seq, entry }: Item): void {
    if (entry) entry.left -= 1
    if (seq !== undefined) this.settled.removed.push(seq)
  }

  private failed(item: Item, { error }: Posted, pause: number | undefined): void {
    const { counters, terms } = this.given
    const now = terms.now()
    if (pause === undefined) counters.dead += 1
    const failure = {
      due: pause === undefined ? null : now + pause,
      attempts: item.attempts,
      failed: now,
      error,
    }
    if (item.seq !== undefined) this.settled.failed.push({ seq: item.seq, ...failure })
    else this.queue(item, failure)
  }

  /** Stores what has become of callbacks since the last time; false if another process holds the rule now. */
  private async store(): Promise<boolean> {
    while (this.window[0]?.left === 0) this.readyTo = this.window.shift()?.position ?? this.readyTo
    const position = this.readyTo
    const settled = {
      ...this.settled,
      position: position && comparePositions(position, this.storedTo) > 0 ? position : undefined,
    }
    if (isNothing(settled) && settled.log.length === 0) return true
    this.settled = nothing()
    let isOurs: boolean
    try {
      isOurs = await this.given.settle({ ...settled, log: settled.log.slice(-limits.callbackLog.value) })
    } catch (error) {
      const since = this.settled
      this.settled = {
        queued: [...settled.queued, ...since.queued],
        removed: [...settled.removed, ...since.removed],
        failed: [...settled.failed, ...since.failed],
        log: [...settled.log, ...since.log],
      }
      throw error
    }
    if (settled.position) this.storedTo = settled.position
    await this.settledRooms(settled)
    if (!isOurs) this.stopping.abort()
    return isOurs
  }

  /** What left the queue may have been the last of its room: then new callbacks of it go out at once. */
  private async settledRooms({ removed, failed }: Settled): Promise<void> {
    for (const seq of [...removed, ...failed.map(({ seq }) => seq)]) this.trying.delete(seq)
    if (removed.length === 0 && failed.length === 0) return
    const { store, held } = this.given
    const left = new Set(await store.callbackDelivery.queuedRooms(held.app, held.rule))
    const unstored = new Set(this.settled.queued.map(({ room }) => room))
    this.queuedCount = Math.max(0, this.queuedCount - removed.length)
    for (const room of this.parked) if (!left.has(room) && !unstored.has(room)) this.parked.delete(room)
  }
}
