import { limits } from '../domain/limits.ts'
import type { RelayedMessage } from '../domain/relayed-message.ts'

/** After which a message is in the history, or never will be. */
const storedAfterMs = 1000

const keyOf = (app: number, room: string): string => `${app}/${room}`

/**
 * Messages that other nodes have accepted a moment ago: whoever comes to this node now was not here to get them live, and
 * the history may not have them yet.
 */
export function relayedHistory() {
  const half = () => ({ rooms: new Map<string, Set<number>>(), count: 0, sinceMs: performance.now() })
  let newer = half()
  let older = half()

  function rotate(): void {
    if (performance.now() - newer.sinceMs < storedAfterMs) return
    older = newer
    newer = half()
  }

  return {
    add({ app, room, id }: Pick<RelayedMessage, 'app' | 'room' | 'id'>): void {
      rotate()
      if (newer.count >= limits.historyRelayed.value) return
      newer.count += 1
      const key = keyOf(app, room)
      const ids = newer.rooms.get(key) ?? new Set()
      newer.rooms.set(key, ids.add(Number(id)))
    },

    /** Ids of messages to a room that may not be stored yet. */
    of(app: number, room: string): number[] {
      rotate()
      const key = keyOf(app, room)
      return [...(older.rooms.get(key) ?? []), ...(newer.rooms.get(key) ?? [])]
    },

    /** They are stored, or never will be. */
    remove(app: number, room: string, ids: number[]): void {
      const key = keyOf(app, room)
      for (const { rooms } of [newer, older]) for (const id of ids) rooms.get(key)?.delete(id)
    },
  }
}

export type RelayedHistory = ReturnType<typeof relayedHistory>
