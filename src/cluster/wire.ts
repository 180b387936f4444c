/** The subject that every node hears; the others are rooms, as `<app>/<room>`. */
export const everyone = ''

export interface Packet {
  subject: string
  text: string
}

/** A way to carry texts between processes. */
export interface Wire {
  /** Carries packets in order; may fail, then they are lost. */
  publish(packets: Packet[]): Promise<void>
  /** Longest text it carries, in bytes. */
  longest: number
  /** How a node hears rooms of its choice; undefined where all that is published reaches every node. */
  rooms?: {
    /** Resolved once what is published to these rooms comes. */
    subscribe(rooms: string[]): Promise<void>
    unsubscribe(rooms: string[]): Promise<void>
  }
  close(): Promise<void>
}

/** What a wire hands on. */
export interface WireListener {
  onText(subject: string, text: string): void
  /** The connection was lost for a while: whatever was published meanwhile was missed. */
  reconnected(): void
}
