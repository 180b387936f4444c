import type { AppRecord } from '../domain/app.ts'
import type { Event } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import { type Call, type Extras, successFrom, successHead } from '../http/envelope.ts'

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
const embedded = limits.responsesKept.value

/** What it takes to remember a URL, in characters. */
const overhead = (url: string): number => url.length + 100

const subject = (app: number, room: string): string => `${app}/${room}`

/** Half of what is kept. */
const half = () => ({
  answers: new Map<string, KeptAnswer>(),
  /** URLs that were asked for, but not yet again. */
  asked: new Set<string>(),
  /** URLs of answers by what they tell of. */
  urls: new Map<string, string[]>(),
  size: 0,
})

/**
 * Answers by URL, bounded by their length in characters: when the newer half is full the older is forgotten. An answer
 * goes in the step that tells of a write, before the writer has its answer, so that nobody reads what an answered
 * write replaced. For the embedded store, where one process makes every write; a bound of 0 keeps nothing.
 */
export function answerCache(bound = embedded) {
  let newer = half()
  let older = half()

  function forget(about: string): void {
    for (const { answers, urls } of [newer, older]) {
      for (const url of urls.get(about) ?? []) answers.delete(url)
      urls.delete(about)
    }
  }

  function makeSpace(size: number): void {
    newer.size += size
    if (newer.size <= bound / 2) return
    older = newer
    newer = half()
  }

  /** Whether this is asked for again; reading every room once leaves the answers that are in use where they are. */
  function isRepeated(url: string): boolean {
    if (newer.asked.has(url) || older.asked.has(url)) return true
    makeSpace(overhead(url))
    newer.asked.add(url)
    return false
  }

  function keep(url: string, answer: KeptAnswer): void {
    const size = answer.head.length + 2 * overhead(url)
    if (size > bound / 8) return
    if (!newer.answers.has(url)) {
      makeSpace(size)
      const about = subject(answer.app.id, answer.room)
      const others = newer.urls.get(about)
      if (others) others.push(url)
      else newer.urls.set(about, [url])
    }
    newer.answers.set(url, answer)
  }

  return {
    find: (url: string): KeptAnswer | undefined => newer.answers.get(url) ?? older.answers.get(url),

    /** The success envelope around `data`, kept when it is asked for again. */
    success(
      request: Request,
      call: Call,
      about: Omit<KeptAnswer, 'head'>,
      data: string,
      extras: Extras,
    ): Response {
      const head = successHead(call, data, extras)
      const { url } = request
      // A text that was put together is kept as its pieces until it is copied.
      if (bound > 0 && isRepeated(url)) keep(url, { ...about, head: Buffer.from(head).toString() })
      return successFrom(head, call.requestId, call.started, call.headers)
    },

    /** Drops whatever an event made untrue. */
    hear({ app, room, type }: Event): void {
      if (type === 'app.changed') [newer, older] = [half(), half()]
      if (room === '') return
      if (type !== 'room.created') forget(subject(app, room))
      forget(subject(app, ''))
    },
  }
}

export type AnswerCache = ReturnType<typeof answerCache>
