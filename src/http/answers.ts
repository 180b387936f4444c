import type { AppRecord } from '../apps/app.ts'
import type { Event } from '../events.ts'
import { type Call, type Extras, successFrom, successHead } from './envelope.ts'

/** What a GET of the app itself was answered, good until something that it tells of changes. */
export interface KeptAnswer {
  /** The app as it was; one whose settings or key have changed since is another record. */
  app: AppRecord
  operation: string
  /** The room that it tells of; empty for a list of the app's rooms. */
  room: string
  /** The envelope's text up to the time, which alone differs from one answer to the next. */
  head: string
}

/** Characters of answers, with their URLs and what it takes to find them, that are kept. */
const embedded = 24 * 1024 * 1024

const sizeOf = (url: string, { head }: KeptAnswer): number => head.length + url.length + 200

const subject = (app: number, room: string): string => `${app}/${room}`

/**
 * Answers by URL, bounded by their length in characters. An answer goes in the step that tells of a write, before the
 * writer has its answer, so that nobody reads what an answered write replaced. For the embedded store, where one
 * process makes every write; a bound of 0 keeps nothing.
 */
export function answerCache(bound = embedded) {
  const answers = new Map<string, KeptAnswer>()
  /** URLs of answers by what they tell of. */
  const urls = new Map<string, string[]>()
  let size = 0

  function forget(about: string): void {
    for (const url of urls.get(about) ?? []) {
      size -= sizeOf(url, answers.get(url) as KeptAnswer)
      answers.delete(url)
    }
    urls.delete(about)
  }

  function clear(): void {
    answers.clear()
    urls.clear()
    size = 0
  }

  function keep(url: string, answer: KeptAnswer): void {
    const needed = sizeOf(url, answer)
    if (needed > bound / 8) return
    const about = subject(answer.app.id, answer.room)
    if (answers.has(url)) forget(about)
    answers.set(url, answer)
    const others = urls.get(about)
    if (others) others.push(url)
    else urls.set(about, [url])
    size += needed
    for (const oldest of answers.values()) {
      if (size <= bound) return
      forget(subject(oldest.app.id, oldest.room))
    }
  }

  return {
    find: (url: string): KeptAnswer | undefined => answers.get(url),

    /** The success envelope around `data`, kept for whoever asks the same again. */
    success(
      request: Request,
      call: Call,
      about: Omit<KeptAnswer, 'head'>,
      data: string,
      extras: Extras,
    ): Response {
      const head = successHead(call, data, extras)
      // A text that was put together is kept as its pieces until it is copied.
      keep(request.url, { ...about, head: Buffer.from(head).toString() })
      return successFrom(head, call.requestId, call.started, call.headers)
    },

    /** Drops whatever an event made untrue. */
    hear({ app, room, type }: Event): void {
      if (type === 'app.changed') clear()
      if (room === '') return
      if (type !== 'room.created') forget(subject(app, room))
      forget(subject(app, ''))
    },
  }
}

export type AnswerCache = ReturnType<typeof answerCache>
