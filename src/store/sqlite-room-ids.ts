import type { Database } from './database.ts'

/** Ids are reserved in blocks, so that a block is stored before any id of it is given. */
const blockSize = 1_000_000

/** Used room ids of any app between two ids of as many digits. */
const usedBetween = 'select id from used_ids where id >= ?1 and id < ?2 and length(id) = length(?1)'

/** Draws room ids, each larger than those before, for the one connection that writes. */
export function roomIds(db: Database) {
  let next = 0
  let reservedTo = 0
  /** Ids of the reserved block that callers have chosen. */
  let chosen = new Set<string>()

  return {
    /** Makes sure that ids are reserved; inside the transaction that draws them. */
    reserve(): void {
      if (reservedTo - next >= blockSize / 2) return
      const row = db.get('update ids set next = next + ?1 returning next', blockSize)
      reservedTo = (row as { next: number }).next
      if (next === 0) next = reservedTo - blockSize
      const used = db.all(usedBetween, String(next), String(reservedTo)) as { id: string }[]
      chosen = new Set(used.map(({ id }) => id))
    },

    /** After a rollback, which may have undone the reservation. */
    forgetReserved(): void {
      reservedTo = next
    },

    /** A caller has chosen this id. */
    use(id: string): void {
      if (Number(id) < reservedTo) chosen.add(id)
    },

    draw(): string {
      for (;;) {
        if (next >= reservedTo) throw new Error('no room ids are reserved')
        const id = String(next++)
        if (!chosen.has(id)) return id
      }
    },
  }
}
