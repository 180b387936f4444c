/** A table of numbers by hashes. */
export interface NumberTable {
  /** Whether it has as many entries as it may have. */
  isFull(): boolean
  get(hash: number): number | undefined
  /** Not called when it is full. */
  set(hash: number, value: number): void
}

/**
 * A hash table with open addressing for at most `most` entries, in memory that the garbage collector does not look through. Its keys
 * are hashes whose lowest 32 bits are evenly spread. Where an entry stands depends on a random number as well: whoever
 * can choose hashes cannot choose those that share a slot.
 */
export function numberTable(most: number): NumberTable {
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
    isFull: () => size >= most,

    get(hash) {
      const key = hash || 1
      const slot = slotOf(key)
      return keys[slot] === key ? values[slot] : undefined
    },

    set(hash, value) {
      const key = hash || 1
      const slot = slotOf(key)
      if (keys[slot] === 0) size += 1
      keys[slot] = key
      values[slot] = value
    },
  }
}
