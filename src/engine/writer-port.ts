import { type MessagePort as NodePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Event } from '../domain/event.ts'
import { nextTurn } from '../domain/next-turn.ts'
import type { OnEvents, Outcome } from './commit.ts'
import type { Asked, FromWriter, Reply, WriterPlace } from './writer-messages.ts'

/** The outcomes of a batch, and whether it is the first of those that shared its commit. */
type Settle = (outcomes: Outcome[], isFirst: boolean) => void

/** What was asked of the writer, and is not answered. */
interface Question {
  settle: Settle
  resolve(): void
  reject(error: unknown): void
}

const eventsOf = (outcomes: Outcome[]): Event[] =>
  outcomes.flatMap((outcome) => ('events' in outcome ? outcome.events : []))

/** How a thread asks the writer, one thing at a time, and hears in the order of commits what other threads have written. */
export function writerPort({ port, version }: WriterPlace, onEventsElsewhere: OnEvents) {
  const latest = new Int32Array(version)
  let applied = latest[0] as number
  let question: Question | undefined
  let death: unknown
  /** Changes of other threads that take a while to be applied. */
  let applying: Promise<void> | undefined

  const isBehind = (): boolean => ((Atomics.load(latest, 0) - applied) | 0) > 0

  function apply(outcomes: Outcome[]): void {
    const events = eventsOf(outcomes)
    const published = events.length > 0 ? onEventsElsewhere(events) : undefined
    if (!published) return
    const all = Promise.all([applying, published]).then(() => {
      if (applying === all) applying = undefined
    })
    applying = all
  }

  function settle(outcomes: Outcome[], isFirst: boolean): void {
    const asked = question
    question = undefined
    try {
      asked?.settle(outcomes, isFirst)
      asked?.resolve()
    } catch (error) {
      asked?.reject(error)
    }
  }

  function replied({ version: of, from, count, isFirst, text }: Reply): void {
    const outcomes = JSON.parse(text) as Outcome[]
    apply(outcomes.slice(0, from))
    if (count > 0) settle(outcomes.slice(from, from + count), isFirst)
    apply(outcomes.slice(from + count))
    applied = of
  }

  function received(message: FromWriter): void {
    if (typeof message === 'string') settle(JSON.parse(message), true)
    else if ('probe' in message) settle([JSON.parse(message.probe)], true)
    else replied(message)
  }

  /** What was sent before the version rose may be on its way to the event loop already. */
  async function caughtUp(): Promise<void> {
    while (isBehind() && death === undefined) await nextTurn()
    await applying
  }

  port.onmessage = ({ data }: MessageEvent<FromWriter>) => received(data)

  return {
    /** Sends a batch, and settles it in the order of commits. */
    ask: (asked: Asked, settle: Settle): Promise<void> =>
      new Promise((resolve, reject) => {
        if (death !== undefined) return reject(death)
        question = { settle, resolve, reject }
        port.postMessage(JSON.stringify(asked))
      }),

    /**
     * Applies what other threads have written and answered: costs a look at one number where they have not. Where something
     * takes a while, resolves when it is done.
     */
    catchUp(): undefined | Promise<void> {
      if (!isBehind()) return applying
      // The same class; its types differ.
      const own = port as unknown as NodePort
      for (let taken = receiveMessageOnPort(own); taken; taken = receiveMessageOnPort(own))
        received(taken.message)
      return isBehind() ? caughtUp() : applying
    },

    /** The thread that writes has died. */
    died(error: unknown): void {
      death ??= error
      question?.reject(error)
    },

    close: () => port.close(),
  }
}
