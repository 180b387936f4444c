import type { Heard } from '../cluster/heard-rooms.ts'
import type { History } from '../operations/services.ts'
import type { HistoryStore } from '../store/history/history.ts'
import type { HistoryLog } from './history-log.ts'
import type { RelayedHistory } from './relayed-history.ts'

/** After which a read shows what there is. */
const patienceMs = 500
/** After which a node has stored what it accepted, as a rule. */
const storedMs = 200
/** Between two looks at whether messages of other nodes are stored. */
const lookMs = 10

/**
 * Reads the history once it has what was accepted before, by this node or another: a client that reads it as soon as it is
 * connected misses nothing between the history and what it gets live.
 */
export function seenHistory(
  history: HistoryStore,
  log: Pick<HistoryLog, 'soon'>,
  relayed: RelayedHistory,
  heardForMs: Heard['heardForMs'],
): History {
  /** Waits for what other nodes have accepted; each node stores its own messages. */
  async function storedElsewhere(app: number, room: string): Promise<void> {
    // What another node accepted just before this one heard the room is unknown here.
    const unheardMs = storedMs - heardForMs(`${app}/${room}`)
    if (unheardMs > 0) await Bun.sleep(unheardMs)
    const endMs = performance.now() + patienceMs
    const ids = relayed.of(app, room)
    let missing = ids
    while (missing.length > 0) {
      const there = new Set((await history.find(app, missing)).map(({ id }) => id))
      missing = missing.filter((id) => !there.has(id))
      if (missing.length === 0 || performance.now() > endMs) break
      await Bun.sleep(lookMs)
    }
    relayed.remove(app, room, ids)
  }

  return {
    ...history,
    async find(...given) {
      await log.soon(patienceMs)
      return history.find(...given)
    },
    async scan(app, stretch) {
      await Promise.all([log.soon(patienceMs), storedElsewhere(app, stretch.room)])
      return history.scan(app, stretch)
    },
    async scanApp(...given) {
      await log.soon(patienceMs)
      return history.scanApp(...given)
    },
  }
}
