import { BinaryWriter } from '@bufbuild/protobuf/wire'
import type { MessageFns } from './protocol.ts'

// One writer for all: it keeps its buffer, and a message costs a third less than with a writer of its own.
let writer = new BinaryWriter()

/** A message of the client protocol as bytes. */
export function bytesOf<T>(message: MessageFns<T>, value: T): Uint8Array {
  try {
    return message.encode(value, writer).finish()
  } catch (error) {
    writer = new BinaryWriter()
    throw error
  }
}
