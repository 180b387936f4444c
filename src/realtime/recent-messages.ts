import { limits } from '../domain/limits.ts'
import type { RememberedMessage } from '../domain/relayed-message.ts'
import type { MessageRow } from '../store/messages.ts'

export interface RecentMessage {
  app: number
  /** Its room, or what stands for the user that it went to. */
  room: string
  sender: string
}

/** Remembered for recalls, and so that a repeated message is not sent twice. */
const most = limits.recentMessages.value

/**
 * A bounded cache of the latest messages, in two halves: when the newer is full the older is evicted.
 * A client retries a message that was not acknowledged under the same client id, from the same device. The older
 * client counts ids of messages and of recalls apart, so the same id may also stand for something else.
 */
export function recentMessages() {
  const half = () => ({
    byId: new Map<number, RecentMessage | 'recalled'>(),
    byClient: new Map<number, bigint>(),
  })
  let newer = half()
  let older = half()
  let restored = new Map<number, bigint>()

  return {
    add({ app, room, sender, id, client, recalls }: RememberedMessage): void {
      if (newer.byId.size >= most / 2) {
        older = newer
        newer = half()
        restored = new Map()
      }
      newer.byId.set(Number(id), { app, room, sender })
      if (client !== undefined) newer.byClient.set(client, id)
      if (recalls !== undefined) newer.byId.set(recalls, 'recalled')
    },

    /** Takes in what clients may repeat of what was sent while this process did not listen. */
    restore(rows: MessageRow[]): void {
      restored = new Map(rows.map(({ id, client }) => [client ?? 0, BigInt(id)]))
    },

    find: (id: number): RecentMessage | 'recalled' | undefined => newer.byId.get(id) ?? older.byId.get(id),

    idOf: (client: number): bigint | undefined =>
      newer.byClient.get(client) ?? older.byClient.get(client) ?? restored.get(client),
  }
}

export type RecentMessages = ReturnType<typeof recentMessages>
