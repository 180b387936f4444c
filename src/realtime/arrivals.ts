import { limits } from '../domain/limits.ts'
import type { Tally } from '../domain/tally.ts'
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
export function arrivals(
  {
    connections: most,
    perAddress,
    connectionsElsewhere = () => 0,
    connectionsChanged = () => undefined,
  }: Room,
  tally: Pick<Tally, 'counter'>,
) {
  const all = new Set<Connection>()
  const silent = new Set<Connection>()
  /** Of all threads. */
  const silentInAll = tally.counter('silent')

  /** Counts one more connection of an address, or one less; returns how many there are. */
  const ofAddress = (address: string, change: number): number =>
    perAddress > 0 ? tally.counter(`address ${address}`).add(change) : 0

  return {
    all,

    /** Why no connection can be made from an address now; if none, one is counted. */
    refusal(address: string): string | undefined {
      if (all.size + connectionsElsewhere() >= most) return 'too many connections'
      if (ofAddress(address, 1) <= perAddress) return undefined
      ofAddress(address, -1)
      return 'too many connections of an address'
    },

    /** The connection that was counted was not made. */
    dismiss: (address: string): void => void ofAddress(address, -1),

    /** Takes in a new connection; returns the one that has to go for it, which may be itself. */
    add(connection: Connection): Connection | undefined {
      all.add(connection)
      connectionsChanged(all.size)
      silent.add(connection)
      if (silentInAll.add(1) <= limits.connectionsNew.value) return undefined
      const [oldest = connection] = silent
      return connection.openedMs - oldest.openedMs > youngMs ? oldest : connection
    },

    /** The first frame of a connection has come. */
    spoke(connection: Connection): void {
      if (silent.delete(connection)) silentInAll.add(-1)
    },

    remove(connection: Connection): void {
      all.delete(connection)
      connectionsChanged(all.size)
      if (silent.delete(connection)) silentInAll.add(-1)
      ofAddress(connection.address, -1)
    },
  }
}

export type Arrivals = ReturnType<typeof arrivals>
