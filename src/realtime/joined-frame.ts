import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { writeBytes } from './bytes.ts'
import { MSync_Command } from './generated/protocol.ts'

/** Fields of `MSync` and of the `CommSyncDL` that it holds. */
const field = { command: 8, payload: 9, metas: 4 }

/** A delivery, taken apart: its metas as they stand one after another, and what stands before and after them. */
function apart(frame: Uint8Array): { before: Uint8Array; metas: Uint8Array; after: Uint8Array } {
  const reader = new BinaryReader(frame)
  let [start, from, to, end] = [0, 0, 0, 0]
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    if (number !== field.payload) {
      reader.skip(wire)
      continue
    }
    end = reader.uint32() + reader.pos
    start = reader.pos
    while (reader.pos < end) {
      const at = reader.pos
      const [inner, innerWire] = reader.tag()
      reader.skip(innerWire)
      if (inner !== field.metas) continue
      if (to === 0) from = at
      to = reader.pos
    }
  }
  return {
    before: frame.subarray(start, from),
    metas: frame.subarray(from, to),
    after: frame.subarray(to, end),
  }
}

/** One delivery of what stands in several to the same queue, in their order; it counts as of the time of the last. */
export function joined(frames: Uint8Array[]): Uint8Array {
  const [only] = frames
  if (only && frames.length === 1) return only
  const parts = frames.map(apart)
  const last = parts.at(-1)
  return writeBytes((to) => {
    to.tag(field.command, WireType.Varint).int32(MSync_Command.SYNC)
    to.tag(field.payload, WireType.LengthDelimited).fork()
    if (last) to.raw(last.before)
    for (const { metas } of parts) to.raw(metas)
    if (last) to.raw(last.after)
    return to.join()
  })
}
