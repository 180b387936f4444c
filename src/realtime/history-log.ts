import { limits } from '../domain/limits.ts'
import type { RelayedMessage } from '../domain/relayed-message.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import type { HistoryBatch, HistoryStore } from '../store/history/history.ts'
import { metaIn } from './meta-in.ts'
import type { Parts } from './parts.ts'

/** Messages are buffered this long: a crash can lose these, and those of the running transaction. */
const gatherMs = 50
const retryMs = 1000
/** Messages of one transaction. */
const batch = 1000
/** Bytes that a message takes in memory beside its frame. */
const overhead = 200
/** Messages that a room takes beyond what its app retains before it is trimmed. */
const slack = 100

/** Counts what is to be stored, and lets others wait until what was added so far is. */
function progress() {
  let added = 0
  let done = 0
  let waiters: { until: number; promise: Promise<void>; resolve(): void }[] = []
  return {
    isAwaited: (): boolean => waiters.length > 0,
    isDone: (): boolean => done === added,
    add(): void {
      added += 1
    },
    stored(): Promise<void> {
      if (done === added) return Promise.resolve()
      const last = waiters.at(-1)
      if (last?.until === added) return last.promise
      const waiter = { until: added, ...Promise.withResolvers<void>() }
      waiters.push(waiter)
      return waiter.promise
    },
    did(count: number): void {
      done += count
      const ready = waiters.filter(({ until }) => until <= done)
      waiters = waiters.filter(({ until }) => until > done)
      for (const { resolve } of ready) resolve()
    },
  }
}

/** A pause that can be cut short. */
function gathering() {
  let end: () => void = () => undefined
  return {
    hurry: (): void => end(),
    pause(): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>()
      end = resolve
      const timer = setTimeout(resolve, gatherMs)
      return promise.finally(() => clearTimeout(timer))
    },
  }
}

const sizeOf = ({ frame }: RelayedMessage): number => frame.length + overhead

type Given = Pick<Parts, 'log' | 'counters' | 'tally'> & { history: HistoryStore }

/** Trims the rooms of apps that retain a number of messages, when enough have come since. */
function trimming(history: HistoryStore) {
  let counted = new Map<string, number>()
  return async (messages: RelayedMessage[]): Promise<void> => {
    for (const { app, room, history: terms } of messages) {
      if (typeof terms?.perRoom !== 'number') continue
      const key = `${app}/${room}`
      const count = (counted.get(key) ?? slack) + 1
      if (count > slack) await history.trim(app, room, terms.perRoom)
      if (counted.size >= limits.historyRoomsCounted.value) counted = new Map()
      counted.set(key, count > slack ? 0 : count)
    }
  }
}

const batchOf = (messages: RelayedMessage[], removed: number[]): HistoryBatch => ({
  rows: messages.map(({ id, app, room, sender, directed, history: terms, frame }) => ({
    id: Number(id),
    app,
    room,
    sender,
    directed: directed ?? null,
    ignoredBy: terms?.ignoredBy ?? null,
    ...metaIn(frame),
  })),
  removed,
  isDurable: messages.some(({ history: terms }) => terms?.isDurable),
})

/**
 * Stores the messages of apps with a history, after the fan-out and in batches. One that is not stored yet when the
 * process dies is lost to the history; whoever must not lose it waits until it is `stored`.
 */
export function historyLog({ history, log, counters, tally }: Given) {
  const failed = rateLimitedLog(log, 'messages could not be stored in the history; it is retried')
  let messages: RelayedMessage[] = []
  let recalled: number[] = []
  /** Bytes that wait, of all threads. */
  const ofAll = tally.counter('history bytes')
  let writing: Promise<void> | undefined
  let isStopped = false
  // Each in its order; a recall may overtake messages.
  const accepted = progress()
  const taken = progress()
  const { pause, hurry } = gathering()
  const trim = trimming(history)

  function waits(change: number): void {
    ofAll.add(change)
    counters.historyWaiting += change
  }

  const hasSpace = (): boolean => ofAll.add(0) < limits.historyWaiting.value

  /** Writes until nothing waits; what comes while a transaction is under way is gathered again. */
  async function write(): Promise<void> {
    while (messages.length > 0 || recalled.length > 0) {
      const isAwaited = accepted.isAwaited() || taken.isAwaited()
      if (!isStopped && !isAwaited && messages.length < batch) await pause()
      const some = messages.slice(0, batch)
      const removed = [...recalled]
      try {
        await history.append(batchOf(some, removed))
        await trim(some)
      } catch (error) {
        failed(error)
        if (isStopped) break
        await Bun.sleep(retryMs)
        continue
      }
      messages = messages.slice(some.length)
      recalled = recalled.slice(removed.length)
      waits(-some.reduce((sum, message) => sum + sizeOf(message), 0))
      counters.historyStored += some.length
      accepted.did(some.length)
      taken.did(removed.length)
    }
    writing = undefined
  }

  /** Resolves when the messages that were added so far are stored. */
  function stored(): Promise<void> {
    const promise = accepted.stored()
    if (!accepted.isDone()) hurry()
    return promise
  }

  function takeOut(id: number): void {
    recalled.push(id)
    taken.add()
  }

  return {
    /** Takes in a message that this node has accepted; a recall takes the recalled one out. */
    add(message: RelayedMessage): void {
      if (message.recalls !== undefined) takeOut(message.recalls)
      else if (!hasSpace()) counters.historyLost += 1
      else {
        messages.push(message)
        waits(sizeOf(message))
        accepted.add()
      }
      writing ??= write()
    },

    /** Takes out what another node has recalled: it may have been accepted here, and wait. */
    recalledElsewhere(id: number): void {
      takeOut(id)
      writing ??= write()
    },

    /** Whether one more message would not wait for longer than the limit allows. */
    hasSpace,

    stored,

    /** Resolves when messages are stored and recalled ones taken out, or after a while: for reads, which show what there is. */
    async soon(ms: number): Promise<void> {
      if (accepted.isDone() && taken.isDone()) return
      const both = Promise.all([stored(), taken.stored()])
      hurry()
      await Promise.race([both, Bun.sleep(ms)])
    },

    /** Writes what waits. */
    async stop(): Promise<void> {
      isStopped = true
      hurry()
      await writing
    },
  }
}

export type HistoryLog = ReturnType<typeof historyLog>
