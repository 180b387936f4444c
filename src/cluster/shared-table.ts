/** The places of a set; a key can have any place of its set. */
const ways = 16
/** How often a lock is tried before the thread sleeps: whoever has it needs some tens of ns, unless the system has put it aside. */
const tries = 100
const sleepMs = 0.1

/** What a key is in the table: 64 bits of its hash. */
export interface Fingerprint {
  high: number
  low: number
}

/** Bytes of a table of so many places, a multiple of 8. */
export const bytesOfTable = (places: number): number => places * 16 + 8 * Math.ceil(places / ways / 2)

/** A table of numbers by key, in memory that threads share. Each set of places has a lock of its own. */
export function sharedTable(buffer: SharedArrayBuffer, offset: number, places: number) {
  const sets = places / ways
  const values = new Float64Array(buffer, offset, places)
  const keys = new Int32Array(buffer, offset + 8 * places, 2 * places)
  const locks = new Int32Array(buffer, offset + 16 * places, sets)

  function lock(set: number): void {
    for (let tried = 0; Atomics.compareExchange(locks, set, 0, 1) !== 0; tried += 1)
      if (tried >= tries) Atomics.wait(locks, set, 1, sleepMs)
  }

  /** The place that a key has; -1 for none. */
  function placeOf(set: number, { high, low }: Fingerprint): number {
    for (let place = set * ways; place < (set + 1) * ways; place += 1)
      if (keys[2 * place] === high && keys[2 * place + 1] === low) return place
    return -1
  }

  /** The place with the least value. */
  function leastOf(set: number): number {
    let least = set * ways
    for (let place = least + 1; place < (set + 1) * ways; place += 1)
      if ((values[place] as number) < (values[least] as number)) least = place
    return least
  }

  const setOf = ({ low }: Fingerprint): number => (low >>> 0) % sets

  return {
    /** The value of a key, 0 where it has none. */
    read(key: Fingerprint): number {
      const set = setOf(key)
      lock(set)
      const place = placeOf(set, key)
      const value = place < 0 ? 0 : (values[place] as number)
      Atomics.store(locks, set, 0)
      return value
    },

    /**
     * Makes another value of that of a key, which is 0 where it has none, and returns it. A new key takes the place of the one with the least
     * value, if that is not above `free`; else it gets none, and has no value next time.
     */
    update(key: Fingerprint, free: number, change: (value: number) => number): number {
      const set = setOf(key)
      lock(set)
      const known = placeOf(set, key)
      const value = change(known < 0 ? 0 : (values[known] as number))
      const place = known < 0 ? leastOf(set) : known
      if (known >= 0 || (values[place] as number) <= free) {
        keys[2 * place] = key.high
        keys[2 * place + 1] = key.low
        values[place] = value
      }
      Atomics.store(locks, set, 0)
      return value
    },
  }
}

export type SharedTable = ReturnType<typeof sharedTable>
