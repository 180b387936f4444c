import type { AppRecord } from './app.ts'
import type { KeywordAction } from './keywords/automaton.ts'
import type { Broadcast, Post, PostToUsers } from './posted-message.ts'
import type { Recalls } from './recall.ts'
import type { When } from './text.ts'

/** Why a user may not send a message to a chat room: code and text as clients get them, and what would have to change. */
export interface Silence {
  code: number
  reason: string
  why: When
}

/** What holds for a message of a user to a chat room now. */
export interface Speaking {
  /** Undefined when it is accepted. */
  silence: Silence | undefined
  /** Words of keyword lists that the text holds. */
  words: { word: string; list: string; action: KeywordAction }[]
  /** The text as others get it, where words are replaced. */
  text?: string
  limits: {
    /** Seconds between two messages of a member; 0 = none. */
    slow_mode: number
    /** Messages a second; null = any number. */
    user_message_rate: number | null
    room_message_rate: number | null
  }
  /** Whether a callback of the app decides about the message, too; it is not called. */
  asks_callback: boolean
}

/** Decides whether a user may send a message to a chat room now; a text is held against the keyword lists, too. */
export type MaySpeak = (
  app: AppRecord,
  room: string,
  username: string,
  text: string | undefined,
) => Promise<Speaking>

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
