/** Milliseconds since this moment stand in an id's upper bits: the next 69 years fit. */
const epoch = Date.UTC(2026, 0)
const nodeBits = 12n
const sequenceBits = 10n
const nodes = 2 ** Number(nodeBits)
const sequences = 2 ** Number(sequenceBits)

/**
 * Ids of messages and events: each larger than the last of this node, unique among up to 4,096 nodes, and
 * below 2^63. `node` tells the nodes apart. Clients ignore an id that they have seen.
 */
export function messageIds(node: number): (now: number) => bigint {
  const fixed = BigInt(node % nodes) << sequenceBits
  let last = 0
  let sequence = 0
  return (now) => {
    if (now > last) {
      last = now
      sequence = 0
    } else if (++sequence === sequences) {
      last += 1
      sequence = 0
    }
    return (BigInt(last - epoch) << (nodeBits + sequenceBits)) | fixed | BigInt(sequence)
  }
}

/** A number for a node that was given none. */
export const anyNode = (): number => crypto.getRandomValues(new Uint16Array(1))[0] ?? 0
