import type { Event } from '../events.ts'

/** A page of an app's rooms as it is answered: `data` as JSON text. */
export interface ListPage {
  data: string
  count: number
  cursor: string | undefined
}

/** Characters of serialised rooms, and of pages of rooms, that are kept. */
const embedded = { details: 16 * 1024 * 1024, lists: 4 * 1024 * 1024 }

/**
 * Serialised answers by room and by app, bounded by their length in characters. An entry goes in the step that
 * tells of a write, before the writer has its answer, so that nobody reads what an answered write replaced.
 * For the embedded store, where one process makes every write; bounds of 0 keep nothing.
 */
export function roomCache(bounds = embedded) {
  const details = new Map<string, string>()
  const lists = new Map<number, Map<number, ListPage>>()
  let detailsSize = 0
  let listsSize = 0

  const forget = (key: string): void => {
    const json = details.get(key)
    if (json === undefined) return
    detailsSize -= json.length
    details.delete(key)
  }

  const forgetLists = (app: number): void => {
    for (const { data } of lists.get(app)?.values() ?? []) listsSize -= data.length
    lists.delete(app)
  }

  return {
    details: (app: number, id: string): string | undefined => details.get(`${app}/${id}`),

    keepDetails(app: number, id: string, json: string): void {
      if (json.length > bounds.details / 8) return
      const key = `${app}/${id}`
      forget(key)
      details.set(key, json)
      detailsSize += json.length
      for (const oldest of details.keys()) {
        if (detailsSize <= bounds.details) return
        forget(oldest)
      }
    },

    /** The app's newest `limit` rooms. */
    newest: (app: number, limit: number): ListPage | undefined => lists.get(app)?.get(limit),

    keepNewest(app: number, limit: number, page: ListPage): void {
      if (page.data.length > bounds.lists / 8) return
      if (listsSize + page.data.length > bounds.lists) {
        lists.clear()
        listsSize = 0
      }
      const pages = lists.get(app) ?? new Map<number, ListPage>()
      listsSize += page.data.length - (pages.get(limit)?.data.length ?? 0)
      lists.set(app, pages.set(limit, page))
    },

    /** Drops whatever an event made untrue. */
    hear({ app, room, type }: Event): void {
      if (type === 'app.changed') {
        // Cursors are signed with the app's key, which may be another one now.
        lists.clear()
        listsSize = 0
        return
      }
      if (room === '') return
      if (type !== 'room.created') forget(`${app}/${room}`)
      forgetLists(app)
    },
  }
}

export type RoomCache = ReturnType<typeof roomCache>
