import { limits } from '../domain/limits.ts'
import type { Connection } from './session.ts'

/** A younger connection that has sent nothing yet is not closed in favour of a new one. */
const youngMs = 1000

/** How many connections there may be; 0 = no limit of its own. */
export interface Room {
  connections: number
  perAddress: number
  /** Connections of other threads of this process, which count for `connections` too. */
  connectionsElsewhere?(): number
  connectionsChanged?(count: number): void
}

/** Counts connections, and those among them that have sent nothing yet, so that nobody takes the place of all others. */
export function arrivals({
  connections: most,
  perAddress,
  connectionsElsewhere = () => 0,
  connectionsChanged = () => undefined,
}: Room) {
  const all = new Set<Connection>()
  const byAddress = new Map<string, number>()
  const silent = new Set<Connection>()

  return {
    all,

    /** Why no connection can be made from an address now. */
    refusal(address: string): string | undefined {
      if (all.size + connectionsElsewhere() >= most) return 'too many connections'
      if (perAddress > 0 && (byAddress.get(address) ?? 0) >= perAddress)
        return 'too many connections of an address'
      return undefined
    },

    /** Takes in a new connection; returns the one that has to go for it, which may be itself. */
    add(connection: Connection): Connection | undefined {
      all.add(connection)
      connectionsChanged(all.size)
      byAddress.set(connection.address, (byAddress.get(connection.address) ?? 0) + 1)
      silent.add(connection)
      if (silent.size <= limits.connectionsNew.value) return undefined
      const [oldest = connection] = silent
      return connection.openedMs - oldest.openedMs > youngMs ? oldest : connection
    },

    /** The first frame of a connection has come. */
    spoke(connection: Connection): void {
      silent.delete(connection)
    },

    remove(connection: Connection): void {
      all.delete(connection)
      connectionsChanged(all.size)
      silent.delete(connection)
      const left = (byAddress.get(connection.address) ?? 1) - 1
      if (left > 0) byAddress.set(connection.address, left)
      else byAddress.delete(connection.address)
    },
  }
}

export type Arrivals = ReturnType<typeof arrivals>
