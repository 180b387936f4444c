/** Numbers of the fields that lead to a `Meta` in a frame: `MSync.payload`, `CommSyncDL.metas`. */
const toMeta = [9, 4]
/** Those that lead from it to what the message holds, which has its type in `type`: `Meta.payload`, `MessageBody.contents`. */
const toContent = [6, 4]
const type = 1
/** Kinds that no client has are one: what is stored of it has 32 bits. */
const mostKind = 2 ** 31 - 1

/** A stretch of protobuf bytes that is read field by field, without an object for any of them. */
class Fields {
  private at = 0
  private end: number
  /** Of the field at hand: its number; its value, or that of fixed size as 0; and where its bytes begin, if it has any. */
  number = 0
  value = 0
  start = -1

  constructor(readonly bytes: Uint8Array) {
    this.end = bytes.length
  }

  private varint(): number {
    let value = 0
    for (let scale = 1; this.at < this.end; scale *= 128) {
      const byte = this.bytes[this.at++] as number
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    throw new Error('a frame that ends in the middle of a field')
  }

  private next(): boolean {
    if (this.at >= this.end) return false
    const tag = this.varint()
    this.number = Math.floor(tag / 8)
    this.start = -1
    this.value = 0
    switch (tag % 8) {
      case 0:
        this.value = this.varint()
        return true
      case 1:
        this.at += 8
        return true
      case 2:
        this.value = this.varint()
        this.start = this.at
        this.at += this.value
        return true
      // What a group of a kind that nobody knows holds is passed over field by field.
      case 3:
      case 4:
        return true
      case 5:
        this.at += 4
        return true
      default:
        throw new Error('a frame with a field of no known kind')
    }
  }

  /** Goes to the first field with this number; false where there is none. */
  find(number: number): boolean {
    while (this.next()) if (this.number === number) return true
    return false
  }

  /** Goes into the first field of each number, one in the other; false where one is missing. */
  enter(path: number[]): boolean {
    for (const number of path) {
      if (!this.find(number) || this.start < 0) return false
      this.at = this.start
      this.end = this.start + this.value
    }
    return true
  }

  /** What is left to read. */
  rest = (): Uint8Array => this.bytes.subarray(this.at, this.end)
}

/**
 * The `Meta` in a frame that hands a message to clients, byte for byte, and the kind of its content. To decode it takes ten
 * times as long, for every message that is stored.
 */
export function metaIn(frame: Uint8Array): { meta: Uint8Array; kind: number } {
  const fields = new Fields(frame)
  if (!fields.enter(toMeta)) throw new Error('a frame without a message')
  const meta = fields.rest()
  const kind = fields.enter(toContent) && fields.find(type) ? Math.min(fields.value, mostKind) : 0
  return { meta, kind }
}
