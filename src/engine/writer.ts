import { availableParallelism } from 'node:os'
import { storeFailed } from '../domain/failures.ts'
import { closed } from './closing.ts'
import {
  type Commit,
  committing,
  failureSent,
  type OnEvents,
  type Outcome,
  type Rehearse,
  type SentRequest,
  type Waiting,
} from './commit.ts'

/** Most operations that share a commit: bounds how long the first of them waits for the last. */
const batchLimit = 512

/** The server and its writer share one core: reading requests while a commit is made gains nothing. */
const sharesCore = availableParallelism() === 1

export interface Writer {
  commit: Commit
  rehearse: Rehearse
  /** Fails when nothing can be written; while writes fail, it tries one. */
  check(): Promise<void>
  /** What waits now, and what was committed since the start. */
  load(): { waiting: number; commits: number; operations: number }
  /** Finishes what waits, then closes the store. */
  close(): Promise<void>
}

const sent = ({ request }: Waiting): SentRequest => ({ ...request, operation: request.operation.id })

/** Yields one event-loop turn so that pending I/O is processed. */
const nextTurn = (): Promise<void> => new Promise((begin) => setImmediate(begin))

/** Starts the thread, which opens the store in `dir`; `ask` sends it one request at a time. */
async function openThread(dir: string) {
  const thread = new Worker(new URL('./writer-thread.ts', import.meta.url))
  const ask = (message: unknown): Promise<string> =>
    new Promise((resolve, reject) => {
      thread.onmessage = ({ data }: MessageEvent<string>) => resolve(data)
      thread.onerror = (event) => reject(new Error(event.message))
      thread.postMessage(JSON.stringify(message))
    })
  const { refused } = JSON.parse(await ask({ open: dir })) as { refused?: string }
  if (refused) {
    thread.terminate()
    throw new Error(refused)
  }
  return { ask, terminate: () => thread.terminate() }
}

/** Why an outcome is none. */
function reasonOf(outcome: Outcome | undefined): string | undefined {
  if (!outcome) return undefined
  if ('failure' in outcome) return outcome.failure.cause ?? outcome.failure.text
  return 'error' in outcome ? outcome.error : undefined
}

/** A storage failure fails a whole batch, hence its first outcome. */
function troubleIn([outcome]: Outcome[]): string | undefined {
  const failure = outcome && 'failure' in outcome ? outcome.failure : undefined
  return failure?.word === 'service_unavailable' ? (failure.cause ?? failure.text) : undefined
}

/** Gives the caller its outcome, after the events that it has caused are known everywhere in this process. */
function settle({ resolve, reject }: Waiting, outcome: Outcome | undefined, onEvents: OnEvents) {
  if (!outcome) return reject(new Error('the writer gave no outcome'))
  if ('error' in outcome) return reject(new Error(outcome.error))
  if ('failure' in outcome) return reject(failureSent(outcome.failure))
  const published = onEvents(outcome.events)
  if (published) published.then(() => resolve(outcome.result), reject)
  else resolve(outcome.result)
}

/**
 * Writes to the embedded store from a thread of its own, so that no fsync stops the event loop. What waits
 * while a commit is under way shares the next one. `onEvents` is
 * called with each operation's events before its caller has the result. Fails when the data cannot be opened.
 */
export async function openWriter(dir: string, onEvents: OnEvents, batch = batchLimit): Promise<Writer> {
  const { ask, terminate } = await openThread(dir)

  let queue: Waiting[] = []
  let working: Promise<void> | undefined
  let death: unknown
  let commits = 0
  let operations = 0
  /** Why writes fail, if the store is the reason; until a probe can be written, since small changes may fit where others do not. */
  let trouble: string | undefined
  let probing: PromiseWithResolvers<void> | undefined

  async function probe(done: PromiseWithResolvers<void>): Promise<void> {
    try {
      const [outcome] = JSON.parse(await ask({ probe: true })) as Outcome[]
      trouble = reasonOf(outcome)
    } catch (error) {
      death = error
      trouble = String(error)
    }
    probing = undefined
    done.resolve()
  }

  /**
   * Waits for as long as more comes in, so that callers of the last commit share the next one: half as
   * many commits as when two groups take turns, and an eighth more creates a second (docs/adr/0015).
   */
  async function gather(): Promise<void> {
    let before = -1
    while (before < queue.length && queue.length < batch) {
      before = queue.length
      await nextTurn()
      await nextTurn()
    }
  }

  async function work(): Promise<void> {
    while (queue.length > 0 || probing) {
      if (probing) await probe(probing)
      if (queue.length === 0) continue
      if (sharesCore) await gather()
      const group = queue.splice(0, batch)
      try {
        const outcomes = JSON.parse(await ask({ batch: group.map(sent) })) as Outcome[]
        trouble = troubleIn(outcomes) ?? trouble
        commits += 1
        operations += group.length
        for (const [index, waiting] of group.entries()) settle(waiting, outcomes[index], onEvents)
      } catch (error) {
        death = error
        for (const { reject } of [...group, ...queue]) reject(error)
        queue = []
      }
    }
    working = undefined
  }

  return {
    ...committing(
      (request) =>
        new Promise((resolve, reject) => {
          if (death) return reject(storeFailed())
          queue.push({ request, resolve, reject })
          working ??= nextTurn().then(work)
        }),
    ),

    async check() {
      if (death) throw new Error('the writer has stopped', { cause: death })
      if (trouble === undefined) return
      probing ??= Promise.withResolvers<void>()
      const { promise } = probing
      working ??= nextTurn().then(work)
      await promise
      if (trouble !== undefined) throw new Error(`nothing can be written: ${trouble}`)
    },

    load: () => ({ waiting: queue.length, commits, operations }),

    async close() {
      await working
      if (!death) await closed(ask({ close: true }))
      terminate()
    },
  }
}
