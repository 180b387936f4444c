import type { Login } from '../auth/login.ts'
import type { Passwords } from '../auth/passwords.ts'
import type { Presence } from '../cluster/presence-types.ts'
import type { Rates } from '../cluster/rate-types.ts'
import type { Broadcast, Post, PostToUsers } from '../domain/posted-message.ts'
import type { Recalls } from '../domain/recall.ts'
import type { Commit } from '../engine/commit.ts'
import type { Attachments } from '../store/attachments.ts'
import type { ReadStore } from '../store/store.ts'

/** What actions use beside the store. */
export interface Services {
  store: ReadStore
  /** Runs a write. */
  commit: Commit
  login: Login
  passwords: Passwords
  presence: Presence
  attachments: Attachments
  /** Sends a message of the app's own server to chat rooms. */
  post: Post
  /** Sends a message of the app's own server to all chat rooms in which someone is connected. */
  broadcast: Broadcast
  /** Counts what apps do in a second. */
  rates: Rates
  recalls: Recalls
  /** Sends a message of the app's own server to users. */
  postToUsers: PostToUsers
}
