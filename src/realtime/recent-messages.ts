import { boundedNumbers } from '../domain/bounded-numbers.ts'
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
 * The messages are cached in so many generations, the oldest of which is evicted when the newest is full. Only the newest changes,
 * so that the garbage collector, which looks through all of a map that has changed, does not look through all messages each time.
 */
const generations = 64
const perGeneration = Math.floor(most / generations)

/**
 * A bounded cache of the latest messages.
 * A client retries a message that was not acknowledged under the same client id, from the same device. The older
 * client counts ids of messages and of recalls apart, so the same id may also stand for something else.
 */
export function recentMessages() {
  /** The newest comes first. */
  let byId = [new Map<number, RecentMessage | 'recalled'>()]
  const byClient = boundedNumbers(most)

  return {
    add({ app, room, sender, id, client, recalls }: RememberedMessage): void {
      if ((byId[0]?.size ?? 0) >= perGeneration) byId = [new Map(), ...byId.slice(0, generations - 1)]
      const [newest] = byId
      newest?.set(Number(id), { app, room, sender })
      if (recalls !== undefined) newest?.set(recalls, 'recalled')
      if (client !== undefined) byClient.set(client, Number(id))
    },

    /** Takes in what clients may repeat of what was sent while this process did not listen. */
    restore(rows: MessageRow[]): void {
      for (const { id, client } of rows) if (client !== null) byClient.set(client, id)
    },

    find(id: number): RecentMessage | 'recalled' | undefined {
      for (const generation of byId) {
        const found = generation.get(id)
        if (found) return found
      }
      return undefined
    },

    idOf(client: number): bigint | undefined {
      const id = byClient.get(client)
      return id === undefined ? undefined : BigInt(id)
    },
  }
}

export type RecentMessages = ReturnType<typeof recentMessages>
