/** A message that was accepted, on its way to everyone in its room, on every node. */
export interface RelayedMessage {
  app: number
  room: string
  id: bigint
  sender: string
  /** Hash of user, device, client id and content, where the client gave an id. */
  client: number | undefined
  /** The message that it recalls. */
  recalls: number | undefined
  /** Only these users get it; undefined = everyone in the room. */
  directed: string[] | undefined
  /** What goes to the clients, encoded once. */
  frame: Uint8Array
}
