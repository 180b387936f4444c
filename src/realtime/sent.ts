import { limits } from '../domain/limits.ts'
import type { Relayed } from './relay.ts'

/** A message that was sent a short time ago. */
export interface Sent {
  app: number
  room: string
  sender: string
  /** Unix ms. */
  at: number
}

/** Messages that are remembered, at most: for recalls, and so that a repeated one is not sent twice. */
const remembered = limits.messagesKept.value

/**
 * The latest messages, in two halves: when the newer is full the older is forgotten, so the memory is bounded.
 * A client repeats a message that it got no answer to under the same client id, from the same device. The older
 * client counts ids of messages and of recalls apart, so the same id may also stand for something else.
 */
export function sentMessages() {
  const half = () => ({ byId: new Map<number, Sent>(), byClient: new Map<string, bigint>() })
  let newer = half()
  let older = half()

  return {
    keep({ app, room, sender, at, id, client }: Relayed): void {
      if (newer.byId.size >= remembered / 2) {
        older = newer
        newer = half()
      }
      newer.byId.set(Number(id), { app, room, sender, at })
      if (client !== undefined) newer.byClient.set(client, id)
    },

    find: (id: bigint): Sent | undefined => newer.byId.get(Number(id)) ?? older.byId.get(Number(id)),

    idOf: (client: string): bigint | undefined => newer.byClient.get(client) ?? older.byClient.get(client),

    forget(id: bigint): void {
      newer.byId.delete(Number(id))
      older.byId.delete(Number(id))
    },
  }
}

export type SentMessages = ReturnType<typeof sentMessages>
