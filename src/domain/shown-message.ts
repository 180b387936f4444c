/** The content of a message, as callbacks, files of the history and pins show it. */
interface ShownPayload {
  from: string
  to: string
  type: 'chatroom'
  ext: Record<string, unknown>
  bodies: Record<string, unknown>[]
}

/** A message as servers read it. */
export interface ShownMessage {
  /** Unix ms at which it was accepted. */
  timestamp: number
  payload: ShownPayload
}

/** Reads the content of a message from its encoded `Meta`. */
export type ReadMessage = (meta: Uint8Array) => ShownMessage
