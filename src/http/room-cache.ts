import type { Event } from '../events.ts'

/**
 * Serialised answers by room and by app, bounded by their length in characters. An entry goes in the step that
 * tells of a write, before the writer has its answer, so that nobody reads what an answered write replaced.
 * For the embedded store, where one process makes every write; a limit of 0 keeps nothing.
 */
export function roomCache(limit = 16 * 1024 * 1024) {
  const details = new Map<string, string>()
  const lists = new Map<number, Map<string, string>>()
  let size = 0

  const forget = (key: string): void => {
    const json = details.get(key)
    if (json === undefined) return
    size -= json.length
    details.delete(key)
  }

  return {
    details: (app: number, id: string): string | undefined => details.get(`${app}/${id}`),

    keepDetails(app: number, id: string, json: string): void {
      if (json.length > limit / 8) return
      const key = `${app}/${id}`
      forget(key)
      details.set(key, json)
      size += json.length
      for (const oldest of details.keys()) {
        if (size <= limit) return
        forget(oldest)
      }
    },

    list: (app: number, page: string): string | undefined => lists.get(app)?.get(page),

    /** Keeps a page of an app's rooms; a few pages an app, the first ones asked for. */
    keepList(app: number, page: string, json: string): void {
      const pages = lists.get(app) ?? new Map<string, string>()
      if (limit > 0 && pages.size < 8 && json.length <= 65_536) lists.set(app, pages.set(page, json))
      if (lists.size > 1000) lists.clear()
    },

    /** Drops whatever an event made untrue. */
    hear({ app, room, type }: Event): void {
      if (type === 'app.changed') {
        lists.clear()
        return
      }
      if (room === '') return
      if (type !== 'room.created') forget(`${app}/${room}`)
      lists.delete(app)
    },
  }
}

export type RoomCache = ReturnType<typeof roomCache>
