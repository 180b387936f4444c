import type { Broadcast, Post, PostToUsers } from './posted-message.ts'
import type { Recalls } from './recall.ts'

/** What an app's own server does with messages. */
export interface Messenger {
  /** Sends a message to chat rooms. */
  post: Post
  /** Sends a message to all chat rooms in which someone is connected. */
  broadcast: Broadcast
  /** Sends a message to users. */
  postToUsers: PostToUsers
  recalls: Recalls
}
