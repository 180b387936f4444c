import type { AppRecord } from './app.ts'
import type { Broadcast, Post, PostToUsers } from './posted-message.ts'
import type { Recalls } from './recall.ts'

/** Why a user may not send a message to a chat room: code and text as clients get them, and what would have to change. */
export interface Silence {
  code: number
  reason: string
  why: { en: string; zh: string }
}

/** Whether a user may send a message to a chat room now; undefined when it may. */
export type MaySpeak = (app: AppRecord, room: string, username: string) => Promise<Silence | undefined>

/** What an app's own server does with messages. */
export interface Messenger {
  /** Sends a message to chat rooms. */
  post: Post
  /** Sends a message to all chat rooms in which someone is connected. */
  broadcast: Broadcast
  /** Sends a message to users. */
  postToUsers: PostToUsers
  recalls: Recalls
  maySpeak: MaySpeak
}
