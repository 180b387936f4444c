import type { App } from './app.ts'
import type { Failure } from './failure.ts'

/** A message that the app's own server takes back [recall]. */
export interface Recalled {
  id: string
  /** The chat room, user or group that it went to. */
  to: string
  type: 'chat' | 'groupchat' | 'chatroom'
  /** Who has recalled it, as clients show it. */
  from: string
  /** Whether it is recalled however old it is, and also when it is not known any more. */
  force: boolean
  /** What clients get with the recall. */
  extension: string | undefined
}

export interface Recalls {
  /** Why a message cannot be recalled; undefined where it can. */
  refusal(app: App, recalled: Recalled): Promise<Failure | undefined>
  /** Notifies everyone in its room that a message is recalled, which `refusal` did not refuse. */
  recall(app: App, recalled: Recalled): Promise<void>
}
