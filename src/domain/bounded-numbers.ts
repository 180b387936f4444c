/** Numbers by hashes. */
export interface BoundedNumbers {
  get(hash: number): number | undefined
  set(hash: number, value: number): void
}

/** A hash table with open addressing for at most `most` entries. */
function tableOf(most: number) {
  const bits = Math.ceil(Math.log2(2 * most + 2))
  const last = 2 ** bits - 1
  const keys = new Float64Array(last + 1)
  const values = new Float64Array(last + 1)
  const [factor = 1] = crypto.getRandomValues(new Int32Array(1)).map((number) => number | 1)
  let size = 0

  /** The slot of a key, or the free one where it belongs. A free slot has the key 0. */
  function slotOf(key: number): number {
    let slot = Math.imul(key | 0, factor) >>> (32 - bits)
    while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & last
    return slot
  }

  return {
    isFull: (): boolean => size >= most,

    get(key: number): number | undefined {
      const slot = slotOf(key)
      return keys[slot] === key ? values[slot] : undefined
    },

    set(key: number, value: number): void {
      const slot = slotOf(key)
      if (keys[slot] === 0) size += 1
      keys[slot] = key
      values[slot] = value
    },
  }
}

/**
 * What `BoundedMap` is, for numbers, in memory that the garbage collector does not look through: a map that changes all the time
 * it looks through each time. Keys are hashes whose lowest 32 bits are evenly spread. Where an entry stands depends on a random
 * number as well: whoever can choose hashes cannot choose those that share a slot.
 */
export function boundedNumbers(most: number): BoundedNumbers {
  let newer = tableOf(most / 2)
  let older = tableOf(0)
  const keyOf = (hash: number): number => hash || 1

  return {
    get: (hash) => newer.get(keyOf(hash)) ?? older.get(keyOf(hash)),

    set(hash, value) {
      if (newer.isFull()) {
        older = newer
        newer = tableOf(most / 2)
      }
      newer.set(keyOf(hash), value)
    },
  }
}
