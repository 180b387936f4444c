import type { App } from './app.ts'
import type { Failure } from './failure.ts'

/** The content of a message of the app's own server. */
export interface PostedContent {
  type: 'txt' | 'img' | 'audio' | 'video' | 'file' | 'loc' | 'cmd' | 'custom'
  /** What the kind of message needs: `msg` of a text, `url` of a file, … */
  body: Record<string, unknown>
  /** The app's own attributes. */
  ext?: Record<string, unknown> | undefined
}

/** A message that the app's own server sends [send]. */
export interface PostedToAll extends PostedContent {
  /** The sender that clients show; `admin` when there is none. It need not be in the room. */
  from?: string | undefined
  /** Undefined and an empty text mean `normal`. */
  chatroom_msg_level?: 'high' | 'normal' | 'low' | '' | undefined
  /** Users who do not find it in the history. */
  roam_ignore_users?: string[] | undefined
  /** How a message that is too large is refused, in the words of the call. */
  tooLarge(): Failure
}

/** A message that the app's own server sends to some rooms. */
export interface Posted extends PostedToAll {
  /** Room ids; they need not exist. */
  to: string[]
  /** Only these users get it. */
  users?: string[] | undefined
}

/** Sends a message to every room in which someone is connected; returns the id of the whole. */
export type Broadcast = (app: App, posted: PostedToAll) => Promise<number>

/** Sends a message to each of its rooms; returns a message id for each, whether or not there is such a room. */
export type Post = (app: App, posted: Posted) => Promise<Record<string, string>>

/** A message that the app's own server sends to users, each by itself. */
export interface PostedToUsers extends PostedContent {
  /** The sender that clients show; `admin` when there is none. It need not exist. */
  from?: string | undefined
  /** User ids; they need not exist. */
  to: string[]
  /** Whether the sender's own devices get it, too. */
  sync_device?: boolean | undefined
  /** How a message that is too large is refused, in the words of the call. */
  tooLarge(): Failure
}

/** Sends a message to each of its users who is online; returns a message id for each, online or not. */
export type PostToUsers = (app: App, posted: PostedToUsers) => Promise<Record<string, string>>
