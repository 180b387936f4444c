import type { App } from './app.ts'

/** A message that the app's own server sends to rooms (sending messages to chat rooms). */
export interface Posted {
  /** The sender that clients show; `admin` when there is none. It need not be in the room. */
  from?: string | undefined
  /** Room ids. */
  to: string[]
  type: 'txt' | 'img' | 'audio' | 'video' | 'file' | 'loc' | 'cmd' | 'custom'
  /** What the kind of message needs: `msg` of a text, `url` of a file, … */
  body: Record<string, unknown>
  /** The app's own attributes. */
  ext?: Record<string, unknown> | undefined
  chatroom_msg_level?: 'high' | 'normal' | 'low' | undefined
  /** Only these users get it. */
  users?: string[] | undefined
}

/** Sends a message to each of its rooms; answers the message id by room. */
export type Post = (app: App, posted: Posted) => Promise<Record<string, string>>
