import type { AppRecord } from '../domain/app.ts'
import { boundedNumbers } from '../domain/bounded-numbers.ts'
import type { Event } from '../domain/event.ts'
import { limits } from '../domain/limits.ts'
import { anyRoom, isJoined, joinedBy, joinedWith, type Subject, type Subjects } from '../domain/subject.ts'

/** The response to a GET of the app itself, valid until something in it changes. */
export interface CachedResponse {
  /** The app as it was; one whose settings or key have changed since is another record. */
  app: AppRecord
  operation: string
  /** What it shows. */
  about: Subjects
  /** The envelope's text up to the time, which alone differs from one response to the next. */
  head: string
  /** Version of what it shows, as a header. */
  etag?: string | undefined
}

/** Characters of responses, with their URLs and what it takes to find them, that are cached. */
const embedded = limits.cachedResponses.value

/** What it takes to cache a URL, in characters. */
const overhead = (url: string): number => url.length + 200

const keyOf = (app: number, subject: Subject): string => `${app}/${subject}`

/** Half of the cache. */
const half = () => ({
  responses: new Map<string, CachedResponse>(),
  /** URLs of responses by what they depend on. */
  urls: new Map<string, string[]>(),
  /** Whether any response depends on the rooms that a user joins. */
  hasJoined: false,
  size: 0,
})

/**
 * Responses by URL, bounded by their length in characters: when the newer half is full the older is forgotten. A response
 * is invalidated in the step that publishes a write, before the writer has its response, so that nobody reads what an acknowledged
 * write replaced. For the embedded store, where one process makes every write; a bound of 0 caches nothing.
 */
export function responseCache(bound = embedded) {
  let newer = half()
  let older = half()
  const requested = boundedNumbers(limits.requestedUrls.value)

  function forget(about: string): void {
    for (const { responses, urls } of [newer, older]) {
      for (const url of urls.get(about) ?? []) responses.delete(url)
      urls.delete(about)
    }
  }

  function makeSpace(size: number): void {
    newer.size += size
    if (newer.size <= bound / 2) return
    older = newer
    newer = half()
  }

  /** Whether this is requested again; reading every room once leaves the responses that are in use where they are. */
  function isRepeated(url: string): boolean {
    const hash = Bun.hash.xxHash32(url)
    if (requested.get(hash)) return true
    requested.set(hash, 1)
    return false
  }

  function set(url: string, response: CachedResponse): void {
    const { app, about } = response
    const size = response.head.length + (1 + about.length) * overhead(url)
    if (size > bound / 8) return
    if (!newer.responses.has(url)) {
      makeSpace(size)
      for (const subject of about) {
        const key = keyOf(app.id, subject)
        const others = newer.urls.get(key)
        if (others) others.push(url)
        else newer.urls.set(key, [url])
      }
      newer.hasJoined ||= about.some(isJoined)
    }
    newer.responses.set(url, response)
  }

  return {
    find: (url: string): CachedResponse | undefined => newer.responses.get(url) ?? older.responses.get(url),

    /** Caches the head of a response, if its URL has been requested before. */
    add(url: string, response: CachedResponse): void {
      if (bound === 0 || !isRepeated(url)) return
      // A concatenated string stays a rope until it is copied.
      set(url, { ...response, head: Buffer.from(response.head).toString() })
    },

    /** Drops whatever an event made untrue. */
    onEvent(event: Event): void {
      const { app, room, type } = event
      // No event tells who comes back with a room that is restored.
      if (type === 'app.changed' || type === 'room.restored') [newer, older] = [half(), half()]
      if (newer.hasJoined || older.hasJoined)
        for (const username of joinedWith(event)) forget(keyOf(app, joinedBy(username)))
      // Messages in a room change no response about it.
      if (room === '' || type.startsWith('message.') || type === 'report.decided') return
      if (type !== 'room.created') forget(keyOf(app, room))
      forget(keyOf(app, anyRoom))
    },
  }
}

export type ResponseCache = ReturnType<typeof responseCache>
