import { availableParallelism } from 'node:os'
import { storeFailed } from '../domain/failures.ts'
import { nextTurn } from '../domain/next-turn.ts'
import { receivedFailure } from '../domain/sent-failure.ts'
import {
  type Commit,
  committing,
  type OnEvents,
  type Outcome,
  type Rehearse,
  type SentRequest,
  type Waiting,
} from './commit.ts'
import { batchLimit, type WriterPlace } from './writer-messages.ts'
import { writerPort } from './writer-port.ts'

/** The server and its writer share one core: reading requests while a commit is made gains nothing. */
const sharesCore = availableParallelism() === 1

export interface Writer {
  commit: Commit
  rehearse: Rehearse
  /** Fails when nothing can be written; while writes fail, it tries one. */
  check(): Promise<void>
  /** What waits now, and what was committed since the start. */
  load(): { waiting: number; commits: number; operations: number }
  /** Applies what other threads have written and answered. Where something takes a while, resolves when it is done. */
  catchUp(): undefined | Promise<void>
  /** The thread that writes has died. */
  died(error: unknown): void
  /** Finishes what waits. */
  close(): Promise<void>
}

const sent = ({ request }: Waiting): SentRequest => ({ ...request, operation: request.operation.id })

/** Why an operation has failed; undefined where it has not. */
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
  if ('failure' in outcome) return reject(receivedFailure(outcome.failure))
  const published = onEvents(outcome.events)
  if (published) published.then(() => resolve(outcome.result), reject)
  else resolve(outcome.result)
}

/**
 * Writes to the embedded store through the thread that does, so that no fsync stops the event loop. What waits
 * while a commit is under way shares the next one. `onEvents` is called with each operation's events before its caller has
 * the result, `onEventsElsewhere` with those of other threads, in the order of commits.
 */
export function writerOn(
  place: WriterPlace,
  onEvents: OnEvents,
  onEventsElsewhere: OnEvents,
  batch = batchLimit,
): Writer {
  const { ask, catchUp, ...port } = writerPort(place, onEventsElsewhere)

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
      await ask({ probe: true }, ([outcome]) => {
        trouble = reasonOf(outcome)
      })
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
        await ask({ batch: group.map(sent) }, (outcomes, isFirst) => {
          trouble = troubleIn(outcomes) ?? trouble
          commits += isFirst ? 1 : 0
          operations += group.length
          for (const [index, waiting] of group.entries()) settle(waiting, outcomes[index], onEvents)
        })
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

    catchUp,
    died: port.died,

    async close() {
      await working
      port.close()
    },
  }
}
