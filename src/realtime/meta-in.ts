import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { MessageBody, Meta } from './generated/protocol.ts'

/** Numbers of the fields that lead to a `Meta` in a frame: `MSync.payload`, `CommSyncDL.metas`. */
const path = [9, 4] as const

/** The bytes of the first field with this number. */
function field(bytes: Uint8Array, number: number): Uint8Array | undefined {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [found, type] = reader.tag()
    if (found === number && type === WireType.LengthDelimited) return reader.bytes()
    reader.skip(type, found)
  }
  return undefined
}

/** The `Meta` in a frame that hands a message to clients, byte for byte, and the kind of its content. */
export function metaIn(frame: Uint8Array): { meta: Uint8Array; kind: number } {
  let meta: Uint8Array | undefined = frame
  for (const number of path) meta = meta && field(meta, number)
  if (!meta) throw new Error('a frame without a message')
  const { payload } = Meta.decode(meta)
  const { contents } = MessageBody.decode(payload ?? new Uint8Array())
  return { meta, kind: contents?.[0]?.type ?? 0 }
}
